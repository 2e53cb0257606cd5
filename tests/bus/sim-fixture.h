/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the simulated BlueZ share: a world without the daemon, and a plain GDBus
 * program that scans. */
#pragma once

#include "run.h"
#include "world.h"

#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define ADAPTER_IFACE BLUEZ_ADAPTER_IFACE
#define DEVICE_IFACE "org.bluez.Device1"
#define DEVICE "C0:00:00:00:00:01"
#define DEVICE_PATH BLUEZ_ADAPTER "/dev_C0_00_00_00_00_01"
#define OTHER "C0:00:00:00:00:02"
#define OTHER_PATH BLUEZ_ADAPTER "/dev_C0_00_00_00_00_02"
#define SOON 10000 /* ms, that things which should happen may take */
#define QUIET 60 /* ms: nothing came, nothing will */

extern World *world;
extern Air *air;
extern Client *client; /* the scanning program; it keeps every signal of org.bluez */

/* BLUEBROKER_FACE: what these tests expect of BlueZ they expect of the daemon, on its socket. Where it
 * promises something else, a case says so. The test is one program there, however many clients it has. */
bool is_face(void);
/* "NAME: message", or NULL: it succeeded. The daemon's messages say more than BlueZ's: the name counts there.
 */
bool is_same_outcome(const char *outcome, const char *wanted);
const char *bluez_address(void); /* of the bus that has org.bluez */
void setup(void);
void setup_hasty(void); /* temporary devices stay half a second */
void setup_experimental(void);
void teardown(void);

void adapter_do(Client *by, const char *method, GVariant *params); /* on hci0's Adapter1 */
void adapter_fails(Client *by, const char *method, GVariant *params,
		   const char *error); /* error: short BlueZ name */
bool is_discovering(void *unused);
GVariant *filter_new(bool duplicate); /* LE, every RSSI: the arguments of SetDiscoveryFilter */
/* Discovery with that filter, duplicates too, or without one; the signals so far are dropped. */
void start_filtered(void);
void start_plain(void);

/* The next PropertiesChanged is of this object, and is this as text without types:
 * "{changed, by name} [invalidated]". */
void expect_change(const char *path, const char *text);
void expect_removed(const char *path); /* the next InterfacesRemoved */
GVariant *next_added(const char *path,
		     const char *iface); /* the next InterfacesAdded: its properties of iface */
void expect_device(const char *path);
void expect_property(GVariant *properties, const char *name,
		     const char *text); /* text: typed, or "none" */
void expect_quiet(void); /* no signal is kept, and none comes */

/* BlueZ has done it when it tells of it; the daemon tells what it has decided, and does it then. */
void expect_in_time(bool (*is)(void *data), void *data, bool wanted);

void left_out(const char *test, const char *why); /* says so */
/* False on the real BlueZ, and says that the test is left out. */
bool needs_simulation(const char *test);
