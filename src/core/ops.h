/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies at the bottom of core: the names of its nouns, and the two tables through which it acts. RadioOps
 * leads toward the radio. FaceOps leads toward the programs: each face gives its own with the sessions that
 * it opens. Nothing in them is called while core works on an event, but for what only asks, forgets or takes
 * bytes (core/agenda.h).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "meaning/addr.h"
#include "util/error.h"
#include "util/macros.h"

typedef struct Broker Broker;
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
	RADIO_DESIRED_SCAN = 1 << 9,		/* what core wants of its scan (DesiredScan): no property */
	RADIO_BONDS = 1 << 10,			/* a device is bonded, or not any more: no property */
} RadioChange;

/* What is new about a link, for the properties of Connection1. */
typedef enum LinkChange {
	LINK_CONNECTED = 1 << 0,
	LINK_PAIRED = 1 << 1,
	LINK_HOLDERS = 1 << 2,
	LINK_RSSI = 1 << 3,
	LINK_IDENTITY = 1 << 4,
	LINK_NAME = 1 << 5,
} LinkChange;

/* What BlueZ has to show us of the advertisements that it hears. */
typedef enum ScanShow {
	SHOW_NOTHING,		/* the reports come from the HCI monitor */
	SHOW_DEVICES,		/* an object for each device, so that it can be connected */
	SHOW_REPORTS,		/* a signal for each report: these are the source of reports */
} ScanShow;

/* What is wanted of a radio's scan: each says all of it, and replaces the one before. */
typedef struct DesiredScan {
	bool on;
	bool active;		/* devices are to be asked for scan responses */
	ScanShow show;
	bool ignore_devices;	/* nobody here needs BlueZ's device objects or their signals */
	/* the HCI monitor also listens to what the kernel's scan for a connection hears */
	bool overhear;
} DesiredScan;

/* Orders to the radio side. The answer may come at any time after the call, also before it returns. */
typedef struct RadioOps {
	void (*radio_scan)(void *userdata, Radio *radio, const DesiredScan *desired);
	void (*radio_scan_restart)(void *userdata, Radio *radio);	/* it hears nothing: begin anew */
	void (*radio_power)(void *userdata, Radio *radio, bool on);	/* answered by power_done */
	/* answered by radio_name_done */
	void (*radio_rename)(void *userdata, const Radio *radio, const char *name, NameWait *wait);
	void (*radio_rename_forget)(void *userdata, NameWait *wait);	/* do not answer any more */
	/* sets the antenna switch; 0 or a negative errno */
	int (*radio_antenna)(void *userdata, bool external);

	/* whether BlueZ knows the device, and what it says of it */
	bool (*link_look)(void *userdata, Radio *radio, const Addr *addr, LinkMirror *ret);
	void (*link_connect)(void *userdata, Link *link);	/* answered by link_connect_done */
	void (*link_disconnect)(void *userdata, Link *link);	/* answered by link_disconnect_done */
	void (*link_pair)(void *userdata, Link *link);		/* answered by pairing_done */
	void (*link_cancel_pair)(void *userdata, Link *link);
	void (*link_unpair)(void *userdata, Link *link);	/* removes device and bond */
	/* answered by bonds_forgotten */
	void (*device_forget)(void *userdata, Radio *radio, const Addr *addr);
	void (*attr_start)(void *userdata, AttrOp *op);		/* answered by attr_op_done */
	void (*attr_forget)(void *userdata, AttrOp *op);	/* do not answer any more: op goes */

	void (*advert_start)(void *userdata, Advert *advert);	/* answered by advert_started */
	void (*advert_stop)(void *userdata, Advert *advert);
	/* answered by local_registered */
	void (*local_register)(void *userdata, LocalService *service);
	void (*local_unregister)(void *userdata, LocalService *service);
	/* to all who subscribed */
	void (*local_notify)(void *userdata, LocalAttr *attr, GBytes *value);
	/* has bluetoothd taken what was sent? answered by local_flow_taken; negative: no answer will come */
	int (*local_flow_ask)(void *userdata);
	/* to one who subscribed; -EAGAIN: too much is on its way; another negative errno: not possible */
	int (*local_notify_one)(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value);
	void (*client_disconnect)(void *userdata, Radio *radio, const Addr *addr);
} RadioOps;

/* A program that a face serves on a socket of its own, where no bus knows of it: what the statistics say. */
typedef struct Guest {
	pid_t pid;
	uid_t uid;
	const char *command;	/* its name; "": not known */
	uint32_t connections;
	uint32_t discoveries;	/* that are on */
	uint32_t links;		/* that it holds */
	uint64_t cut_off;	/* connections of its that the daemon ended */
} Guest;

typedef void (*GuestRow)(const Guest *guest, void *userdata);

