/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands. */
#include "ctl/commands.h"

#define FILTER_HELP								\
	"A report must match every filter option that is given, and any value of one that is repeated.\n"

const Command commands[] = {
	{ "status", "", "Shows the daemon, its radios and its limits", NULL, 0, 0, command_status },
	{
		"scan", "", "Scans: a live table on a terminal, a line a report elsewhere",
		FILTER_HELP
		"Ends after --timeout or --count, with Ctrl-C, SIGTERM, or q in the table. Opens a session of its own,\n"
		"so it takes nothing from other programs. A summary with the number of lost reports goes to standard\n"
		"error.\n",
		0, 0, command_scan,
	},
	{
		"devices", "", "Lists the devices that were heard lately, the latest first",
		FILTER_HELP "Does not scan: it shows what any program's scan has heard.\n", 0, 0, command_devices,
	},
	{
		"resolve", "HEX [TYPE]", "Says what advertising data means, without the daemon",
		"HEX may have blanks, colons or 0x between the bytes (quote blanks). TYPE shows the structures of one AD\n"
		"type only: a number, or a name such as ADV_NAME_CMPL.\n",
		1, 2, command_resolve,
	},
	{ "stats", "", "Shows the daemon's counters", NULL, 0, 0, command_stats },
	{ "constants", "", "Lists the documented constants and their numbers", NULL, 0, 0, command_constants },
	{ .name = NULL },
};
