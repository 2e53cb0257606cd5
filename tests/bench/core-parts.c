/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of bench-core: the daemon's parts, one by one. */
#include <string.h>

#include <systemd/sd-bus.h>

#include "bluez/device.h"
#include "core-bed.h"
#include "core-steps.h"
#include "core/dedup.h"
#include "core/filter.h"
#include "core/report.h"
#include "core/ring.h"
#include "hci/assembly.h"
#include "hci/packet.h"

/* What bluetoothd says of a report, as the bus would hand it over. */
static sd_bus_message *make_properties(unsigned int number)
{
	sd_bus_message *m = core_signal("/org/bluez/hci0/dev_C0_00_00_00_00_00",
					"org.freedesktop.DBus.Properties", "PropertiesChanged");
	uint8_t data[8] = { 0 };

	memcpy(data, &number, sizeof(number));
	core_check(sd_bus_message_append(m, "s", "org.bluez.Device1"), "signal");
	core_check(sd_bus_message_open_container(m, 'a', "{sv}"), "signal");
	core_check(sd_bus_message_append(m, "{sv}", "RSSI", "n", -60), "signal");
	core_check(sd_bus_message_open_container(m, 'e', "sv"), "signal");
	core_check(sd_bus_message_append(m, "s", "ManufacturerData"), "signal");
	core_check(sd_bus_message_open_container(m, 'v', "a{qv}"), "signal");
	core_check(sd_bus_message_append(m, "a{qv}", 1, 0xffff, "ay", 8, data[0], data[1], data[2],
				    data[3], data[4], data[5], data[6], data[7]),
	      "signal");
	core_check(sd_bus_message_close_container(m), "signal");
	core_check(sd_bus_message_close_container(m), "signal");
	core_check(sd_bus_message_close_container(m), "signal");
	core_check(sd_bus_message_append(m, "as", 0), "signal");
	core_check(sd_bus_message_seal(m, 1, 0), "signal");
	return m;
}

void step_nothing(unsigned int times UNUSED, unsigned int sessions UNUSED,
			 unsigned int detail UNUSED)
{
}

void step_ingest(unsigned int times, unsigned int sessions UNUSED, unsigned int detail UNUSED)
{
	sd_bus_message *m = make_properties(7);
	Device *device;
	Report *report;

	core_check(device_new(&device, NULL, "/org/bluez/hci0/dev_C0_00_00_00_00_00"), "device");
	for (unsigned int i = 0; i < times; i++) {
		DeviceNews news = { 0 };

		core_check(sd_bus_message_rewind(m, true), "rewind");
		core_check(sd_bus_message_skip(m, "s"), "skip");
		core_check(device_read(device, m, &news), "device");
		core_check(device_report(device, NOW, &report), "report");
		report_unref(report);
	}
	device_free(device);
}

static void take_report(void *userdata UNUSED, unsigned index UNUSED, const ReportInfo *info)
{
	Report *report;

	core_check(report_new(&report, info), "report");
	report_unref(report);
}

static void take_packet(Assembly *assembly, const uint8_t *packet, size_t length)
{
	PacketReport report;
	PacketIter iter;

	if (!packet_iter_init(&iter, packet, length))
		core_fail("not a packet");
	while (packet_iter_next(&iter, &report)) {
		report.info.time = NOW;
		assembly_add(assembly, &report, false);
	}
	if (iter.malformed > 0)
		core_fail("a malformed packet");
}

void step_packet(unsigned int times, unsigned int sessions UNUSED, unsigned int detail UNUSED)
{
	uint8_t packet[PACKET_ROOM];
	const size_t length = core_packet(packet, 7);
	Assembly *assembly;

	assembly = assembly_new(take_report, NULL);
	for (unsigned int i = 0; i < times; i++)
		take_packet(assembly, packet, length);
	assembly_free(assembly);
}

