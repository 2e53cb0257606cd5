/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options: one table says what each is, which commands take it, and is what --help prints. */
#pragma once

#include <stddef.h>

#include "ctl/options.h"
#include "util/error.h"

#define OPTIONS_MAX 48

/* Which commands take an option. A name may stand several times, for different commands. */
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
};

typedef struct Option {
	const char *name;
	const char *value;	/* what it takes, for the help; NULL: nothing */
	unsigned commands;
	/* text: the value; NULL: the flag is set */
	int (*set)(Options *options, const char *text, Reason *reason);
	size_t flag;		/* where it stands in Options */
	const char *help;
} Option;

extern const Option option_table[];
extern const size_t option_count;	/* at most OPTIONS_MAX */

/* The options that the command takes, as a mask: FOR_ALL and its own. NULL: none is chosen. */
unsigned option_mask(const Command *command);

/* The option with that name: the command's own, or else that of another; NULL: there is none. */
const Option *option_find(const char *name, const Command *command);

/* Notes that it was given. E_INVALID_ARGUMENTS, and reason says what is allowed, or 0. */
int option_set(const Option *option, Options *options, const char *text, Reason *reason);
