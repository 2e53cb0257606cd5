/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of bench-core: from the radio to sessions that read nothing, or signals. */
#include <glib.h>

#include "core-bed.h"
#include "core-steps.h"
#include "core/radios.h"
#include "hci/assembly.h"
#include "hci/packet.h"
#include "service/report-dbus.h"

#define FIFO 64
#define BATCH 64

void step_radio(unsigned int times, unsigned int sessions, unsigned int company)
{
	Radio *radio = core_radio();
	Report *reports[DEVICES];

	core_add_sessions(radio, sessions, (uint16_t)company, FIFO);
	/* the table of devices is full before it counts */
	for (unsigned int i = 0; i < DEVICES; i++) {
		reports[i] = core_report(i);
		radios_report(radio, reports[i], NOW);
	}
	for (unsigned int i = 0; i < times; i++)
		radios_report(radio, reports[i % DEVICES], NOW);

	core_radio_free(radio);
	for (unsigned int i = 0; i < DEVICES; i++)
		report_unref(reports[i]);
}

/* As the wiring does. */
static void on_report(void *broker, unsigned index, const ReportInfo *info)
{
	Radio *radio = broker_radio(broker, index);
	Report *report;

	if (!radio)
		core_fail("no radio");
	core_check(report_new(&report, info), "report");
	radios_report(radio, report, info->time);
	report_unref(report);
}

/* All of the way but for the kernel's: from what the monitor's socket gives. */
void step_monitor(unsigned int times, unsigned int sessions, unsigned int company)
{
	static uint8_t packets[DEVICES][PACKET_ROOM];
	Radio *radio = core_radio();
	Assembly *assembly;
	size_t length = 0;

	core_add_sessions(radio, sessions, (uint16_t)company, FIFO);
	assembly = assembly_new(on_report, radio->broker);
	for (unsigned int i = 0; i < DEVICES; i++)
		length = core_packet(packets[i], i);
	for (unsigned int i = 0; i < DEVICES + times; i++) {
		PacketReport report;
		PacketIter iter;

		if (!packet_iter_init(&iter, packets[i % DEVICES], length))
			core_fail("not a packet");
		while (packet_iter_next(&iter, &report)) {
			report.info.time = NOW;
			assembly_add(assembly, &report, false);
		}
	}
	assembly_free(assembly);
	core_radio_free(radio);
}

void step_batch(unsigned int times, unsigned int sessions UNUSED, unsigned int detail UNUSED)
{
	Radio *radio = core_radio();
	Report *report = core_report(7);
	Session *session;

	core_add_sessions(radio, 1, 0, FIFO);
	session = g_ptr_array_index(radio->scanning, 0);
	for (unsigned int i = 0; i < times;) {
		sd_bus_message *m = core_signal("/com/example/Bluetooth/hci0/session/1",
						"com.example.Bluetooth.Session1", "Advertisements");

		for (unsigned int n = 0; n < BATCH && i < times; n++, i++)
			radios_report(radio, report, NOW);
		core_check(report_dbus_append(m, session, BATCH), "batch");
		sd_bus_message_unref(m);
	}
	core_radio_free(radio);
	report_unref(report);
}
