/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as packets of the HCI monitor channel, one after the other, through the parser and then the assembly. An
 * input is a list of packets, each after a head of three bytes: seconds since the one before (bit 7: packets were
 * lost), and the packet's length, little-endian.
 */
#include <string.h>

#include "fuzz.h"
#include "hci/assembly.h"
#include "meaning/ad.h"

#define HEAD 3

/* Bytes that came in must go out once: none is made up, and what goes out is a report. */
static size_t bytes_in, bytes_out, reports_in, reports_out;

static void on_report(void *userdata, unsigned index, const ReportInfo *info)
{
	Report *report;

	(void)userdata;
	PROMISE(index <= UINT16_MAX);
	PROMISE(report_new(&report, info) == 0);
	PROMISE(report->length == info->length && report->truncated == info->truncated);
	report_unref(report);
	bytes_out += info->length;
	reports_out++;
}

static void take(Assembly *assembly, const uint8_t *packet, size_t length, uint64_t time, bool suspect)
{
	PacketReport report;
	PacketIter iter;
	size_t n = 0;

	if (!packet_iter_init(&iter, packet, length))
		return;
	while (packet_iter_next(&iter, &report)) {
		const ReportInfo *info = &report.info;

		PROMISE(report.status <= DATA_TRUNCATED && info->truncated == (report.status == DATA_TRUNCATED));
		PROMISE(info->addr.type <= ADDR_RANDOM_RPA);
		PROMISE(info->adv_type <= ADV_SCAN_RESPONSE || info->adv_type == ADV_UNKNOWN);
		PROMISE(info->length == 0 ||
			(info->data >= packet + PACKET_HEADER && info->data + info->length <= packet + length));
		PROMISE(info->extended || info->length <= AD_LEGACY_MAX);
		bytes_in += info->length;
		reports_in++;
		n++;
		report.info.time = time;
		assembly_add(assembly, &report, suspect);
	}
	PROMISE(n + iter.malformed <= 255);
	PROMISE(!packet_iter_next(&iter, &report));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Assembly *assembly;
	uint64_t time = 0;

	assembly = assembly_new(on_report, NULL);
	bytes_in = bytes_out = reports_in = reports_out = 0;
	while (size >= HEAD) {
		size_t length = data[1] | (size_t)data[2] << 8;
		bool suspect = data[0] & 0x80;
		uint8_t *packet;

		time += (data[0] & 0x7f) * USEC_PER_SEC;
		data += HEAD;
		size -= HEAD;
		if (length > size)
			length = size;
		packet = malloc(length > 0 ? length : 1);	/* exactly: a byte read past the end is seen */
		PROMISE(packet);
		memcpy(packet, data, length);
		take(assembly, packet, length, time, suspect);
		free(packet);
		data += length;
		size -= length;
	}
	assembly_flush(assembly);
	PROMISE(!assembly_is_waiting(assembly));
	PROMISE(bytes_out <= bytes_in && reports_out <= reports_in);
	assembly_free(assembly);
	return 0;
}
