/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands. */
#include "ctl/commands.h"

#include <string.h>

#include "ctl/option.h"

#define FILTER_HELP									\
	"A report must match every filter option that is given, and any value of one that is "	\
	"repeated.\n"
#define ATTR_HELP									\
	"ATTR is a UUID (2a37, or 36 characters) that stands once in the device, or a handle "	\
	"(0x0014).\nbluebrokerctl connect lists them.\n"
#define ADDR_HELP									\
	"ADDR is an address, or the device's name if no other device has it, too.\n"
#define SHARED_HELP									\
	ADDR_HELP									\
	"A link that other programs hold is shared with them; it closes when nobody holds it "	\
	"any more.\n"

const Command commands[] = {
	{
		.name = "status",
		.arguments = "",
		.summary = "Shows the daemon, its radios and its limits",
		.run = command_status,
	},
	{
		.name = "power",
		.arguments = "[on|off]",
		.summary = "Powers the radio on or off, or tells which it is",
		.help = "On is for good: it does not go off with the last program. Off is refused while a "
			"session uses the radio,\nor a link is open. --force is for root, and for who is the "
			"only one.\n",
		.options = FOR_POWER,
		.max_arguments = 1,
		.run = command_power,
	},
	{
		.name = "name",
		.arguments = "[NAME]",
		.summary = "Shows the radio's name, which others see, or gives it another",
		.help = "At most 247 bytes of UTF-8. An empty one (\"\") is replaced by the computer's "
			"name.\n",
		.options = FOR_LINKS,
		.max_arguments = 1,
		.run = command_name,
	},
	{
		.name = "scan",
		.arguments = "",
		.summary = "Scans: a live table on a terminal, a line a report elsewhere",
		.help = FILTER_HELP
			"Ends after --timeout or --count, with Ctrl-C, SIGTERM, or q in the table. Opens a "
			"session of its own,\nso it takes nothing from other programs. A summary with the "
			"number of lost reports goes to standard\nerror. --pcap and --btsnoop keep what is "
			"heard in a file; with - it goes to standard output:\nbluebrokerctl scan --pcap - "
			"| wireshark -k -i -\n--stats shows how often devices advertise, and how much of it "
			"was missed.\n",
		.options = FOR_SCAN,
		.endless = true,
		.run = command_scan,
	},
	{
		.name = "rssi",
		.arguments = "ADDR...",
		.summary = "Shows signal strengths over time: a live plot on a terminal, lines elsewhere",
		.help = "One to eight devices, by address or name. Ends after --timeout or --count, with "
			"Ctrl-C, SIGTERM, or q in\nthe plot, whose last state stays on the screen.\n",
		.options = FOR_RSSI,
		.min_arguments = 1,
		.max_arguments = UINT_MAX,
		.endless = true,
		.run = command_rssi,
	},
	{
		.name = "devices",
		.arguments = "",
		.summary = "Lists the devices that were heard lately, the latest first",
		.help = FILTER_HELP
			"Does not scan: it shows what any program's scan has heard. --bonded lists the "
			"devices that the\nradio is bonded to instead, whether they were heard or not; "
			"forget removes one.\n",
		.options = FOR_DEVICES,
		.run = command_devices,
	},
	{
		.name = "resolve",
		.arguments = "HEX [TYPE]",
		.summary = "Says what advertising data means, without the daemon",
		.help = "HEX may have blanks, colons or 0x between the bytes (quote blanks). TYPE shows "
			"the structures of one AD\ntype only: a number, or a name such as ADV_NAME_CMPL.\n",
		.min_arguments = 1,
		.max_arguments = 2,
		.run = command_resolve,
	},
	{
		.name = "connect",
		.arguments = "ADDR",
		.summary = "Connects to a device, and shows its services and what is in them",
		.help = "On a terminal, or with --stay, the link is held until Ctrl-C or SIGTERM; with "
			"--auto-reconnect, over losses\nas well.\n"
			SHARED_HELP,
		.options = FOR_CONNECT,
		.min_arguments = 1,
		.max_arguments = 1,
		.run = command_connect,
	},
	{
		.name = "read",
		.arguments = "ADDR ATTR",
		.summary = "Reads a characteristic or a descriptor",
		.help = ATTR_HELP
			"Without --format: in hex, and the text beside where it is one.\n"
			SHARED_HELP,
		.options = FOR_READ,
		.min_arguments = 2,
		.max_arguments = 2,
		.run = command_read,
	},
	{
		.name = "write",
		.arguments = "ADDR ATTR VALUE",
		.summary = "Writes a characteristic or a descriptor",
		.help = ATTR_HELP
			"VALUE is hex, or what --format says; several integers have commas or blanks "
			"between them. Put -- before\na negative one: bluebrokerctl write --format i8 ADDR "
			"ATTR -- -5\n"
			SHARED_HELP,
		.options = FOR_WRITE,
		.min_arguments = 3,
		.max_arguments = 3,
		.run = command_write,
	},
	{
		.name = "notify",
		.arguments = "ADDR ATTR",
		.summary = "Shows the notifications of a characteristic as they come",
		.help = ATTR_HELP
			"Ends after --timeout or --count, or with Ctrl-C or SIGTERM.\n"
			SHARED_HELP,
		.options = FOR_NOTIFY,
		.min_arguments = 2,
		.max_arguments = 2,
		.endless = true,
		.run = command_notify,
	},
	{
		.name = "pair",
		.arguments = "ADDR",
		.summary = "Pairs with a device",
		.help = "Asks on standard error for what the device shows, and reads the answer from "
			"standard input; or says what\nis to be entered at the device. --passkey answers "
			"beforehand.\n"
			SHARED_HELP,
		.options = FOR_PAIR,
		.min_arguments = 1,
		.max_arguments = 1,
		.run = command_pair,
	},
	{
		.name = "forget",
		.arguments = "ADDR",
		.summary = "Removes the bond with a device, as after it was reset",
		.help = ADDR_HELP
			"For root, and for who paired with it. Not while another program uses the device. "
			"bluebrokerctl devices\n--bonded lists them.\n",
		.options = FOR_LINKS,
		.min_arguments = 1,
		.max_arguments = 1,
		.run = command_forget,
	},
	{
		.name = "disconnect",
		.arguments = "ADDR",
		.summary = "Lets go of a link that your user's session holds",
		.help = ADDR_HELP
			"That is one from Session1.Connect on the radio's own object. The link closes when "
			"nobody holds it any\nmore. Links of connect, read, write and notify end with "
			"those programs.\n",
		.options = FOR_LINKS,
		.min_arguments = 1,
		.max_arguments = 1,
		.run = command_disconnect,
	},
	{
		.name = "links",
		.arguments = "",
		.summary = "Lists the open links, and how many sessions hold each",
		.options = FOR_LINKS,
		.run = command_links,
	},
	{
		.name = "monitor",
		.arguments = "",
		.summary = "Shows radios, links, sessions, clients and bonds as they come, change and go",
		.help = "First what is there now, then a line for each change, until Ctrl-C, SIGTERM, "
			"--timeout, or --count\nchanges. Goes on when the daemon or bluetoothd is started anew. "
			"Sessions, clients and programs are\nthose of your user; for root, all.\n",
		.options = FOR_MONITOR,
		.endless = true,
		.run = command_monitor,
	},
	{
		.name = "advertise",
		.arguments = "",
		.summary = "Advertises, and shows who connects",
		.help = "Ends after --timeout, with Ctrl-C or SIGTERM. Opens a session of its own, which "
			"disturbs no other program's\nadvertisement.\n",
		.options = FOR_ADVERTISE,
		.endless = true,
		.run = command_advertise,
	},
	{
		.name = "serve",
		.arguments = "FILE",
		.summary = "Is a GATT server: offers the services of FILE, and shows who uses them",
		.help = "bluebrokerctl(1) explains FILE. A line \"NAME VALUE\" on standard input sets a "
			"characteristic's value, and\nnotifies those who subscribed. With --exec, CMD runs "
			"for each read, write, connect, disconnect and\nsubscribe, which BLUEBROKER_EVENT "
			"tells; BLUEBROKER_CHARACTERISTIC, BLUEBROKER_CLIENT and\nBLUEBROKER_VALUE (hex) "
			"say more. What it prints is the value that a read gets. Ends after --timeout, "
			"with\nCtrl-C or SIGTERM.\n",
		.options = FOR_SERVE,
		.min_arguments = 1,
		.max_arguments = 1,
		.endless = true,
		.run = command_serve,
	},
	{
		.name = "clone",
		.arguments = "ADDR",
		.summary = "Prints a device's services and advertisement as a file for serve",
		.help = "bluebrokerctl clone ADDR > FILE; bluebrokerctl serve FILE. What the file cannot say, or the "
			"server cannot\ndo, is in it as a comment.\n"
			SHARED_HELP,
		.options = FOR_CLONE,
		.min_arguments = 1,
		.max_arguments = 1,
		.run = command_clone,
	},
	{
		.name = "clients",
		.arguments = "",
		.summary = "Lists the centrals that are connected to us",
		.help = "Those that use services of your user's sessions; for root, all.\n",
		.options = FOR_LINKS,
		.run = command_clients,
	},
	{
		.name = "batch",
		.arguments = "FILE",
		.summary = "Runs the commands of FILE one after the other, over one link",
		.help = "Each line is a command as after bluebrokerctl, such as read ADDR 2a19; # begins a comment. "
			"FILE - is standard\ninput, and each line is run as it comes. --adapter, --timeout, --json, "
			"--no-color and --bus hold for the\nlines that do not say otherwise. Links stay open until "
			"the end. It ends at the first command that fails.\n",
		.options = FOR_BATCH,
		.min_arguments = 1,
		.max_arguments = 1,
		.run = command_batch,
	},
	{
		.name = "run",
		.arguments = "-- COMMAND [ARG...]",
		.summary = "Runs a program that knows BlueZ alone, with a radio of its own",
		.help = "Sets DBUS_SYSTEM_BUS_ADDRESS, so that what the program takes for the system bus "
			"is the daemon's socket,\non which it finds org.bluez and nothing else: "
			"bluebrokerctl run -- bluetoothctl. The exit code is the\ncommand's; 127 if there "
			"is no such command, 126 if it cannot be started.\n",
		.options = FOR_RUN,
		.min_arguments = 1,
		.max_arguments = UINT_MAX,
		.run = command_run,
	},
	{
		.name = "stats",
		.arguments = "",
		.summary = "Shows the daemon's counters",
		.run = command_stats,
	},
	{
		.name = "constants",
		.arguments = "",
		.summary = "Lists the documented constants and their numbers",
		.run = command_constants,
	},
	{
		.name = "help",
		.arguments = "[COMMAND]",
		.summary = "The same as --help",
		.max_arguments = 1,
		.run = command_help,
	},
	{
		.name = "complete",
		.arguments = "SHELL [WORD...]",
		.summary = "Prints what may stand next in a command line, for bash and zsh",
		.help = "SHELL: bash, where the words have their quotes, or zsh. The last WORD is not "
			"finished. A line is a\nword, a tab, and what it means. Put -- before the words.\n",
		.min_arguments = 1,
		.max_arguments = UINT_MAX,
		.options = FOR_COMPLETE,
		.run = command_complete,
	},
	{ .name = NULL },
};

const Command *command_find(const char *name)
{
	for (const Command *command = commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

/* What people know from bluetoothctl, btmgmt and mmcli. */
static const struct {
	const char *name;
	const char *here;
} elsewhere[] = {
	{ "show", "status" },
	{ "list", "status" },
	{ "paired-devices", "devices --bonded" },
	{ "info", "devices --address ADDR, or connect" },
	{ "remove", "forget" },
	{ "unpair", "forget" },
	{ "find", "scan" },
	{ "con", "links" },
	{ "system-alias", "name" },
	{ "register-service", "serve" },
	{ "list-attributes", "connect" },
	{ "version", "--version" },
};

const char *command_elsewhere(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (strcmp(elsewhere[i].name, name) == 0)
			return elsewhere[i].here;
	return NULL;
}