/* As many bytes as an advertisement can have, in packets as long as they can be. */
void step_fragments(unsigned int times, unsigned int sessions UNUSED, unsigned int detail UNUSED)
{
	enum { LENGTH = 1650, PART = 229 };
	Assembly *assembly;

	assembly = assembly_new(take_report, NULL);
	for (unsigned int i = 0; i < times; i++) {
		for (unsigned int left = LENGTH, part; left > 0; left -= part) {
			uint8_t packet[PACKET_MAX] = { PACKET_OPCODE_EVENT };

			part = left < PART ? left : PART;
			packet[4] = (uint8_t)(2 + 26 + part);
			packet[5] = (uint8_t)((2 + 26 + part) >> 8);
			packet[6] = 0x3e;
			packet[7] = (uint8_t)(26 + part);
			packet[8] = SUBEVENT_EXTENDED_ADVERTISING_REPORT;
			packet[9] = 1;
			packet[10] = left > part ? 1 << 5 : 0; /* more follows */
			packet[12] = 1;
			packet[33] = (uint8_t)part;
			take_packet(assembly, packet, 34 + part);
		}
	}
	assembly_free(assembly);
}

void step_report(unsigned int times, unsigned int sessions UNUSED, unsigned int detail UNUSED)
{
	for (unsigned int i = 0; i < times; i++)
		report_unref(core_report(i));
}

static void filter_many(unsigned int times, Filter *filter)
{
	Report *report = core_report(7);
	unsigned int matches = 0;

	for (unsigned int i = 0; i < times; i++)
		matches += filter_match(filter, report, NULL);
	if (matches != 0 && matches != times)
		core_fail("a filter changes its mind");
	filter_free(filter);
	report_unref(report);
}

void step_filter_match(unsigned int times, unsigned int sessions UNUSED,
			      unsigned int detail UNUSED)
{
	filter_many(times, core_filter(0xffff));
}

void step_filter_miss(unsigned int times, unsigned int sessions UNUSED,
			     unsigned int detail UNUSED)
{
	filter_many(times, core_filter(0x004c));
}

void step_filter_address_miss(unsigned int times, unsigned int sessions UNUSED,
				     unsigned int detail UNUSED)
{
	const Addr addr = { .bytes = { 1, 2, 3, 4, 5, 6 } };
	Filter *filter;

	filter = filter_new(256);
	core_check(filter_add_address(filter, &addr), "address");
	filter_many(times, filter);
}

void step_filter_name_miss(unsigned int times, unsigned int sessions UNUSED,
				  unsigned int detail UNUSED)
{
	Filter *filter;

	filter = filter_new(256);
	core_check(filter_set_name(filter, "Thermo*"), "name");
	filter_many(times, filter);
}

void step_ring(unsigned int times, unsigned int sessions UNUSED, unsigned int detail UNUSED)
{
	Report *report = core_report(7);
	RingEntry entry;
	Ring *ring;

	ring = ring_new(16, true);
	for (unsigned int i = 0; i < times; i++) {
		(void)ring_push(ring, report);
		(void)ring_pop(ring, &entry);
		report_unref(entry.report);
	}
	ring_free(ring);
	report_unref(report);
}

void step_ring_overflow(unsigned int times, unsigned int sessions UNUSED,
			       unsigned int detail UNUSED)
{
	Report *report = core_report(7);
	Ring *ring;

	ring = ring_new(16, true);
	for (unsigned int i = 0; i < times; i++)
		(void)ring_push(ring, report);
	ring_free(ring);
	report_unref(report);
}

void step_dedup_new(unsigned int times, unsigned int sessions UNUSED,
			   unsigned int detail UNUSED)
{
	Dedup *dedup;

	dedup = dedup_new(4096);
	for (unsigned int i = 0; i < times; i++)
		(void)dedup_seen(dedup, i * UINT64_C(0x9e3779b97f4a7c15), NOW + i, USEC_PER_SEC);
	dedup_free(dedup);
}

void step_dedup_seen(unsigned int times, unsigned int sessions UNUSED,
			    unsigned int detail UNUSED)
{
	Dedup *dedup;

	dedup = dedup_new(4096);
	for (unsigned int i = 0; i < times; i++)
		(void)dedup_seen(dedup, 7, NOW, USEC_PER_SEC);
	dedup_free(dedup);
}
