/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of options, and what each does. */
#include "ctl/option.h"

#include <string.h>

#include "ctl/option-set.h"
#include "meaning/number.h"

static int set_no_color(Options *options, const char *text UNUSED, Reason *reason UNUSED)
{
	options->colour = false;
	return 0;
}

static int set_bus(Options *options, const char *text, Reason *reason)
{
	if (*text == '\0')
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "is empty; say system, session, or an address such as "
				  "unix:path=/run/dbus/bus");
	g_free(options->session.bus);
	options->session.bus = g_strdup(text);
	return 0;
}

static int set_adapter(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!g_str_has_prefix(text, "hci") || !g_ascii_isdigit(text[3]) ||
	    !number_parse(text + 3, 0, 65535, &number))
		return reason_refuse(reason, text, "a radio (hci0, hci1 …; bluebrokerctl status lists them)");
	options->session.adapter = (int)number;
	return 0;
}

static int set_timeout(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 1, INT32_MAX, &number))
		return reason_refuse(reason, text, "a number of seconds (1 to 2147483647)");
	options->session.timeout = (int)number;
	return 0;
}

static int set_count(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 1, INT64_MAX, &number))
		return reason_refuse(reason, text, "a count (1 or more)");
	options->count = (uint64_t)number;
	return 0;
}

static int set_window(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 5, 86400, &number))
		return reason_refuse(reason, text, "a number of seconds (5 to 86400)");
	options->window = (unsigned)number;
	return 0;
}

static int set_pcap(Options *options, const char *text, Reason *reason)
{
	if (*text == '\0')
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "is empty; say a file, or - for standard output");
	g_free(options->pcap);
	options->pcap = g_strdup(text);
	return 0;
}

static int set_btsnoop(Options *options, const char *text, Reason *reason)
{
	if (*text == '\0')
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "is empty; say a file, or - for standard output");
	g_free(options->btsnoop);
	options->btsnoop = g_strdup(text);
	return 0;
}

static int set_passkey(Options *options, const char *text, Reason *reason)
{
	if (*text == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 6)
		return reason_refuse(reason, text, "a passkey (up to six digits)");
	options->has_passkey = true;
	options->passkey = (uint32_t)g_ascii_strtoull(text, NULL, 10);
	return 0;
}

static int set_format(Options *options, const char *text, Reason *reason)
{
	return value_parse_format(text, &options->format, reason);
}

static int set_type(Options *options, const char *text, Reason *reason)
{
	static const char *const types[] = { "request", "command", "reliable" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(types[i], text) == 0) {
			options->write_type = types[i];
			return 0;
		}
	}
	return reason_refuse(reason, text, "a type (request, command or reliable)");
}

static int set_offset(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 0, VALUE_MAX, &number))
		return reason_refuse(reason, text, "an offset (0 to 512)");
	options->offset = (uint16_t)number;
	return 0;
}

static int set_exec(Options *options, const char *text, Reason *reason)
{
	if (*text == '\0')
		return reason_set(reason, E_INVALID_ARGUMENTS, "is empty; say a command for sh -c");
	g_free(options->exec);
	options->exec = g_strdup(text);
	return 0;
}

static int set_socket(Options *options, const char *text, Reason *reason)
{
	if (*text == '\0')
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "is empty; say the path of the daemon's socket");
	g_free(options->socket);
	options->socket = g_strdup(text);
	return 0;
}

#define SET(function) function, NULL, 0, NULL
#define FLAG(member) NULL, NULL, offsetof(Options, member), NULL
/* the same, with what of the D-Bus contract it sets */
#define SET_KEY(function, keys) function, NULL, 0, keys
#define FLAG_KEY(member, keys) NULL, NULL, offsetof(Options, member), keys
#define ANNOUNCE_KEY(function, keys) NULL, function, 0, keys
#define FILTER_KEY(key) "SetScanFilter." key " GetDevices." key

