/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports, packed into datagrams. */
#include "core/stream-record.h"

#include <bluebroker-stream.h>
#include <string.h>

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

static uint8_t *put_report(uint8_t *at, const RingEntry *entry)
{
	const Report *report = entry->report;

	at = put_u16(at, (uint16_t)(BB_STREAM_RECORD_SIZE + report->length));
	at = put_u64(at, report->time);
	at = put_u64(at, entry->sequence);
	memcpy(at, report->addr.bytes, sizeof(report->addr.bytes));
	at += sizeof(report->addr.bytes);
	*at++ = report->addr.type;
	*at++ = report->adv_type;
	*at++ = (uint8_t)report->rssi;
	*at++ = (uint8_t)report->tx_power;
	*at++ = report->primary_phy;
	*at++ = report->secondary_phy;
	*at++ = report->sid;
	*at++ = (report->extended ? BB_STREAM_EXTENDED : 0) |
		(report->synthesized ? BB_STREAM_SYNTHESIZED : 0) |
		(report->truncated ? BB_STREAM_TRUNCATED : 0);
	at = put_u16(at, report->length);
	memcpy(at, report->data, report->length);
	return at + report->length;
}

size_t stream_datagram(const Ring *ring, size_t max, uint64_t lost, uint8_t *bytes, size_t size,
		       size_t *ret_count)
{
	uint8_t *at = bytes + BB_STREAM_HEADER_SIZE;
	size_t count = 0;

	while (count < max && count < ring_count(ring)) {
		const RingEntry *entry = ring_at(ring, count);

		if (BB_STREAM_RECORD_SIZE + (size_t)entry->report->length > size - (size_t)(at - bytes))
			break;
		at = put_report(at, entry);
		count++;
	}

	bytes = put_u16(bytes, BB_STREAM_MAGIC);
	*bytes++ = BB_STREAM_VERSION;
	*bytes++ = BB_STREAM_HEADER_SIZE;
	bytes = put_u16(bytes, (uint16_t)count);
	bytes = put_u16(bytes, 0);
	bytes = put_u64(bytes, lost);
	*ret_count = count;
	return BB_STREAM_HEADER_SIZE + (size_t)(at - bytes);
}
