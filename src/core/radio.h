/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A radio: known by its address, whatever hci number it has today; several with the same address are told
 * apart by the number. One that is unplugged is remembered as long as a session is bound to it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/absent.h"
#include "core/agenda.h"
#include "core/broker.h"
#include "core/devices.h"
#include "core/identity.h"
#include "core/power.h"
#include "core/report.h"
#include "core/wait.h"
#include "meaning/addr.h"
#include "util/error.h"
#include "util/macros.h"

#define RADIO_NAME_MAX 249
#define RADIO_MODALIAS_MAX 64

/* BlueZ's state, mirrored. */
typedef struct RadioState {
	char name[RADIO_NAME_MAX];
	char modalias[RADIO_MODALIAS_MAX];
	bool powered;
	bool blocked;			/* by rfkill */
	unsigned links;			/* connected devices */
	uint8_t instances;		/* how many advertisements it can send at once; 0: not told */
	uint8_t instances_free;
	bool advert_sets;		/* the controller has advertising sets: it sends several by itself */
	bool advert_intervals;		/* BlueZ takes advertising intervals */
	bool advert_tx_power;		/* BlueZ puts the TX power into an advertisement */
	bool advert_powers;		/* BlueZ takes a transmit power for an advertisement */
	int8_t advert_power_min;	/* dBm */
	int8_t advert_power_max;	/* dBm */
	bool bredr;			/* classic Bluetooth is on, too */
	bool discoverable;		/* BlueZ's Discoverable, which any program may set */
	/* for programs that know BlueZ: whether this bluetoothd tells it, and what */
	bool tells_power_state;
	bool tells_connectable;
	bool tells_version;
	uint16_t manufacturer;
	uint8_t version;		/* of the controller (LMP) */
	bool tells_advert_features;
	bool advert_offload;		/* the controller has advertising sets, as BlueZ says it there */
	bool advert_sets_power;
	uint8_t advert_length_max;
	uint8_t scan_response_length_max;
} RadioState;

/* How the radio scans, as bluez/ tells (Adapter1.ScanMode). */
typedef enum ScanMode {
	SCAN_MODE_OFF,
	SCAN_MODE_DISCOVERY,	/* BlueZ hears, and shows, everything */
	SCAN_MODE_QUIET,	/* the radio scans actively, BlueZ drops what it hears */
	SCAN_MODE_QUIET_ALL,	/* the same, and the controller does not filter duplicates */
	SCAN_MODE_PASSIVE,
} ScanMode;

struct Radio {
	Broker *broker;
	uint64_t id;			/* never given to another radio */
	Addr addr;
	unsigned index;			/* N of hciN, now or last */
	unsigned former_index;		/* its index before that: programs may still use it */
	bool present;

	RadioState bluez;		/* mirrored */

	DesiredScan desired;			/* the last intention stated */
	ScanMode scan_mode;
	bool was_powered;		/* when it was present last */
	uint64_t powered_off;		/* when it was powered off last; 0: never */
	Power power;
	uint64_t last_report;
	/* how long without a report until the scan is restarted; doubles while that does not help */
	uint64_t silence;
	GPtrArray *scanning;		/* sessions whose scan request stands */
	GPtrArray *links;		/* Link */
	GPtrArray *bonds;		/* Bond */
	WaitLine forgets;		/* ForgetWait */
	WaitLine renames;		/* NameWait */
	Task scan;			/* states what is wanted of the scan: radio_wake */
	Task silent;			/* due when it has heard nothing for too long */
	Task links_due;			/* settles its links: radio_wake_links */
	Absent absent[ABSENT_MAX];
	Peripheral *peripheral;
	unsigned users;			/* sessions that are initialised */
	unsigned pins;			/* of faces that know it: it is not forgotten meanwhile */
	Devices *devices;
	Identities *identities;	/* addresses of the devices that it is bonded with */
};

void radio_set_addr_type(Radio *radio, uint8_t type);
void radio_set_scan_mode(Radio *radio, ScanMode mode);

/* 0 if it can be used now, else E_BLUEZ_UNAVAILABLE or E_NOT_READY with the reason. */
int radio_ready(const Radio *radio, Reason *reason);

bool radio_is_scanning(const Radio *radio);

/* Whether what the HCI monitor hears of the radio is needed; whether BlueZ's signals of its devices are to be
 * made into reports. */
bool radio_wants_monitor(const Radio *radio);
bool radio_wants_signals(const Radio *radio);

/* Where its reports come from, in the contract's words (Adapter1.Source). */
const char *radio_source(const Radio *radio);

/* For sessions.c: a session begins or ends to use the radio; begins or ends to scan. */
void radio_use(Radio *radio);
void radio_unuse(Radio *radio);
void radio_add_scan(Radio *radio, Session *session, uint64_t now);
void radio_remove_scan(Radio *radio, Session *session);

/* What is wanted of its scan, or of its links, may have changed: to be settled at the end of the turn. */
static inline void radio_wake(Radio *radio)
{
	task_at(&radio->scan, AT_ONCE);
}

static inline void radio_wake_links(Radio *radio)
{
	task_at(&radio->links_due, AT_ONCE);
}

/* For radios.c: properties of the radio changed. */
void radio_changed(Radio *radio, unsigned changes);	/* RadioChange bits */