const Option option_table[] = {
	{ "timeout", "SECONDS", FOR_LINK, SET_KEY(set_timeout, "Connect.timeout"),
	  "give up, or stop, after that time" },
	{ "timeout", "SECONDS", (FOR_SESSION & ~FOR_LINK) | FOR_MONITOR, SET(set_timeout),
	  "stop after that time" },
	{ "timeout", "SECONDS", FOR_BATCH, SET(set_timeout), "of each line that does not say otherwise" },
	{ "timeout", "SECONDS", FOR_COMPLETE, SET(set_timeout), "how long bluebrokerd may take: 1 if not given" },
	{ "count", "N", FOR_ADVERTS | FOR_RSSI | FOR_NOTIFY | FOR_MONITOR, SET(set_count),
	  "stop after N; devices: list the latest N" },
	{ "read", NULL, FOR_CONNECT, FLAG(read), "the values too of all that can be read" },
	{ "passkey", "N", FOR_PAIR, SET(set_passkey), "what the device shows, known beforehand" },
	{ "stay", NULL, FOR_CONNECT, FLAG(stay), "hold the link until SIGINT or SIGTERM, as on a terminal" },
	{ "auto-reconnect", NULL, FOR_CONNECT | FOR_NOTIFY,
	  FLAG_KEY(link.auto_reconnect, "Connect.auto_reconnect"), "open the link again when it is lost" },
	{ "addr-type", "TYPE", FOR_LINK, SET_KEY(option_set_addr_type, "Connect.addr_type"),
	  "public or random, for a device not heard before" },
	{ "priority", "N", FOR_LINK, SET_KEY(option_set_priority, "Connect.priority"),
	  "0 to 255: more goes first where links are scarce" },
	{ "format", "FORMAT", FOR_ATTR, SET(set_format), "the value as " VALUE_FORMATS " (little-endian)" },
	{ "type", "TYPE", FOR_WRITE, SET(set_type),
	  "request (default), command (not acknowledged) or reliable" },
	{ "offset", "BYTES", FOR_READ | FOR_WRITE, SET(set_offset), "from that byte of the value on" },
	{ "dedup", "MS", FOR_SCAN, SET_KEY(option_set_dedup, "SetScanFilter.dedup"),
	  "the same bytes of the same device at most once in MS milliseconds" },
	{ "passive", NULL, FOR_REPORTS, FLAG_KEY(wanted.passive, "SetScanFilter.active"),
	  "do not ask devices for scan responses, unless another program does" },
	{ "no-scan-responses", NULL, FOR_SCAN,
	  FLAG_KEY(wanted.no_scan_responses, "SetScanFilter.scan_responses"), "leave scan responses out" },
	{ "delivery", "WAY", FOR_SCAN, SET_KEY(option_set_delivery, "SetScanFilter.delivery"),
	  "how reports come: stream (default), signal or fifo" },
	{ "batch-ms", "MS", FOR_SCAN,
	  SET_KEY(option_set_batch_ms, "SetScanFilter.batch_ms AcquireAdvertisements.batch_ms"),
	  "how long reports wait for others at most" },
	{ "batch-max", "N", FOR_SCAN,
	  SET_KEY(option_set_batch_max, "SetScanFilter.batch_max AcquireAdvertisements.batch_max"),
	  "how many come at once at most" },
	{ "fifo", "N", FOR_SCAN, SET_KEY(option_set_fifo, "Init.fifo"),
	  "reports that the daemon keeps for this scan (default: 4096)" },
	{ "overflow", "WAY", FOR_SCAN, SET_KEY(option_set_overflow, "Init.overflow"),
	  "what is lost then: drop-oldest (default) or drop-newest" },
	{ "stats", NULL, FOR_SCAN, FLAG(stats),
	  "how often each device advertises, and how much of it was missed" },
	{ "window", "SECONDS", FOR_RSSI, SET(set_window),
	  "how much of the past the plot shows (default: 60)" },
	{ "pcap", "FILE", FOR_SCAN, SET(set_pcap),
	  "also write what is heard to FILE, for Wireshark (-: standard output)" },
	{ "btsnoop", "FILE", FOR_SCAN, SET(set_btsnoop), "the same in the format of btmon" },
	{ "bonded", NULL, FOR_DEVICES, FLAG(bonded), "those that the radio is bonded to, heard or not" },
	{ "keep-going", NULL, FOR_BATCH, FLAG(keep_going), "do the other lines, too, where one fails" },
	{ "force", NULL, FOR_POWER, FLAG(force), "off, although it is in use" },
	{ "raw", NULL, FOR_ADVERTS, FLAG(raw), "bytes in hex instead of what they mean" },
	{ "adapter", "hciN", FOR_SESSION | FOR_DEVICES | FOR_LINKS | FOR_POWER | FOR_MONITOR | FOR_BATCH,
	  SET(set_adapter), "the radio (default: the first)" },
	{ "adapter", "hciN", FOR_RUN, SET(set_adapter), "the program finds this radio only (default: all)" },
	{ "name", "GLOB", FOR_ADVERTS, SET_KEY(option_set_name, FILTER_KEY("name")),
	  "devices whose name matches (* ? [a-z])" },
	{ "rssi", "DBM", FOR_ADVERTS, SET_KEY(option_set_rssi, FILTER_KEY("rssi")), "at least that strong" },
	{ "pathloss", "DB", FOR_ADVERTS, SET_KEY(option_set_pathloss, FILTER_KEY("pathloss")),
	  "at most that much lost on the way: TX power minus RSSI" },
	{ "uuid", "UUID", FOR_ADVERTS, SET_KEY(option_add_uuid, FILTER_KEY("uuids")),
	  "advertises this service; may be repeated" },
	{ "manufacturer", "ID", FOR_ADVERTS, SET_KEY(option_add_manufacturer, FILTER_KEY("manufacturers")),
	  "manufacturer data of this company; may be repeated" },
	{ "address", "ADDR", FOR_ADVERTS, SET_KEY(option_add_address, FILTER_KEY("addresses")),
	  "this device; may be repeated" },
	{ "pattern", "[START:]TYPE:HEX", FOR_ADVERTS, SET_KEY(option_add_pattern, FILTER_KEY("patterns")),
	  "an AD structure has these bytes, from START on; may be repeated" },
	{ "adv-type", "TYPE", FOR_ADVERTS, SET_KEY(option_add_adv_type, FILTER_KEY("adv_types")),
	  "connectable, scan-response and so on; may be repeated" },
	{ "name", "NAME", FOR_ADVERTISE, ANNOUNCE_KEY(announcement_set_name, "SetAdvertisement.name"),
	  "the name, at most 29 bytes" },
	{ "service", "UUID", FOR_ADVERTISE,
	  ANNOUNCE_KEY(announcement_add_service, "SetAdvertisement.service_uuid"),
	  "a service's UUID; may be repeated" },
	{ "manufacturer", "ID:HEX", FOR_ADVERTISE,
	  ANNOUNCE_KEY(announcement_add_manufacturer, "SetAdvertisement.manufacturer_data"),
	  "company and data; may be repeated" },
	{ "service-data", "UUID:HEX", FOR_ADVERTISE,
	  ANNOUNCE_KEY(announcement_add_service_data, "SetAdvertisement.service_data"),
	  "service and data; may be repeated" },
	{ "appearance", "N", FOR_ADVERTISE,
	  ANNOUNCE_KEY(announcement_set_appearance, "SetAdvertisement.appearance"),
	  "what kind of device it is (0x0341: heart rate belt)" },
	{ "tx-power", NULL, FOR_ADVERTISE, FLAG_KEY(announcement.tx_power, "SetAdvertisement.tx_power"),
	  "the transmit power" },
	{ "hidden", NULL, FOR_ADVERTISE, FLAG_KEY(announcement.hidden, "SetAdvertisement.discoverable"),
	  "not discoverable" },
	{ "not-connectable", NULL, FOR_ADVERTISE,
	  SET_KEY(option_set_not_connectable, "SetAdvertisementParams.adv_type"),
	  "nobody can connect: --adv-type non-connectable" },
	{ "adv-type", "TYPE", FOR_ADVERTISE,
	  ANNOUNCE_KEY(announcement_set_adv_type, "SetAdvertisementParams.adv_type"),
	  "connectable (default), scannable, non-connectable and so on" },
	{ "interval", "MIN[:MAX]", FOR_ADVERTISE,
	  ANNOUNCE_KEY(announcement_set_interval,
		       "SetAdvertisementParams.adv_int_min SetAdvertisementParams.adv_int_max"),
	  "how often, in milliseconds (20 to 10240)" },
	{ "own-addr-type", "TYPE", FOR_ADVERTISE,
	  ANNOUNCE_KEY(announcement_set_own_addr_type, "SetAdvertisementParams.own_addr_type"),
	  "public: the only one that BlueZ takes" },
	{ "channel-map", "CHANNELS", FOR_ADVERTISE,
	  ANNOUNCE_KEY(announcement_set_channel_map, "SetAdvertisementParams.channel_map"),
	  "all: BlueZ takes no others" },
	{ "adv-filter-policy", "POLICY", FOR_ADVERTISE,
	  ANNOUNCE_KEY(announcement_set_filter_policy, "SetAdvertisementParams.adv_filter_policy"),
	  "any: the only one that BlueZ takes" },
	{ "raw", "HEX", FOR_ADVERTISE, ANNOUNCE_KEY(announcement_set_raw, "SetAdvertisementRaw.adv"),
	  "AD structures, instead of all that" },
	{ "scan-response", "HEX", FOR_ADVERTISE,
	  ANNOUNCE_KEY(announcement_set_scan_response, "SetAdvertisementRaw.scan_rsp"),
	  "with --raw: those of the scan response" },
	{ "exec", "CMD", FOR_SERVE, SET(set_exec), "sh -c CMD answers reads, and hears of all else" },
	{ "socket", "PATH", FOR_RUN, SET(set_socket),
	  "the daemon's socket (default: where the daemon says)" },
	{ "pin", "N", FOR_PERIPHERAL, SET_KEY(option_set_pin, "Init.pin"),
	  "what centrals enter; what is served asks for encryption" },
	{ "secure", NULL, FOR_PERIPHERAL, SET_KEY(option_set_secure, "Init.secure"),
	  "what is served asks for encryption" },
	{ "mtu", "BYTES", FOR_LINK | FOR_PERIPHERAL, SET_KEY(option_set_mtu, "Init.mtu"),
	  "the MTU that is wished for, 23 to 517 (BlueZ decides)" },
	{ "privacy", NULL, FOR_SESSION, SET_KEY(option_set_privacy, "Init.privacy"),
	  "private addresses are wished for (BlueZ decides)" },
	{ "antenna", "WHICH", FOR_SESSION, SET_KEY(option_set_antenna, "Init.antenna"),
	  "internal or external, where the radio has a switch" },
	{ "mode", "MODE", FOR_SESSION, SET_KEY(option_set_mode, "Init.mode"), "BLE: the only one" },
	{ "json", NULL, FOR_ALL, FLAG(json), "JSON; an object a line where things come one by one" },
	{ "no-color", NULL, FOR_ALL, SET(set_no_color),
	  "no colours (NO_COLOR in the environment does the same)" },
	{ "bus", "ADDRESS", FOR_ALL, SET(set_bus),
	  "the message bus: system (default), session, or an address" },
	{ "help", NULL, FOR_ALL, FLAG(help), "this text; after a command: about that command" },
	{ "version", NULL, FOR_ALL, FLAG(version), "the version of bluebrokerctl" },
};

