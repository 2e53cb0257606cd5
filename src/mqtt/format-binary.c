/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format binary: the layout of bluebroker-stream.h, with a header that tells Unix time. */
#include <string.h>

#include "mqtt/format.h"

/* What two readings of clocks may be apart, if the process had to wait in between; more: it was set. */
#define CLOCKS_APART (10 * (int64_t)USEC_PER_MSEC)

void format_binary_init(FormatBinary *binary)
{
	*binary = (FormatBinary){ .payload = g_byte_array_new() };
}

void format_binary_clear(FormatBinary *binary)
{
	g_clear_pointer(&binary->payload, g_byte_array_unref);
}

void format_binary_restart(FormatBinary *binary)
{
	g_byte_array_set_size(binary->payload, 0);
	binary->count = 0;
}

static uint8_t *put_u16(uint8_t *at, uint16_t value)
{
	*at++ = (uint8_t)value;
	*at++ = (uint8_t)(value >> 8);
	return at;
}

static uint8_t *put_u64(uint8_t *at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		*at++ = (uint8_t)(value >> 8 * i);
	return at;
}

static void put_header(const FormatBinary *binary, uint64_t lost)
{
	uint8_t *at = put_u16(binary->payload->data, BB_STREAM_MAGIC);

	*at++ = BB_STREAM_VERSION;
	*at++ = BB_STREAM_HEADER_UNIX_SIZE;
	at = put_u16(at, (uint16_t)binary->count);
	at = put_u16(at, 0);
	at = put_u64(at, lost);
	put_u64(at, (uint64_t)binary->to_unix);
}

static void put_record(uint8_t *at, const Heard *heard)
{
	const bb_stream_report *report = &heard->report;

	at = put_u16(at, (uint16_t)(BB_STREAM_RECORD_SIZE + report->length));
	at = put_u64(at, report->time);
	at = put_u64(at, heard->sequence);
	memcpy(at, report->address, sizeof(report->address));
	at += sizeof(report->address);
	*at++ = report->addr_type;
	*at++ = report->adv_type;
	*at++ = (uint8_t)report->rssi;
	*at++ = (uint8_t)report->tx_power;
	*at++ = report->primary_phy;
	*at++ = report->secondary_phy;
	*at++ = report->sid;
	*at++ = report->flags;
	at = put_u16(at, report->length);
	if (report->length > 0)
		memcpy(at, report->data, report->length);
}

bool format_binary_add(FormatBinary *binary, const Heard *heard, size_t length_max)
{
	const size_t size = BB_STREAM_RECORD_SIZE + (size_t)heard->report.length;
	const int64_t to_unix = (int64_t)(heard->unix_us - heard->report.time);
	size_t before = binary->payload->len;

	if (binary->count > 0 && (before + size > length_max || binary->count == UINT16_MAX ||
				  to_unix > binary->to_unix + CLOCKS_APART ||
				  to_unix < binary->to_unix - CLOCKS_APART))
		return false;
	if (binary->count == 0) {
		before = BB_STREAM_HEADER_UNIX_SIZE;
		binary->to_unix = to_unix;
	}
	binary->count++;
	g_byte_array_set_size(binary->payload, (unsigned)(before + size));
	put_header(binary, heard->lost);
	put_record(binary->payload->data + before, heard);
	return true;
}

void format_binary_topic(const FormatContext *context, GString *topic)
{
	format_topic(topic, context->prefix, context->gateway, "reports", NULL);
}
