/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's steps for a report, each as a loop of its own: bench-core STEP TIMES. It measures
 * nothing itself: the script bench-core-count runs it under callgrind with two numbers of TIMES and
 * takes the difference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <systemd/sd-bus.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bluez/device.h"
#include "core/ad.h"
#include "core/broker.h"
#include "core/dedup.h"
#include "core/filter.h"
#include "core/radio.h"
#include "core/report.h"
#include "core/ring.h"
#include "core/session.h"
#include "service/report-dbus.h"

#define DEVICES 1000
#define BATCH 64
#define NOW (1000 * USEC_PER_SEC)

static void check(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "bench-core: %s: %s\n", what, strerror(-r));
	exit(1);
}

/* --- material --- */

/* What the storm of the simulated BlueZ sends: flags and manufacturer data 0xffff of 8 bytes. */
static Report *make_report(unsigned int number)
{
	uint8_t data[] = { 2, 1, 6, 11, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0 };
	ReportInfo info = {
		.addr = { .bytes = { 0xc0, 0, 0, 0, (uint8_t)(number % DEVICES >> 8),
				     (uint8_t)(number % DEVICES) },
			  .type = ADDR_RANDOM },
		.adv_type = ADV_UNKNOWN,
		.rssi = (int8_t)(-40 - (int)(number % 50)),
		.tx_power = TX_POWER_UNKNOWN,
		.sid = SID_NONE,
		.synthesized = true,
		.time = NOW,
		.data = data,
		.length = sizeof(data),
	};
	Report *report;

	memcpy(data + 7, &(uint32_t){ number % DEVICES }, 4);
	memcpy(data + 11, &number, 4);
	check(report_new(&report, &info), "report");
	return report;
}

static void no_radio_bool(void *userdata UNUSED, Radio *radio UNUSED, bool on UNUSED)
{
}

static void no_radio(void *userdata UNUSED, Radio *radio UNUSED)
{
}

static void no_change(void *userdata UNUSED, Radio *radio UNUSED, unsigned changes UNUSED)
{
}

static void no_event(void *userdata UNUSED, Session *session UNUSED, const char *connection UNUSED,
		     uint32_t events UNUSED)
{
}

static bool no_batch(void *userdata UNUSED, Session *session UNUSED)
{
	return false;
}

static void no_stop(void *userdata UNUSED, Session *session UNUSED, const char *reason UNUSED)
{
}

static void no_wake(void *userdata UNUSED, uint64_t when UNUSED)
{
}

static const BrokerOps no_ops = {
	.radio_scan = no_radio_bool,
	.radio_scan_restart = no_radio,
	.radio_power = no_radio_bool,
	.radio_added = no_radio,
	.radio_removed = no_radio,
	.radio_changed = no_change,
	.session_event = no_event,
	.session_batch = no_batch,
	.session_scan_stopped = no_stop,
	.wake_at = no_wake,
};

static Radio *make_radio(void)
{
	const RadioState state = { .name = "radio", .powered = true };
	const Addr addr = { .bytes = { 0, 0xaa, 1, 0, 0, 0 } };
	static Config config;
	Broker *broker;
	Radio *radio;

	config_init(&config);
	check(broker_new(&broker, &config, &no_ops, NULL), "broker");
	broker_bluez_changed(broker, true);
	check(radio_appeared(broker, &addr, 0, &state, NOW, &radio), "radio");
	return radio;
}

/* A filter that asks of the report whatever costs: its manufacturer and bytes in it. */
static Filter *make_filter(uint16_t company)
{
	Filter *filter;

	check(filter_new(&filter, 256), "filter");
	check(filter_add_manufacturer(filter, company), "manufacturer");
	check(filter_add_pattern(filter, 0, 0xff, (const uint8_t *)"\xff\xff", 2), "pattern");
	return filter;
}

static void add_sessions(Radio *radio, unsigned int sessions, uint16_t company)
{
	const InitOptions options = { .fifo = 64 };
	Reason reason = { "" };
	Session *session;

	for (unsigned int i = 0; i < sessions; i++) {
		ScanFilter filter;

		scan_filter_init(&filter, &radio->broker->config);
		if (company != 0)
			filter.filter = make_filter(company);
		if (session_open(radio, 0, ":1.1", &options, NOW, &session, &reason) != 0 ||
		    session_set_filter(session, &filter, &reason) != 0 ||
		    session_start_scan(session, -1, NOW, &reason) != 0) {
			fprintf(stderr, "bench-core: session: %s\n", reason.text);
			exit(1);
		}
	}
}

/* Messages need a bus to belong to; nothing is sent on it. */
static sd_bus_message *make_signal(const char *path, const char *interface, const char *member)
{
	static sd_bus *bus;
	sd_bus_message *m;
	int fds[2];

	if (!bus) {
		check(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), "socketpair");
		check(sd_bus_new(&bus), "bus");
		check(sd_bus_set_fd(bus, fds[0], fds[0]), "bus");
		check(sd_bus_start(bus), "bus");
	}
	check(sd_bus_message_new_signal(bus, &m, path, interface, member), "signal");
	return m;
}