const size_t option_count = ARRAY_SIZE(option_table);
_Static_assert(ARRAY_SIZE(option_table) <= OPTIONS_MAX, "OPTIONS_MAX is too small");

unsigned option_mask(const Command *command)
{
	return FOR_ALL | (command ? command->options : 0);
}

const Option *option_find(const char *name, const Command *command)
{
	unsigned ours = option_mask(command);
	const Option *other = NULL;

	for (size_t i = 0; i < option_count; i++) {
		if (strcmp(option_table[i].name, name) != 0)
			continue;
		if (option_table[i].commands & ours)
			return &option_table[i];
		if (!other)
			other = &option_table[i];
	}
	return other;
}

const Option *option_complete(const char *start, size_t length, const Command *command)
{
	const char *found = NULL;
	bool several = false;

	for (size_t i = 0; i < option_count; i++) {
		const char *name = option_table[i].name;

		if (strncmp(name, start, length) != 0)
			continue;
		if (name[length] == '\0')
			return option_find(name, command);
		several |= found && strcmp(found, name) != 0;
		found = name;
	}
	return found && !several ? option_find(found, command) : NULL;
}

int option_set(const Option *option, Options *options, const char *text, Reason *reason)
{
	if (option->set)
		return option->set(options, text, reason);
	if (option->announce)
		return option->announce(&options->announcement, text, reason);
	*(bool *)((char *)options + option->flag) = true;
	return 0;
}
