/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of the air-control protocol, which the simulated BlueZ and the radio on /dev/vhci both
 * speak (what can be asked: bluebroker-simbluez --help).
 *
 * Two things of the real air that a test has to know:
 * - A radio hears only while it scans: "adv" then answers how many radios heard it, 0 when none.
 * - In a scan the kernel keeps a connectable or scannable report (types 0 and 2) back until its
 * scan response or a report of another device comes, and of two such reports of one device in a row
 * only the last gets through to BlueZ. Use type 3, send a type 4 after it, or "repeat … rsp -"
 * where that is not what is tested. */
#pragma once

#include <stdbool.h>

#include <glib.h>

typedef struct Air Air;

/* NULL: nobody listens there (yet). */
Air *air_connect(const char *path);
Air *air_close(Air *air);

/* Says one line. Returns the text after "ok", perhaps empty; an error fails the running test. */
char *air_cmd(Air *air, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The same: air_do() drops the text, air_ask() returns it as a number. */
void air_do(Air *air, const char *format, ...) G_GNUC_PRINTF(2, 3);
unsigned int air_ask(Air *air, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Whether the request was granted: for what only the simulated BlueZ can do. */
bool air_try(Air *air, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Sends a request on a connection of its own, without waiting: so that the main loop can run meanwhile, in
 * which a program of the test answers something. The reply: the text after "ok", or the whole "error …". */
typedef struct AirCall AirCall;
AirCall *air_begin(Air *air, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool air_call_done(const AirCall *call);
char *air_call_finish(AirCall *call); /* waits, and frees */

/* Removes all that the request `list` names, e.g. "peers" by "unpeer": in the guest, those of a failed
 * test are still there. */
void air_clear(Air *air, const char *list, const char *remove);

/* The value of a field in an answer like "sent=5 …". */
unsigned int air_field(Air *air, const char *field, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* A field of "status RADIO": scanning, active, filterdup, powered, sent. */
unsigned int air_status(Air *air, const char *radio, const char *field);
