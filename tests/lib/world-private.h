/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of World share. */
#pragma once

#include <signal.h>

#include "child.h"
#include "janitor.h"
#include "world.h"

struct World {
	Janitor janitor; /* removes dir */
	WorldFlags flags;
	bool real;
	bool paused; /* BlueZ stands still */
	char *dir;
	char *address;
	char *config; /* file, or NULL */
	char *face; /* where the daemon is org.bluez */
	char *face_address;
	char **daemon_args; /* or NULL */
	char *run_dir; /* the daemon's --runtime-dir, kept over restarts */
	char *temporary_timeout;
	char *daemon_log, *sim_log, *bus_log;
	Child bus, sim, daemon;
	Air *air;
	Client *bluez;
};
