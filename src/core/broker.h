/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The broker: all radios and all sessions, and what they want of the edges. Core decides and states intentions through
 * BrokerOps; the edges carry them out and report back through the functions here and in radio.h and session.h. No clock:
 * time is an argument, and wake_at asks for broker_tick.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/config.h"
#include "core/quota.h"
#include "meaning/addr.h"
#include "util/error.h"
#include "util/macros.h"

typedef struct Radio Radio;
typedef struct Session Session;
typedef struct Link Link;
typedef struct LinkMirror LinkMirror;
typedef struct Attr Attr;
typedef struct AttrOp AttrOp;
typedef struct AttrSub AttrSub;
typedef struct NameWait NameWait;
typedef struct Peripheral Peripheral;
typedef struct Advert Advert;
typedef struct LocalService LocalService;
typedef struct LocalAttr LocalAttr;
typedef struct LocalFlow LocalFlow;

/* What is new about a radio, for the properties of Adapter1. */
typedef enum RadioChange {
	RADIO_NAME = 1 << 0,
	RADIO_ADDRESS_TYPE = 1 << 1,
	RADIO_POWERED = 1 << 2,
	RADIO_SCANNING = 1 << 3,
	RADIO_SOURCE = 1 << 4,
	RADIO_LINKS = 1 << 5,
	RADIO_INSTANCES = 1 << 6,
	RADIO_INSTANCES_FREE = 1 << 7,
	RADIO_SCAN_MODE = 1 << 8,
} RadioChange;

/* What is new about a link, for the properties of Connection1. */
typedef enum LinkChange {
	LINK_CONNECTED = 1 << 0,
	LINK_PAIRED = 1 << 1,
	LINK_HOLDERS = 1 << 2,
	LINK_RSSI = 1 << 3,
	LINK_IDENTITY = 1 << 4,
} LinkChange;

/* What BlueZ has to show of what it hears. */
typedef enum ScanShow {
	SHOW_NOTHING,		/* the reports come from elsewhere */
	SHOW_DEVICES,		/* an object for each device */
	SHOW_REPORTS,		/* a signal for each report: they are the source */
} ScanShow;

/* What is wanted of a radio, all of it at any time. */
typedef struct ScanWish {
	bool on;
	bool active;		/* devices are to be asked for scan responses */
	ScanShow show;
	bool ignore_devices;	/* nobody here cares what becomes of BlueZ's devices */
	bool overhear;		/* what the kernel scans for a connection is listened to, though nobody here scans */
} ScanWish;

typedef struct BrokerOps {
	/* toward the radio: make it so */
	void (*radio_scan)(void *userdata, Radio *radio, const ScanWish *wish);
	void (*radio_scan_restart)(void *userdata, Radio *radio);
	void (*radio_power)(void *userdata, Radio *radio, bool on);	/* answered by radio_power_done */
	void (*radio_rename)(void *userdata, const Radio *radio, const char *name, NameWait *wait);	/* answered by name_wait_done */
	void (*radio_rename_forget)(void *userdata, NameWait *wait);	/* no answer any more */

	/* toward the programs */
	void (*radio_added)(void *userdata, Radio *radio);
	void (*radio_removed)(void *userdata, Radio *radio);
	void (*radio_changed)(void *userdata, Radio *radio, unsigned changes);
	void (*session_event)(void *userdata, Session *session, const char *connection, uint32_t events);
	bool (*session_batch)(void *userdata, Session *session);	/* false: not now, ask again later */
	void (*session_scan_stopped)(void *userdata, Session *session, const char *reason);

	/* links: toward the radio */
	bool (*link_look)(void *userdata, Radio *radio, const Addr *addr, LinkMirror *ret);	/* does BlueZ know it? */
	void (*link_connect)(void *userdata, Link *link);	/* answered by link_connect_done */
	void (*link_disconnect)(void *userdata, Link *link);
	void (*link_owned)(void *userdata, Link *link);		/* whether it is ours has changed, as has what to remember */
	void (*link_pair)(void *userdata, Link *link);		/* answered by link_pair_done */
	void (*link_cancel_pair)(void *userdata, Link *link);
	void (*link_unpair)(void *userdata, Link *link);
	void (*device_forget)(void *userdata, Radio *radio, const Addr *addr);	/* answered by bonds_forgotten */
	void (*attr_start)(void *userdata, AttrOp *op);		/* answered by attr_op_done, at any time after this */
	void (*attr_forget)(void *userdata, AttrOp *op);	/* the op goes away: no answer any more */

	/* links: toward the programs */
	void (*link_added)(void *userdata, Link *link);
	void (*link_removed)(void *userdata, Link *link);	/* before it goes */
	void (*link_changed)(void *userdata, Link *link, unsigned changes);
	void (*link_lost)(void *userdata, Link *link, const char *reason);	/* to its holders */
	void (*attr_added)(void *userdata, Attr *attr);
	void (*attr_removed)(void *userdata, Attr *attr);
	void (*attr_notification)(void *userdata, Attr *attr, AttrSub *sub, GBytes *value, uint64_t now);

	/* peripheral side: toward the radio */
	void (*advert_start)(void *userdata, Advert *advert);	/* answered by advert_started */
	void (*advert_stop)(void *userdata, Advert *advert);
	void (*local_register)(void *userdata, LocalService *service);	/* answered by local_registered */
	void (*local_unregister)(void *userdata, LocalService *service);
	void (*local_notify)(void *userdata, LocalAttr *attr, GBytes *value);	/* those who subscribed */
	int (*local_flow_ask)(void *userdata);	/* answered by local_flow_taken; negative: it cannot be known */
	/* -EAGAIN: not now; another negative errno: it cannot */
	int (*local_notify_one)(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value);
	void (*client_disconnect)(void *userdata, Radio *radio, const Addr *addr);

	/* peripheral side: toward the programs */
	void (*session_client)(void *userdata, Session *session, const char *connection, const Addr *addr, bool connected);
	void (*local_service_added)(void *userdata, LocalService *service);
	void (*local_service_removed)(void *userdata, LocalService *service);	/* before it goes */
	void (*local_attr_added)(void *userdata, LocalAttr *attr);
	void (*local_attr_removed)(void *userdata, LocalAttr *attr);
	/* id 0: the peer has its answer already */
	void (*local_read_request)(void *userdata, LocalAttr *attr, uint32_t id, const Addr *client, uint16_t offset);
	void (*local_written)(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value);
	void (*local_subscribed)(void *userdata, LocalAttr *attr, const Addr *client, bool on);

	void (*bluez_stalled)(void *userdata);	/* programs that wait for BlueZ do not any more */
	void (*bonds_changed)(void *userdata);	/* what bonds_store gives is another */
	int (*antenna)(void *userdata, bool external);	/* works the antenna switch; negative errno */

	void (*wake_at)(void *userdata, uint64_t when);	/* USEC_NEVER: not at all; replaces the last */
} BrokerOps;

