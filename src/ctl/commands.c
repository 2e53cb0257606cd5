/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands. */
#include "ctl/commands.h"

#define FILTER_HELP								\
	"A report must match every filter option that is given, and any value of one that is repeated.\n"

#define ATTR_HELP								\
	"ATTR is a UUID (2a37, or 36 characters) that stands once in the device, or a handle (0x0014).\n"	\
	"bluebrokerctl connect lists them.\n"
#define SHARED_HELP								\
	"A link that other programs hold is shared with them; it closes when nobody holds it any more.\n"

const Command commands[] = {
	{ "status", "", "Shows the daemon, its radios and its limits", NULL, 0, 0, command_status },
	{
		"scan", "", "Scans: a live table on a terminal, a line a report elsewhere",
		FILTER_HELP
		"Ends after --timeout or --count, with Ctrl-C, SIGTERM, or q in the table. Opens a session of its own,\n"
		"so it takes nothing from other programs. A summary with the number of lost reports goes to standard\n"
		"error. --pcap and --btsnoop keep what is heard in a file; with - it goes to standard output:\n"
		"bluebrokerctl scan --pcap - | wireshark -k -i -\n",
		0, 0, command_scan,
	},
	{
		"devices", "", "Lists the devices that were heard lately, the latest first",
		FILTER_HELP "Does not scan: it shows what any program's scan has heard. --bonded lists the devices that the\n"
		"radio is bonded to instead, whether they were heard or not; forget removes one.\n", 0, 0, command_devices,
	},
	{
		"resolve", "HEX [TYPE]", "Says what advertising data means, without the daemon",
		"HEX may have blanks, colons or 0x between the bytes (quote blanks). TYPE shows the structures of one AD\n"
		"type only: a number, or a name such as ADV_NAME_CMPL.\n",
		1, 2, command_resolve,
	},
	{
		"connect", "ADDR", "Connects to a device, and shows its services and what is in them",
		"On a terminal, or with --stay, the link is held until Ctrl-C or SIGTERM; with --auto-reconnect, over losses\n"
		"as well.\n" SHARED_HELP, 1, 1,
		command_connect,
	},
	{
		"read", "ADDR ATTR", "Reads a characteristic or a descriptor",
		ATTR_HELP "Without --format: in hex, and the text beside where it is one.\n" SHARED_HELP, 2, 2, command_read,
	},
	{
		"write", "ADDR ATTR VALUE", "Writes a characteristic or a descriptor",
		ATTR_HELP
		"VALUE is hex, or what --format says; several integers have commas or blanks between them. Put -- before\n"
		"a negative one: bluebrokerctl write --format i8 ADDR ATTR -- -5\n" SHARED_HELP,
		3, 3, command_write,
	},
	{
		"notify", "ADDR ATTR", "Shows the notifications of a characteristic as they come",
		ATTR_HELP "Ends after --timeout or --count, or with Ctrl-C or SIGTERM.\n" SHARED_HELP, 2, 2, command_notify,
	},
	{
		"pair", "ADDR", "Pairs with a device",
		"Asks on standard error for what the device shows, and reads the answer from standard input; or says what\n"
		"is to be entered at the device. --passkey answers beforehand.\n" SHARED_HELP, 1, 1, command_pair,
	},
	{
		"forget", "ADDR", "Removes the bond with a device, as after it was reset",
		"For root, and for who paired with it. Not while another program uses the device. bluebrokerctl devices\n"
		"--bonded lists them.\n", 1, 1, command_forget,
	},
	{
		"disconnect", "ADDR", "Lets go of a link that your user's session holds",
		"That is one from Session1.Connect on the radio's own object. The link closes when nobody holds it any\n"
		"more. Links of connect, read, write and notify end with those programs.\n",
		1, 1, command_disconnect,
	},
	{ "links", "", "Lists the open links, and how many sessions hold each", NULL, 0, 0, command_links },
	{
		"advertise", "", "Advertises, and shows who connects",
		"Ends after --timeout, with Ctrl-C or SIGTERM. Opens a session of its own, which disturbs no other program's\n"
		"advertisement.\n",
		0, 0, command_advertise,
	},
	{
		"serve", "FILE", "Is a GATT server: offers the services of FILE, and shows who uses them",
		"bluebrokerctl(1) explains FILE. A line \"NAME VALUE\" on standard input sets a characteristic's value, and\n"
		"notifies those who subscribed. With --exec, CMD runs for each read, write, connect, disconnect and\n"
		"subscribe, which BLUEBROKER_EVENT tells; BLUEBROKER_CHARACTERISTIC, BLUEBROKER_CLIENT and\n"
		"BLUEBROKER_VALUE (hex) say more. What it prints is the value that a read gets. Ends after --timeout, with\n"
		"Ctrl-C or SIGTERM.\n",
		1, 1, command_serve,
	},
	{
		"clients", "", "Lists the centrals that are connected to us",
		"Those that use services of your user's sessions; for root, all.\n", 0, 0, command_clients,
	},
	{ "stats", "", "Shows the daemon's counters", NULL, 0, 0, command_stats },
	{ "constants", "", "Lists the documented constants and their numbers", NULL, 0, 0, command_constants },
	{ .name = NULL },
};
