/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A private session that holds something: a link to a device, an advertisement, services. It lets go when it is closed or
 * this program ends.
 */
#pragma once

#include <stdbool.h>

#include "client/bus.h"
#include "client/gatt.h"

#define NO_TIMEOUT G_MAXINT	/* the daemon has its own time-outs, and answers */

typedef struct Hold Hold;

typedef struct HoldRequest {
	char *bus;		/* an address, "system" or "session" */
	int adapter;		/* N of hciN; -1: the first */
	int timeout;		/* seconds for all that is asked; -1: none */
	uint8_t addr_type;	/* of the contract; this and what follows: of the link */
	uint8_t priority;
	bool auto_reconnect;
} HoldRequest;

/* Connects to the device. NULL: all is said, *ret_exit is set. The same holds for the others below. */
Hold *hold_open(const HoldRequest *request, const char *address, ExitCode *ret_exit);

/* The same without a device. */
Hold *hold_open_session(const HoldRequest *request, ExitCode *ret_exit);
BrokerSession1 *hold_session(const Hold *hold);

/* Lets go. */
void hold_close(Hold *hold);

/* The device's attributes (gatt_tree_new). */
GPtrArray *hold_tree(Hold *hold, ExitCode *ret_exit);

/* Facts about the link. */
const char *hold_address(const Hold *hold);	/* AA:BB:CC:DD:EE:FF */
int hold_adapter(const Hold *hold);
BrokerConnection1 *hold_link(Hold *hold);	/* with its properties; NULL if it is gone already */
unsigned hold_mtu(Hold *hold);			/* bytes; 0: not known */

/* Calls a method of any object; within --timeout. arguments: consumed if floating. NULL: error is set. */
GVariant *hold_call_path(Hold *hold, const char *path, const char *interface, const char *method, GVariant *arguments,
			 const char *reply_type, GError **error);
/* The same, without waiting for the answer. */
void hold_send(Hold *hold, const char *path, const char *interface, const char *method, GVariant *arguments,
	       GAsyncReadyCallback done, void *userdata);
/* Calls heard for each signal of that name that the daemon sends. */
void hold_subscribe(Hold *hold, const char *interface, const char *member, GDBusSignalCallback heard, void *userdata);

/* Calls a method of an attribute; within --timeout. arguments: consumed if floating. NULL: error is set. */
GVariant *hold_call(Hold *hold, const GattAttr *attr, const char *method, GVariant *arguments, const char *reply_type,
		    GError **error);

/* Reads the attribute. A GBytes, or NULL and error. */
GBytes *hold_read(Hold *hold, const GattAttr *attr, unsigned offset, GError **error);

int hold_time_left_ms(const Hold *hold);	/* what is left of --timeout, for a call */

/* As fail_call(); it knows what --timeout has to do with it. */
ExitCode hold_fail(const Hold *hold, const GError *error, const char *doing);

/* Calls notified for each value of the characteristic; follow it with the call that subscribes. */
typedef void (*HoldNotified)(void *userdata, uint64_t time, const uint8_t *bytes, size_t length);
void hold_listen(Hold *hold, const GattAttr *attr, HoldNotified notified, void *userdata);

/*
 * What hold_run() waits for: hold_end(), a signal that ends programs, --timeout where it is timed (all of them good ends),
 * and that the daemon goes, or the link without --auto-reconnect (which is said). For output, also that its reader goes.
 * From here on such signals do nothing until it runs.
 */
void hold_watch(Hold *hold, bool timed, bool output);
void hold_end(Hold *hold);

/* Once at most, after hold_watch(). */
ExitCode hold_run(Hold *hold);
