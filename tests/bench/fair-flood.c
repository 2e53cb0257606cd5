/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that means no good: fair-flood WAY ADDRESS calls one method as fast as the bus allows, over some connections, each
 * with some calls under way. At SIGTERM it says what came of it, as words NAME=VALUE. fair-flood --list names the ways. */
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#define NAME "com.example.Bluetooth"
#define ROOT "/com/example/Bluetooth"
#define RADIO ROOT "/hci0"
#define CONNECTIONS 4
#define DEPTH 16
#define FILTER_ENTRIES 250
#define SERVICES 40
#define CHARACTERISTICS 4
#define SESSIONS 10 /* of a program that comes and goes */

typedef struct Way {
	const char *name;
	const char *path, *interface, *member;
	int (*append)(sd_bus_message *m);
	bool no_reply;
	bool leaves;	/* the connection opens sessions, and goes */
	bool builds;	/* a tree of objects first */
} Way;

static const char *bus_address;
static sd_event *event;
static const Way *way;
static uint64_t answered, refused;

static int check(int r, const char *what)
{
	if (r < 0) {
		fprintf(stderr, "fair-flood: %s: %s\n", what, strerror(-r));
		exit(1);
	}
	return r;
}

static int no_options(sd_bus_message *m)
{
	return sd_bus_message_append(m, "a{sv}", 0);
}

static int no_trigger(sd_bus_message *m)
{
	return sd_bus_message_append(m, "u", 1);
}

static int all_reports(sd_bus_message *m)
{
	return sd_bus_message_append(m, "u", 0);
}

static int long_data(sd_bus_message *m)
{
	static const uint8_t data[1650] = { 0 }; /* as many AD structures as there can be: 0 ends them, so of one byte */
	static uint8_t ones[sizeof(data)];

	for (size_t i = 0; i + 1 < sizeof(ones); i += 2)
		ones[i] = 1, ones[i + 1] = 0x16;
	check(sd_bus_message_append_array(m, 'y', ones, sizeof(ones)), "data");
	return sd_bus_message_append(m, "y", 0x16);
}

static int big_filter(sd_bus_message *m)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", "addresses");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "as");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "s");
	for (unsigned int i = 0; i < FILTER_ENTRIES && r >= 0; i++) {
		char text[18];

		snprintf(text, sizeof(text), "C0:00:00:00:%02X:%02X", i >> 8, i & 0xff);
		r = sd_bus_message_append(m, "s", text);
	}
	for (unsigned int i = 0; i < 4 && r >= 0; i++)
		r = sd_bus_message_close_container(m);
	return r;
}

static int manager_name(sd_bus_message *m)
{
	return sd_bus_message_append(m, "s", NAME ".Manager1");
}

static int nobody(sd_bus_message *m)
{
	return sd_bus_message_append(m, "sa{sv}", "C0:FF:FF:FF:FF:FF", 1, "timeout", "u", 1);
}

static int service_args(sd_bus_message *m)
{
	return sd_bus_message_append(m, "va{sv}", "s", "1234", 1, "start", "b", 0);
}

static int session_args(sd_bus_message *m)
{
	return sd_bus_message_append(m, "ua{sv}", 0, 1, "fifo", "u", 4096);
}

static int long_name(sd_bus_message *m)
{
	return sd_bus_message_append(m, "a{sv}", 1, "name", "s", "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
}

static const char *long_path(void)
{
	static char path[20000] = ROOT;

	for (size_t i = strlen(path); i + 2 < sizeof(path); i += 2)
		path[i] = '/', path[i + 1] = 'a';
	return path;
}

static const Way ways[] = {
	{ "IsScanning", RADIO, NAME ".Session1", "IsScanning", NULL, false, false, false },
	{ "IsScanning-unanswered", RADIO, NAME ".Session1", "IsScanning", NULL, true, false, false },
	{ "GetDevices", RADIO, NAME ".Adapter1", "GetDevices", no_options, false, false, false },
	{ "GetDevices-unanswered", RADIO, NAME ".Adapter1", "GetDevices", no_options, true, false, false },
	{ "GetDevices-by-name", RADIO, NAME ".Adapter1", "GetDevices", long_name, false, false, false },
	{ "GetManagedObjects", ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, false, false, true },
	{ "Introspect", RADIO, "org.freedesktop.DBus.Introspectable", "Introspect", NULL, false, false, true },
	{ "GetAll", ROOT, "org.freedesktop.DBus.Properties", "GetAll", manager_name, false, false, false },
	{ "GetStats", ROOT, NAME ".Manager1", "GetStats", NULL, false, false, false },
	{ "GetAdv", RADIO, NAME ".Session1", "GetAdv", NULL, false, false, false },
	{ "GetAdvertisements", RADIO, NAME ".Session1", "GetAdvertisements", NULL, false, false, false },
	{ "ReadAdvertisements", RADIO, NAME ".Session1", "ReadAdvertisements", all_reports, false, false, false },
	{ "ResolveAdvData", RADIO, NAME ".Session1", "ResolveAdvData", long_data, false, false, false },
	{ "SetScanFilter", RADIO, NAME ".Session1", "SetScanFilter", big_filter, false, false, false },
	{ "SetScanFilter-unanswered", RADIO, NAME ".Session1", "SetScanFilter", big_filter, true, false, false },
	{ "Callback", RADIO, NAME ".Session1", "Callback", no_trigger, false, false, false },
	{ "Init", RADIO, NAME ".Session1", "Init", no_options, false, false, false },
	{ "Init-unanswered", RADIO, NAME ".Session1", "Init", no_options, true, false, false },
	{ "Connect", RADIO, NAME ".Session1", "Connect", nobody, false, false, false },
	{ "Service", RADIO, NAME ".Session1", "Service", service_args, false, false, false },
	{ "OpenSession", ROOT, NAME ".Manager1", "OpenSession", session_args, false, false, false },
	{ "leaving", ROOT, NAME ".Manager1", "OpenSession", session_args, false, true, false },
	{ "no-such-path", NULL, NAME ".Session1", "IsScanning", NULL, false, false, false },
	{ 0 },
};

static sd_bus *connect_bus(void)
{
	sd_bus *bus = NULL;

	check(sd_bus_new(&bus), "bus");
	check(sd_bus_set_address(bus, bus_address), "address");
	check(sd_bus_set_bus_client(bus, true), "client");
	check(sd_bus_start(bus), "start");
	check(sd_bus_attach_event(bus, event, 0), "event");
	return bus;
}

static sd_bus_message *new_call(sd_bus *bus)
{
	sd_bus_message *m = NULL;

	check(sd_bus_message_new_method_call(bus, &m, NAME, way->path ? way->path : long_path(), way->interface, way->member),
	      "call");
	if (way->append)
		check(way->append(m), "arguments");
	return m;
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error);

static void flood_call(sd_bus *bus)
{
	sd_bus_message *m = new_call(bus);

	check(sd_bus_call_async(bus, NULL, m, on_answer, bus, UINT64_MAX), "send");
	sd_bus_message_unref(m);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)error;
	if (sd_bus_message_is_method_error(m, NULL))
		refused++;
	else
		answered++;
	flood_call(userdata);
	return 0;
}

