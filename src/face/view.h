/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program's view of a radio: its session there, and the devices that it may know of. Those are what its own
 * discovery found, what it holds, and what is paired.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/attr-op.h"
#include "core/charge.h"
#include "core/fanout.h"
#include "core/radio.h"
#include "core/report.h"
#include "core/session.h"
#include "face/discovery.h"
#include "face/place.h"
#include "face/program.h"
#include "util/error.h"

/* After that a device that is not paired, held or heard is forgotten, as by bluetoothd (TemporaryTimeout). */
#define VIEW_FORGET_AFTER (30 * USEC_PER_SEC)

/* How long reports wait for others, so that a program wakes up once for several; one after a pause does
 * not. */
#define VIEW_BATCH_MS 50
#define VIEW_BATCH_MAX 64

struct View {
	Program *program;
	Radio *radio;
	Session *session;		/* for all but discovery; NULL: none was needed yet */
	GPtrArray *discoveries;		/* Discovery */
	GPtrArray *monitor_apps;	/* MonitorApp (face/monitor-app.c) */
	GPtrArray *apps;		/* App (face/app.c) */
	GPtrArray *adverts;		/* FaceAdvert (face/advert.c) */
	bool appeared;			/* the program knows of the radio */
	bool off;			/* the program has powered it off for itself */
	struct {
		char *alias;		/* NULL: as the radio's */
		int discoverable;
		uint32_t discoverable_timeout;
		int pairable;
		int connectable;
		uint32_t pairable_timeout;
		Task hide, unpair;	/* they are over */
	} wish;				/* what the program has set for itself */
	GHashTable *devices;		/* DeviceView, by its address */
	GQueue by_age;			/* DeviceView, the latest heard last */
	GQueue dirty;			/* DeviceView: what the program has yet to be told of */
	uint32_t changed;		/* properties of the adapter likewise, bits by row */
	Task expire;
};

struct DeviceView {
	View *view;
	Addr addr;
	Charge charge;
	GList age;			/* its place in by_age */
	GList news;			/* its place in dirty */
	bool is_dirty;
	bool shown;			/* the program knows of the object */
	bool found;			/* by the program's discovery */
	bool paired;
	Request *pairing;		/* Pair, which waits for its end; or NULL */
	bool central;			/* it is connected to us, and uses what the program serves */
	bool trusted, blocked;		/* the program's wish, without effect on others */
	uint8_t battery;		/* percent */
	bool has_battery;
	OpWait battery_read;
	bool linked;			/* the program knows that it holds the link */
	const Link *lost; /* it was: the program is still to hear of its attributes' end; or NULL */
	bool was_linked;		/* it did once: the device stays, as with bluetoothd */
	uint32_t changed;		/* properties, bits by row */
	uint64_t last_seen;
	int8_t rssi;			/* RSSI_UNKNOWN: not heard in this discovery */
	int8_t told_rssi;		/* that the program knows */
	char *name;
	char *alias;			/* that the program has set */
	Report *advertisement;		/* the last one that was no scan response, or NULL */
	Report *scan_response;		/* the last one, or NULL */
	GHashTable *attrs;		/* AttrView by Attr: of the link that the program holds */
};

View *view_new(Program *program, Radio *radio);
/* The radio is there, for the first time or again: the program is told of its objects. */
void view_appear(View *view);
/* The radio is gone: the program is told that all of its objects are. False: so is the view; true: it waits
 * for the radio, with what the program has registered there. */
bool view_vanish(View *view);
View *view_free(View *view);		/* returns NULL */
View *view_find(const Program *program, unsigned index);	/* of hciN, or NULL */

/* The program's session on the radio, opened if need be. E_LIMIT_REACHED, and what sessions_open says. */
int view_session(View *view, Session **ret, Reason *reason);

bool view_is_powered(const View *view);
/* The program lets go of all that it has there. The caller tells it. */
void view_let_go(View *view);

DeviceView *view_device(const View *view, const Addr *addr);	/* or NULL */
/* The same, made if need be. E_LIMIT_REACHED. */
int view_add_device(View *view, const Addr *addr, DeviceView **ret, Reason *reason);
void view_remove_device(DeviceView *device);
/* Whether the device is known by a name that begins like this. */
bool view_has_pattern(const View *view, const Addr *addr, const char *pattern);
/* It may have no reason to be known any more. */
void view_check_device(DeviceView *device);
Link *view_held_link(const DeviceView *device);	/* that the program holds, or NULL */

/* The program is to be told: of properties of a device, of the adapter. Bits by row. */
void view_device_changed(DeviceView *device, uint32_t properties);
void view_adapter_changed(View *view, uint32_t properties);
/* Tells it, as long as it reads. */
void view_tell(View *view);

/* The radio changed: RadioChange bits. */
void view_radio_changed(View *view, unsigned changes);
/* Notes a report that the program is to hear of, and tells it. NULL: there is no room for the device. */
DeviceView *view_report(View *view, const DiscoveryFilter *filter, Report *report);
/* A connection of the program's has gone. */
void views_connection_gone(Program *program, const Connection *connection);
/* The program has read what it was sent. */
void view_ready(View *view);
/* No discovery is on any more. The caller tells it. */
void view_forget_signal(View *view);
/* There is no power: as with bluetoothd, devices that were merely found are gone. */
void view_forget_found(View *view);
