/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of bluebrokerctl. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "client/link.h"
#include "client/wanted.h"
#include "ctl/announcement.h"
#include "meaning/value.h"

typedef struct Options Options;

typedef struct Command {
	const char *name;
	const char *arguments;		/* for the usage line, e.g. "HEX [TYPE]" */
	const char *summary;
	const char *help;		/* further help, or NULL */
	unsigned options;		/* the FOR_ bit (option.h) of those it takes beside FOR_ALL; or 0 */
	unsigned min_arguments;
	unsigned max_arguments;
	bool endless;			/* goes on until Ctrl-C without --timeout and --count */
	ExitCode (*run)(const Options *options);
} Command;

struct Options {
	const Command *command;
	char **words;		/* the command and what follows it, without options; owns them */
	char **arguments;	/* of the command, NULL-terminated; points into words */
	bool help;
	bool version;
	bool json;
	bool colour;
	bool raw;
	SessionRequest session;
	LinkRequest link;
	uint64_t count;		/* 0: no limit */
	char *pcap;		/* a file for the capture, "-" for standard output; NULL: none */
	char *btsnoop;
	unsigned window;	/* seconds that a plot shows */
	bool bonded;
	bool stats;		/* how often devices advertise */
	bool force;
	bool read;		/* read the values, too */
	bool stay;
	bool keep_going;
	bool has_passkey;
	uint32_t passkey;
	ValueFormat format;
	const char *write_type;	/* as in the D-Bus contract; NULL: the default */
	uint16_t offset;
	Wanted wanted;
	Announcement announcement;
	char *exec;		/* NULL: none */
	char *socket;		/* NULL: where the daemon says */
};

/* The commands, ending with a NULL name. */
extern const Command commands[];

/* NULL: there is none of that name. */
const Command *command_find(const char *name);
/* What a command of similar tools is here; NULL: it is none of theirs. */
const char *command_elsewhere(const char *name);

/*
 * Reads the command line. True: options is filled, run its command. False: there is nothing to run, leave
 * with *ret_exit; help, version or the error has been printed. Call options_clear() in both cases.
 */
bool options_parse(Options *options, char **argv, ExitCode *ret_exit);
/* The same for a line that has to be a command to run: false only after an error. */
bool options_parse_line(Options *options, char **argv);
void options_clear(Options *options);
