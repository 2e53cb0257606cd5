/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One test's world: a bus, BlueZ with one radio, and the daemon.
 *
 * BLUEBROKER_WORLD=sim, or unset: a private bus in a temporary directory and the simulated BlueZ.
 * BLUEBROKER_WORLD=vm: the guest's system bus, bluetoothd, and the radio on /dev/vhci, which have been
 * started before (AIR_CONTROL: the radio's socket, default /run/air; BLUETOOTHD_CTL: the program that kills
 * and starts bluetoothd, default bluetoothd-ctl). In both there is one radio, WORLD_RADIO, as hci0.
 *
 * BLUEBROKERD is the daemon to run, default the one of this build; BLUEBROKERD_WRAPPER runs it, e.g.
 * "valgrind --error-exitcode=99". Its log is printed if the test ends before world_free(). */
#pragma once

#include "air.h"
#include "client.h"

#define WORLD_RADIO "00:AA:01:00:00:00"
#define WORLD_NAME "com.example.Bluetooth"
#define BLUEZ_ADAPTER "/org/bluez/hci0"
#define BLUEZ_ADAPTER_IFACE "org.bluez.Adapter1"

typedef enum WorldFlags {
	WORLD_NO_DAEMON = 1 << 0, /* no daemon until world_daemon_start() */
	WORLD_NO_WAIT = 1 << 1, /* waits only until the daemon has its name */
	WORLD_NO_BLUEZ = 1 << 2, /* no BlueZ until world_bluez_start() */
	WORLD_NO_RADIO = 1 << 3, /* no radio until "plug" */
	WORLD_EXPERIMENTAL = 1 << 4, /* BlueZ's experimental properties; the simulated one only */
} WorldFlags;

typedef struct WorldOptions {
	const char *config; /* text of the daemon's configuration file; or NULL */
	const char *const *daemon_args; /* NULL-terminated */
	const char *temporary_timeout; /* BlueZ's TemporaryTimeout, seconds; whole ones in the guest */
} WorldOptions;

typedef struct World World;

World *world_new(WorldFlags flags);
World *world_new_with(WorldFlags flags, const WorldOptions *options);
/* Ends the world. The daemon, if it runs, has to end cleanly: a sanitizer's or valgrind's complaint fails
 * the test here. Returns NULL. */
World *world_free(World *world);

bool world_is_real(const World *world); /* whether it is the guest's, with the real BlueZ */
/* Whether BlueZ is 5.MINOR or later, by its adapter's Modalias: the adapter has to be there. */
bool world_bluez_since(const World *world, unsigned int minor);
const char *world_address(const World *world); /* address of the bus */
const char *world_face(const World *world); /* address of the socket on which the daemon is org.bluez */
Air *world_air(const World *world);
const char *world_dir(const World *world); /* for the test's own files; removed at the end */
const char *world_log(const World *world); /* path of the daemon's log */
char *world_read_log(const World *world);
/* A connection to the bus for calls to org.bluez. */
Client *world_bluez(const World *world);

void world_daemon_start(World *world); /* with the options of world_new, and the same wait */
void world_daemon_stop(World *world); /* SIGTERM; has to end cleanly */
void world_daemon_kill(World *world);
pid_t world_daemon_pid(const World *world); /* of the wrapper if there is one; 0: it does not run */
void world_daemon_pause(World *world);	/* SIGSTOP */
void world_daemon_resume(World *world);
/* Waits until the daemon is idle: it uses less than a tenth of half a second. */
void world_daemon_expect_idle(World *world);
/* Waits for the daemon to end by itself; returns its status as of waitpid. */
int world_daemon_wait(World *world, unsigned int timeout_ms);

void world_bluez_kill(World *world); /* returns when the name is gone */
/* BlueZ stands still, and goes on. Meanwhile the simulated one does not answer world_air() either. */
void world_bluez_pause(World *world);
void world_bluez_resume(World *world);
void world_bluez_start(World *world); /* returns when the name is there; the adapters come later */
/* Waits until BlueZ's adapter is powered or, with false, is not. */
void world_wait_powered(World *world, const char *adapter, bool powered);
/* Sets Powered through org.bluez, and waits until the daemon, if it runs, has heard of it. */
void world_power(World *world, const char *adapter, bool powered);
/* Whether the daemon shows hciN. */
bool world_daemon_shows(World *world, const char *adapter);
/* How long something that should happen may take, in ms: longer if a wrapper slows the daemon down. */
unsigned int world_patience(const World *world);
/* How long what a program held may outlive the program, in ms: a second where time is virtual; with the
 * simulated BlueZ time is real, and a busy machine takes longer. */
unsigned int world_release(const World *world);