/* Lists of which a row came, changed or went, for Manager1.Watch and WatchRows. */
typedef enum ListChange {
	LIST_SESSIONS = 1 << 0,
	LIST_CLIENTS = 1 << 1,
	LIST_PROGRAMS = 1 << 2,		/* Guest */
	LIST_BONDS = 1 << 3,
	LIST_BLUEZ = 1 << 4,		/* no list: bluetoothd's state */
} ListChange;

/* Such a row, as it was when that came about: it may be gone, or another, when it is told. */
typedef struct ListRow {
	ListChange list;
	bool there;		/* false: it has gone */
	GArray *uids;		/* uid_t: who may know of it; NULL: everybody */
	/* sessions */
	const Session *session;	/* in memory still */
	bool scanning, stream;
	/* clients and bonds */
	const Radio *radio;	/* in memory still */
	unsigned index;		/* N of hciN */
	Addr addr;
	uint16_t mtu;
	uint32_t sessions;	/* whose services a client used */
	char *name;		/* of a bond, or NULL; or of a program: guest.command */
	Guest guest;		/* programs */
	const char *state;	/* bluetoothd's: a string constant */
} ListRow;

/*
 * News to those who listen. A face is a way in which programs see the broker; the parts of the daemon that
 * keep files hear the public facts in the same way. A public fact that a listener does not need is NULL. An
 * object that is gone is still in memory when its news are told.
 */
typedef struct FaceOps {
	/* public facts, for every face */
	void (*radio_added)(void *userdata, Radio *radio);
	void (*radio_removed)(void *userdata, const Radio *radio, unsigned index);	/* N of hciN */
	void (*radio_changed)(void *userdata, Radio *radio, unsigned changes);	/* RadioChange */
	void (*link_added)(void *userdata, Link *link);
	void (*link_removed)(void *userdata, Link *link);
	void (*link_changed)(void *userdata, Link *link, unsigned changes);	/* LinkChange */
	/* some link became ours, or ceased to be; told before BlueZ is asked to open it */
	void (*links_owned)(void *userdata);
	void (*attr_added)(void *userdata, Attr *attr);
	void (*attr_removed)(void *userdata, Attr *attr);
	void (*bonds_changed)(void *userdata);	/* bonds_store gives another text now */
	void (*bluez_changed)(void *userdata, bool up);	/* bluetoothd came or went */
	void (*list_changed)(void *userdata, const ListRow *row);
	void (*bluez_stalled)(void *userdata);	/* programs that wait for BlueZ are to get an error */

	/* no news: calls row for each Guest (broker_guests); NULL: it has none */
	void (*guests)(void *userdata, GuestRow row, void *row_userdata);

	/* for the face that opened the session */
	void (*session_event)(void *userdata, Session *session, const char *connection, uint32_t events);
	/* false: not now, try later; press: it has been refused for long, and may be so no more */
	bool (*session_batch)(void *userdata, Session *session, bool press);
	void (*session_scan_stopped)(void *userdata, Session *session, const char *connection,
				     const char *reason);
	void (*session_client)(void *userdata, Session *session, const char *connection, const Addr *addr,
			       bool connected);
	/* Whether the session's program answers what is asked about centrals that pair; NULL: it does not.
	 * With it go the question (kind: PairingKind; client_answer answers) and its end. */
	bool (*answers_clients)(void *userdata, const Session *session);
	void (*client_asked)(void *userdata, Session *session, const Addr *addr, unsigned kind,
			     uint32_t passkey);
	void (*client_asked_over)(void *userdata, Session *session, const Addr *addr);
	/* The session's operation needs a pairing (kind: PairingKind; pairing_respond answers). Its end is
	 * told as that of a central's. */
	void (*link_asked)(void *userdata, Session *session, Link *link, uint32_t id, unsigned kind,
			   uint32_t passkey);
	/* session: held the link */
	void (*link_lost)(void *userdata, Link *link, Session *session, const char *reason);
	void (*attr_notification)(void *userdata, Attr *attr, AttrSub *sub, GBytes *value, uint64_t now);
	void (*local_service_added)(void *userdata, LocalService *service);
	void (*local_service_removed)(void *userdata, LocalService *service);
	void (*local_attr_added)(void *userdata, LocalAttr *attr);
	void (*local_attr_removed)(void *userdata, LocalAttr *attr);
	/* id 0: the peer has its answer already */
	void (*local_read_request)(void *userdata, LocalAttr *attr, uint32_t id, const Addr *client,
				   uint16_t offset);
	void (*local_written)(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value);
	/* of an attribute that asks: local_accept answers; type: BlueZ's word, or NULL */
	void (*local_write_request)(void *userdata, LocalAttr *attr, uint32_t id, const Addr *client,
				    uint16_t offset, const char *type, GBytes *value);
	void (*local_confirmed)(void *userdata, LocalAttr *attr);
	void (*local_subscribed)(void *userdata, LocalAttr *attr, const Addr *client, bool on);
} FaceOps;

typedef struct Face {
	const FaceOps *ops;
	void *userdata;
} Face;