/* What bluetoothd says of a report, as the bus would hand it over. */
static sd_bus_message *make_properties(unsigned int number)
{
	sd_bus_message *m = make_signal("/org/bluez/hci0/dev_C0_00_00_00_00_00",
					"org.freedesktop.DBus.Properties", "PropertiesChanged");
	uint8_t data[8] = { 0 };

	memcpy(data, &number, sizeof(number));
	check(sd_bus_message_append(m, "s", "org.bluez.Device1"), "signal");
	check(sd_bus_message_open_container(m, 'a', "{sv}"), "signal");
	check(sd_bus_message_append(m, "{sv}", "RSSI", "n", -60), "signal");
	check(sd_bus_message_open_container(m, 'e', "sv"), "signal");
	check(sd_bus_message_append(m, "s", "ManufacturerData"), "signal");
	check(sd_bus_message_open_container(m, 'v', "a{qv}"), "signal");
	check(sd_bus_message_append(m, "a{qv}", 1, 0xffff, "ay", 8, data[0], data[1], data[2],
				    data[3], data[4], data[5], data[6], data[7]),
	      "signal");
	check(sd_bus_message_close_container(m), "signal");
	check(sd_bus_message_close_container(m), "signal");
	check(sd_bus_message_close_container(m), "signal");
	check(sd_bus_message_append(m, "as", 0), "signal");
	check(sd_bus_message_seal(m, 1, 0), "signal");
	return m;
}

/* --- steps --- */

static void step_nothing(unsigned int times UNUSED, unsigned int sessions UNUSED,
			 uint16_t company UNUSED)
{
}

static void step_ingest(unsigned int times, unsigned int sessions UNUSED, uint16_t company UNUSED)
{
	sd_bus_message *m = make_properties(7);
	Device *device;
	Report *report;

	check(device_new(&device, NULL, "/org/bluez/hci0/dev_C0_00_00_00_00_00"), "device");
	for (unsigned int i = 0; i < times; i++) {
		DeviceNews news = { 0 };

		check(sd_bus_message_rewind(m, true), "rewind");
		check(sd_bus_message_skip(m, "s"), "skip");
		check(device_read(device, m, &news), "device");
		check(device_report(device, NOW, &report), "report");
		report_unref(report);
	}
	device_free(device);
}

static void step_report(unsigned int times, unsigned int sessions UNUSED, uint16_t company UNUSED)
{
	for (unsigned int i = 0; i < times; i++)
		report_unref(make_report(i));
}

static void filter_many(unsigned int times, Filter *filter)
{
	Report *report = make_report(7);
	unsigned int matches = 0;

	for (unsigned int i = 0; i < times; i++)
		matches += filter_match(filter, report);
	if (matches != 0 && matches != times)
		exit(1);
	filter_free(filter);
	report_unref(report);
}

static void step_filter_match(unsigned int times, unsigned int sessions UNUSED,
			      uint16_t company UNUSED)
{
	filter_many(times, make_filter(0xffff));
}

static void step_filter_miss(unsigned int times, unsigned int sessions UNUSED,
			     uint16_t company UNUSED)
{
	filter_many(times, make_filter(0x004c));
}

static void step_filter_address_miss(unsigned int times, unsigned int sessions UNUSED,
				     uint16_t company UNUSED)
{
	const Addr addr = { .bytes = { 1, 2, 3, 4, 5, 6 } };
	Filter *filter;

	check(filter_new(&filter, 256), "filter");
	check(filter_add_address(filter, &addr), "address");
	filter_many(times, filter);
}

static void step_filter_name_miss(unsigned int times, unsigned int sessions UNUSED,
				  uint16_t company UNUSED)
{
	Filter *filter;

	check(filter_new(&filter, 256), "filter");
	check(filter_set_name(filter, "Thermo*"), "name");
	filter_many(times, filter);
}

static void step_ring(unsigned int times, unsigned int sessions UNUSED, uint16_t company UNUSED)
{
	Report *report = make_report(7);
	RingEntry entry;
	Ring *ring;

	check(ring_new(&ring, 16, true), "ring");
	for (unsigned int i = 0; i < times; i++) {
		(void)ring_push(ring, report);
		(void)ring_pop(ring, &entry);
		report_unref(entry.report);
	}
	ring_free(ring);
	report_unref(report);
}

static void step_ring_overflow(unsigned int times, unsigned int sessions UNUSED,
			       uint16_t company UNUSED)
{
	Report *report = make_report(7);
	Ring *ring;

	check(ring_new(&ring, 16, true), "ring");
	for (unsigned int i = 0; i < times; i++)
		(void)ring_push(ring, report);
	ring_free(ring);
	report_unref(report);
}

