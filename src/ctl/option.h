/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options: one table says what each does and which commands take it, and --help prints it. */
#pragma once

#include <stddef.h>

#include "ctl/options.h"
#include "util/error.h"

#define OPTIONS_MAX 96

/* Which commands take an option. A name may be in the table several times, for different commands. */
enum {
	FOR_ALL = 1 << 0,
	FOR_SCAN = 1 << 1,
	FOR_DEVICES = 1 << 2,
	FOR_ADVERTS = FOR_SCAN | FOR_DEVICES,
	FOR_CONNECT = 1 << 3,
	FOR_READ = 1 << 4,
	FOR_WRITE = 1 << 5,
	FOR_NOTIFY = 1 << 6,
	FOR_ATTR = FOR_READ | FOR_WRITE | FOR_NOTIFY,
	FOR_LINKS = 1 << 7,
	FOR_PAIR = 1 << 8,
	FOR_ADVERTISE = 1 << 9,
	FOR_SERVE = 1 << 10,
	FOR_RUN = 1 << 11,
	FOR_POWER = 1 << 12,
	FOR_RSSI = 1 << 13,
	FOR_MONITOR = 1 << 14,
	FOR_BATCH = 1 << 15,
	FOR_CLONE = 1 << 16,
	FOR_COMPLETE = 1 << 17,
	/* those with a scan, with a link, with services or an advertisement; and all that have a session */
	FOR_REPORTS = FOR_SCAN | FOR_RSSI,
	FOR_LINK = FOR_CONNECT | FOR_ATTR | FOR_PAIR | FOR_CLONE,
	FOR_PERIPHERAL = FOR_ADVERTISE | FOR_SERVE,
	FOR_SESSION = FOR_REPORTS | FOR_LINK | FOR_PERIPHERAL,
};

typedef struct Option {
	const char *name;
	const char *value;	/* its value's name in the help; NULL: it takes none */
	unsigned commands;
	/* Takes the value's text. NULL: announce does; or the option is a flag, which is set. */
	int (*set)(Options *options, const char *text, Reason *reason);
	AnnouncementSetter announce;	/* NULL: it is not about an advertisement */
	size_t flag;		/* offset of the flag in Options */
	/* what of the D-Bus contract it sets, as Method.key or Method.argument; several have blanks between
	 * them; NULL: nothing */
	const char *sets;
	const char *help;
} Option;

extern const Option option_table[];
extern const size_t option_count;	/* at most OPTIONS_MAX */

/* The options that the command takes, as a mask: its own and FOR_ALL. NULL: no command was chosen. */
unsigned option_mask(const Command *command);

/* The option of that name: the command's own, else the first of another command; NULL: there is none. */
const Option *option_find(const char *name, const Command *command);

/* The option whose name is start (length bytes), or the only one whose name begins with it; else NULL. */
const Option *option_complete(const char *start, size_t length, const Command *command);

/* Applies the option. 0, or E_INVALID_ARGUMENTS and reason says what is allowed. */
int option_set(const Option *option, Options *options, const char *text, Reason *reason);
