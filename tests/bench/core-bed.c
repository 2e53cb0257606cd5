/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The material of bench-core. */
#include "core-bed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/socket.h>

#include "core/radios.h"
#include "core/sessions.h"
#include "hci/packet.h"

#define PACKET_DATA 15

void core_fail(const char *what)
{
	fprintf(stderr, "bench-core: %s\n", what);
	exit(1);
}

void core_check(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "bench-core: %s: %s\n", what, strerror(-r));
	exit(1);
}

static void write_data(uint8_t data[static PACKET_DATA], unsigned int number)
{
	static const uint8_t head[] = { 2, 1, 6, 11, 0xff, 0xff, 0xff };
	const uint32_t device = number % DEVICES;

	memcpy(data, head, sizeof(head));
	memcpy(data + 7, &device, 4);
	memcpy(data + 11, &number, 4);
}

Report *core_report(unsigned int number)
{
	uint8_t data[PACKET_DATA];
	const ReportInfo info = {
		.addr = { .bytes = { 0xc0, 0, 0, 0, (uint8_t)(number % DEVICES >> 8), (uint8_t)(number % DEVICES) },
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

	write_data(data, number);
	core_check(report_new(&report, &info), "report");
	return report;
}

size_t core_packet(uint8_t packet[static PACKET_ROOM], unsigned int number)
{
	/* an LE Meta event with one legacy report: non-connectable, of a random address */
	const uint8_t head[] = {
		PACKET_OPCODE_EVENT, 0, 0, 0, 27 + 2, 0, 0x3e, 27, 2, 1, 3, 1,
		(uint8_t)(number % DEVICES), (uint8_t)(number % DEVICES >> 8), 0, 0, 0, 0xc0, PACKET_DATA,
	};

	memcpy(packet, head, sizeof(head));
	write_data(packet + sizeof(head), number);
	packet[sizeof(head) + PACKET_DATA] = (uint8_t)(-40 - (int)(number % 50));
	return sizeof(head) + PACKET_DATA + 1;
}

static void no_scan(void *userdata UNUSED, Radio *radio UNUSED, const DesiredScan *desired UNUSED)
{
}

static void no_radio_bool(void *userdata UNUSED, Radio *radio UNUSED, bool on UNUSED)
{
}

static void no_radio(void *userdata UNUSED, Radio *radio UNUSED)
{
}

static void no_removal(void *userdata UNUSED, const Radio *radio UNUSED, unsigned index UNUSED)
{
}

static void no_change(void *userdata UNUSED, Radio *radio UNUSED, unsigned changes UNUSED)
{
}

static void no_event(void *userdata UNUSED, Session *session UNUSED, const char *connection UNUSED,
		     uint32_t events UNUSED)
{
}

static bool no_batch(void *userdata UNUSED, Session *session UNUSED, bool press UNUSED)
{
	return false;
}

static void no_stop(void *userdata UNUSED, Session *session UNUSED, const char *connection UNUSED,
		    const char *reason UNUSED)
{
}

static const RadioOps no_side = {
	.radio_scan = no_scan,
	.radio_scan_restart = no_radio,
	.radio_power = no_radio_bool,
};

static const FaceOps no_ops = {
	.radio_added = no_radio,
	.radio_removed = no_removal,
	.radio_changed = no_change,
	.session_event = no_event,
	.session_batch = no_batch,
	.session_scan_stopped = no_stop,
};

static const Face no_face = { .ops = &no_ops };

void core_turn(Broker *broker, uint64_t now)
{
	while (agenda_next(&broker->agenda) <= now)
		agenda_run(&broker->agenda, now);
}

Radio *core_radio(void)
{
	const RadioState state = { .name = "radio", .powered = true };
	const Addr addr = { .bytes = { 0, 0xaa, 1, 0, 0, 0 } };
	static Config config;
	Broker *broker;
	Radio *radio;

	config_init(&config);
	broker = broker_new(&config);
	broker_set_radio_side(broker, &no_side, NULL);
	broker_add_face(broker, &no_face);
	broker_bluez_changed(broker, true);
	radio = radios_appeared(broker, &addr, 0, &state, NOW);
	return radio;
}

void core_radio_free(Radio *radio)
{
	broker_free(radio->broker);
}

Filter *core_filter(uint16_t company)
{
	Filter *filter;

	filter = filter_new(256);
	core_check(filter_add_manufacturer(filter, company), "manufacturer");
	core_check(filter_add_pattern(filter, 0, 0xff, (const uint8_t *)"\xff\xff", 2), "pattern");
	return filter;
}

void core_add_sessions(Radio *radio, unsigned int sessions, uint16_t company, uint32_t fifo)
{
	const InitOptions options = { .fifo = fifo };
	Reason reason = { "" };
	Session *session;

	for (unsigned int i = 0; i < sessions; i++) {
		ScanFilter filter;

		scan_filter_init(&filter, &radio->broker->config);
		if (company != 0)
			filter.filter = core_filter(company);
		if (sessions_open(radio, &no_face, 0, ":1.1", &options, NOW, &session, &reason) != 0 ||
		    session_set_filter(session, &filter, &reason) != 0 ||
		    sessions_start_scan(session, -1, NOW, &reason) != 0)
			core_fail(reason.text);
	}
	core_turn(radio->broker, NOW);
}

sd_bus_message *core_signal(const char *path, const char *interface, const char *member)
{
	static sd_bus *bus;	/* what messages have to belong to */
	sd_bus_message *m;
	int fds[2];

	if (!bus) {
		core_check(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), "socketpair");
		core_check(sd_bus_new(&bus), "bus");
		core_check(sd_bus_set_fd(bus, fds[0], fds[0]), "bus");
		core_check(sd_bus_start(bus), "bus");
	}
	core_check(sd_bus_message_new_signal(bus, &m, path, interface, member), "signal");
	return m;
}

static double cpu_clock(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static double paused;	/* seconds, or, while it is paused, less the time when that began */

double core_cpu(void)
{
	return cpu_clock() - paused;
}

void core_cpu_pause(void)
{
	paused -= cpu_clock();
}

void core_cpu_resume(void)
{
	paused += cpu_clock();
}
