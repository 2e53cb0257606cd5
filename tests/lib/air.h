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
/* The same for who does not want the text, or wants a number. */
void air_do(Air *air, const char *format, ...) G_GNUC_PRINTF(2, 3);
unsigned int air_ask(Air *air, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Whether it was granted: for what only the simulated BlueZ can do. */
bool air_try(Air *air, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Says it on a connection of its own, and leaves the main loop running while the air is at it: for what a
 * program of the test has to answer. The reply is a good one's text after "ok", or a whole "error …". */
typedef struct AirCall AirCall;
AirCall *air_begin(Air *air, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool air_call_done(const AirCall *call);
char *air_call_finish(AirCall *call); /* waits, and frees */

/* Removes what that list names, "peers" by "unpeer": in the guest, those of a test that failed are still
 * there. */
void air_clear(Air *air, const char *list, const char *remove);

/* One field of an answer that is a list of them, "sent=5". */
unsigned int air_field(Air *air, const char *field, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Of "status RADIO": scanning, active, filterdup, powered, sent. */
unsigned int air_status(Air *air, const char *radio, const char *field);
