/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the daemon's outer life share: a program with a session, and waiting for what happens to
 * it. They run on the simulated BlueZ and, but for what only that one can do, in the guest. */
#pragma once

#include <sys/types.h>

#include <check.h>

#include "run.h"
#include "stats.h"
#include "values.h"
#include "world.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define SECOND_RADIO "00:AA:01:01:00:01"
#define DEVICE "C0:00:00:00:00:01"
/* Users that are not root: daemon, nobody. Where the bus has a policy, it lets them in. */
#define SOME_UID 1
#define OTHER_UID 65534
#define SOON 10000 /* ms, that what should happen may take on a busy machine */
/* A killed bluetoothd leaves the kernel scanning for up to 10.24 s; until then no scan starts. */
#define RESUME 20000

extern World *world;
extern Air *air;
extern Client *client;

void setup_with(WorldFlags flags, const char *config);
void setup_options(WorldFlags flags, const WorldOptions *options);
void setup(void);
void teardown(void);
bool is_guest(void); /* before there is a world, too */

/* Another program; of that user. */
Client *new_client(void);
Client *new_client_as(uid_t uid);
/* Two users that are not root. The guest has its own, whom the bus policy lets in; elsewhere any two will
 * do. */
uid_t alice_uid(void);
Client *new_alice(void);
Client *new_bob(void);

GVariant *no_options(void); /* (a{sv}) */
GVariant *radio_number(unsigned int id); /* OpenSession's arguments, without options */
char *open_session(Client *by, unsigned int id);
void start_scan(Client *by, const char *session, int seconds);
bool is_scanning(Client *by, const char *session);
void close_session(Client *by, const char *session);
/* GetAdvertisements; how many there were. */
unsigned int take_all(Client *by, const char *session);

/* Everything that is charged to the user together; nothing once the daemon knows of no such user. */
uint64_t charged_to(uid_t uid);
void expect_paid(uid_t uid); /* nothing is, soon */

/* Runs the main loop until it is so; else the test fails. radio: an address. */
void wait_radio_scans(const char *radio, bool scanning, unsigned int timeout_ms);
/* bluetoothd dies, and comes back. */
void restart_bluez(void);
void wait_adapter(const char *adapter, const char *property, bool value); /* the daemon's boolean property */
void wait_adapter_gone(const char *adapter);
void wait_adapter_there(const char *adapter);
/* Advertises on that radio until the session has heard it; its FIFO is empty afterwards. */
void hear_through(Client *by, const char *session, const char *radio);
/* One report in the FIFO that nobody has taken. */
void hear_and_leave(Client *by, const char *session, const char *radio);
/* How many reports are in the session's FIFO, by GetStats. */
unsigned int fifo_count(Client *by, const char *session);

/* Asks for the session's signals; then, its scan ends, for that reason. */
void subscribe(Client *by, const char *session);
void expect_stopped(Client *by, const char *reason, unsigned int timeout_ms);

/* PropertiesChanged of an object of the daemon in which the property is what text says. */
void expect_changed(Client *by, const char *path, const char *property, const char *text);