typedef struct BrokerStats {
	uint64_t reports;		/* heard while somebody scanned */
	uint64_t delivered;
	uint64_t dropped_overflow;
	uint64_t dropped_memory;
	uint64_t dropped_monitor;	/* packets that the kernel threw away, a report or more each */
	uint64_t dropped_notifications;	/* that did not fit into a program's pipe */
	uint64_t dropped_signals;	/* other ones, to connections that do not read */
	uint64_t dropped_calls;		/* that want no answer (user_has_time) */
	uint64_t filtered;
	uint64_t duplicates;
	uint64_t upstream_errors;	/* calls to BlueZ that failed */
	uint64_t stalls;		/* how often BlueZ stopped answering */
} BrokerStats;

typedef struct Broker {
	Config config;
	const BrokerOps *ops;
	void *userdata;
	Quota *quota;
	GPtrArray *radios;
	GPtrArray *sessions;
	LocalFlow *flow;		/* of values to bluetoothd (core/local-flow.h) */
	GArray *owners;			/* Owner: who paired (core/bonds.h) */
	uint64_t next_session;
	uint64_t last_serial;		/* of a session */
	uint64_t next_link;
	uint64_t next_radio;
	uint32_t next_read;	/* never 0 */
	uint64_t wake;			/* what wake_at was last asked for */
	bool bluez_up;
	bool bluez_stalled;		/* it is there, and does not answer */
	uint64_t stalled_since;
	bool monitored;			/* reports come from the HCI monitor, not from BlueZ's signals */
	BrokerStats stats;		/* of sessions that are gone; broker_stats adds the living */
} Broker;

int broker_new(Broker **ret, const Config *config, const BrokerOps *ops, void *userdata);
Broker *broker_free(Broker *broker);	/* ends all sessions first */

/* Ends all sessions; what they asked of the radios is undone. */
void broker_drop_sessions(Broker *broker, uint64_t now);

/* bluetoothd came or went. When it goes, the edge lets each radio vanish afterwards. */
void broker_bluez_changed(Broker *broker, bool up);

/* bluetoothd has stopped answering, or answers again. All that it has stays as it is meanwhile: no program waits for it,
 * nothing new is begun, and no time limit of what is under way runs. */
void broker_bluez_stalled(Broker *broker, bool stalled, uint64_t now);

/* 0 if it is there and answers, else E_BLUEZ_UNAVAILABLE. */
int broker_bluez_ready(const Broker *broker, Reason *reason);

/* Where the reports of all radios come from, from now on. */
void broker_set_monitored(Broker *broker, bool monitored);

/* A bus connection left: its private sessions and subscriptions go. */
void broker_peer_gone(Broker *broker, const char *connection, uint64_t now);

/* A bus connection does not read its signals, or does so again: until then it is no reader of reports. */
void broker_peer_reads(Broker *broker, const char *connection, bool reads);

/* Does what is due at now, and asks for the next wake-up. */
void broker_tick(Broker *broker, uint64_t now);

/* Somebody has something due at when. */
void broker_wake_at(Broker *broker, uint64_t when);

void broker_stats(const Broker *broker, BrokerStats *ret);

/* From the edges, for the statistics: a call to BlueZ failed; the kernel threw packets of the HCI monitor away. */
void broker_upstream_failed(Broker *broker);
void broker_monitor_lost(Broker *broker, uint32_t packets);
void broker_signal_lost(Broker *broker);	/* for a connection that does not read */
void broker_call_dropped(Broker *broker);	/* that wants no answer (user_has_time) */

/* The plugged-in radio that is hciN now or, failing that, the one that was hciN last. NULL: none. */
Radio *broker_radio(const Broker *broker, unsigned index);
/* NULL: it is gone. */
Radio *broker_radio_by_id(const Broker *broker, uint64_t id);