/* As many as the socket takes, and then some again. */
static int on_unanswered(sd_event_source *source, uint64_t now, void *userdata)
{
	sd_bus *bus = userdata;
	uint64_t waiting = 0;

	(void)now;
	for (int i = 0; i < 64 && sd_bus_get_n_queued_write(bus, &waiting) >= 0 && waiting < DEPTH; i++) {
		sd_bus_message *m = new_call(bus);

		check(sd_bus_message_set_expect_reply(m, false), "flag");
		check(sd_bus_send(bus, m, NULL), "send");
		sd_bus_message_unref(m);
		answered++;
	}
	check(sd_event_source_set_time_relative(source, 200), "timer");
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* A program that opens sessions, leaves, and comes again. */
static int on_leave(sd_event_source *source, uint64_t now, void *userdata)
{
	sd_bus *bus = connect_bus();

	(void)now;
	(void)userdata;
	for (int i = 0; i < SESSIONS; i++) {
		sd_bus_message *m = new_call(bus), *reply = NULL;

		if (sd_bus_call(bus, m, 0, NULL, &reply) >= 0)
			answered++;
		else
			refused++;
		sd_bus_message_unref(reply);
		sd_bus_message_unref(m);
	}
	sd_bus_flush_close_unref(bus);
	check(sd_event_source_set_time_relative(source, 1000), "timer");
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* As much as the user may have: that of the way before may be there still. */
static void build_tree(sd_bus *bus)
{
	for (int i = 0; i < SERVICES; i++) {
		sd_bus_message *reply = NULL;
		const char *path;
		int r;

		r = sd_bus_call_method(bus, NAME, RADIO, NAME ".Session1", "Service", NULL, &reply, "va{sv}", "s", "1234", 2,
				       "start", "b", 0, "nbr_chars", "q", CHARACTERISTICS);
		if (r >= 0)
			check(sd_bus_message_read(reply, "o", &path), "path");
		for (int c = 0; c < CHARACTERISTICS && r >= 0; c++)
			r = sd_bus_call_method(bus, NAME, path, NAME ".LocalService1", "Characteristic", NULL, NULL, "va{sv}", "s",
					       "5678", 0);
		sd_bus_message_unref(reply);
	}
}

static void flood_start(void)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		sd_bus *bus = connect_bus();

		if (i == 0 && way->builds)
			build_tree(bus);
		if (way->no_reply) {
			check(sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, 0, 1, on_unanswered, bus), "timer");
			continue;
		}
		for (int d = 0; d < DEPTH; d++)
			flood_call(bus);
	}
}

int main(int argc, char *argv[])
{
	sigset_t mask;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (way = ways; way->name; way++)
			printf("%s\n", way->name);
		return 0;
	}
	if (argc != 3) {
		fprintf(stderr, "Usage: fair-flood WAY ADDRESS | --list\n");
		return 2;
	}
	for (way = ways; way->name && strcmp(way->name, argv[1]) != 0;)
		way++;
	if (!way->name) {
		fprintf(stderr, "fair-flood: there is no way %s\n", argv[1]);
		return 2;
	}
	bus_address = argv[2];
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	check(sd_event_default(&event), "event");
	check(sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL), "signal");
	if (way->leaves)
		check(sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, 0, 1, on_leave, NULL), "timer");
	else
		flood_start();
	printf("ready\n");
	fflush(stdout);
	check(sd_event_loop(event), "loop");
	printf("answered=%" PRIu64 " refused=%" PRIu64 "\n", answered, refused);
	return 0;
}