static void step_dedup_new(unsigned int times, unsigned int sessions UNUSED,
			   uint16_t company UNUSED)
{
	Dedup *dedup;

	check(dedup_new(&dedup, 4096), "dedup");
	for (unsigned int i = 0; i < times; i++)
		(void)dedup_seen(dedup, i * UINT64_C(0x9e3779b97f4a7c15), NOW + i, USEC_PER_SEC);
	dedup_free(dedup);
}

static void step_dedup_seen(unsigned int times, unsigned int sessions UNUSED,
			    uint16_t company UNUSED)
{
	Dedup *dedup;

	check(dedup_new(&dedup, 4096), "dedup");
	for (unsigned int i = 0; i < times; i++)
		(void)dedup_seen(dedup, 7, NOW, USEC_PER_SEC);
	dedup_free(dedup);
}

/* sessions of which each wants company (0: everything), and reads nothing */
static void step_radio(unsigned int times, unsigned int sessions, uint16_t company)
{
	Radio *radio = make_radio();
	Broker *broker = radio->broker;
	Report *reports[DEVICES];

	add_sessions(radio, sessions, company);
	/* the table of devices is full before it counts */
	for (unsigned int i = 0; i < DEVICES; i++) {
		reports[i] = make_report(i);
		radio_report(radio, reports[i], NOW);
	}
	for (unsigned int i = 0; i < times; i++)
		radio_report(radio, reports[i % DEVICES], NOW);

	broker_drop_sessions(broker, NOW);
	for (unsigned int i = 0; i < DEVICES; i++)
		report_unref(reports[i]);
}

static void step_batch(unsigned int times, unsigned int sessions UNUSED, uint16_t company UNUSED)
{
	Radio *radio = make_radio();
	Report *report = make_report(7);
	Session *session;

	add_sessions(radio, 1, 0);
	session = g_ptr_array_index(radio->scanning, 0);
	for (unsigned int i = 0; i < times;) {
		sd_bus_message *m = make_signal("/com/example/Bluetooth/hci0/session/1",
						"com.example.Bluetooth.Session1", "Advertisements");

		for (unsigned int n = 0; n < BATCH && i < times; n++, i++)
			radio_report(radio, report, NOW);
		check(reports_append_rich(m, session, BATCH), "batch");
		sd_bus_message_unref(m);
	}
	broker_drop_sessions(radio->broker, NOW);
	report_unref(report);
}

static const struct Step {
	const char *name;
	const char *what;
	void (*run)(unsigned int times, unsigned int sessions, uint16_t company);
	unsigned int sessions;
	uint16_t company;
} steps[] = {
	{ "nothing", "an empty loop", step_nothing, 0, 0 },
	{ "ingest", "PropertiesChanged of a device to report (sd-bus reads)", step_ingest, 0, 0 },
	{ "report", "make and free a report of 15 bytes", step_report, 0, 0 },
	{ "filter-match", "filter: manufacturer and pattern, match", step_filter_match, 0, 0 },
	{ "filter-miss", "filter: manufacturer and pattern, no match", step_filter_miss, 0, 0 },
	{ "filter-address-miss", "filter: address, no match", step_filter_address_miss, 0, 0 },
	{ "filter-name-miss", "filter: name, no match", step_filter_name_miss, 0, 0 },
	{ "ring", "FIFO: in and out", step_ring, 0, 0 },
	{ "ring-overflow", "FIFO: in, oldest dropped", step_ring_overflow, 0, 0 },
	{ "dedup-new", "deduplication: new", step_dedup_new, 0, 0 },
	{ "dedup-seen", "deduplication: seen", step_dedup_seen, 0, 0 },
	{ "radio-1-miss", "report to 1 session, no match", step_radio, 1, 0x004c },
	{ "radio-8-miss", "report to 8 sessions, no match", step_radio, 8, 0x004c },
	{ "radio-32-miss", "report to 32 sessions, no match", step_radio, 32, 0x004c },
	{ "radio-1-match", "report to 1 session, match, FIFO full", step_radio, 1, 0xffff },
	{ "radio-8-match", "report to 8 sessions, match, FIFOs full", step_radio, 8, 0xffff },
	{ "radio-32-match", "report to 32 sessions, match, FIFOs full", step_radio, 32, 0xffff },
	{ "radio-32-all", "report to 32 sessions without filter, FIFOs full", step_radio, 32, 0 },
	{ "batch", "report to 1 session, and from there into a signal of 64", step_batch, 0, 0 },
};

int main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
			printf("%s\t%s\n", steps[i].name, steps[i].what);
		return 0;
	}
	for (size_t i = 0; argc == 3 && i < ARRAY_SIZE(steps); i++) {
		if (strcmp(argv[1], steps[i].name) != 0)
			continue;
		steps[i].run((unsigned int)strtoul(argv[2], NULL, 10), steps[i].sessions,
			     steps[i].company);
		return 0;
	}
	fprintf(stderr, "Usage: bench-core STEP TIMES | --list\n");
	return 2;
}
