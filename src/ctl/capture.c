/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures of advertising reports. HCI events: Core Specification Vol 4 Part E 7.7.65.2 and .13; H4: Part A.
 * pcap: the libpcap file format, link type 201. btsnoop: the snoop format of RFC 1761, with 64-bit times
 * since the year 0.
 */
#include "ctl/capture.h"

#include <string.h>

#include "meaning/ad.h"
#include "meaning/addr.h"
#include "meaning/constants.h"

#define H4_EVENT 0x04
#define LE_META 0x3e
#define LE_ADVERTISING_REPORT 0x02
#define LE_EXTENDED_ADVERTISING_REPORT 0x0d

#define EVENT_MAX (3 + 255)	/* H4 type, event code, length, parameters */
#define LEGACY_SIZE 12		/* parameters of an event with one report, without data */
#define EXTENDED_SIZE 26
#define FRAGMENT_MAX (255 - EXTENDED_SIZE)

/* Bits of an extended report's event type. */
#define TYPE_CONNECTABLE 0x01
#define TYPE_SCANNABLE 0x02
#define TYPE_DIRECTED 0x04
#define TYPE_SCAN_RESPONSE 0x08
#define TYPE_LEGACY 0x10
#define TYPE_MORE 0x20		/* more of the data follows in another event */
#define TYPE_TRUNCATED 0x40	/* more was sent, but does not follow */

#define PHY_1M 1
#define ADDRESS_ANONYMOUS 0xff

#define PCAP_MAGIC 0xa1b2c3d4
#define PCAP_SNAPLEN 65535
#define PCAP_LINK_TYPE 201
#define PCAP_RECEIVED 1

#define BTSNOOP_VERSION 1
#define BTSNOOP_DATALINK 1002
#define BTSNOOP_RECEIVED_EVENT 3
#define BTSNOOP_1970 0x00dcddb30f2f8000

static void put_le(GByteArray *out, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * i);

		g_byte_array_append(out, &byte, 1);
	}
}

static void put_be(GByteArray *out, uint64_t value, size_t size)
{
	for (size_t i = size; i-- > 0;) {
		uint8_t byte = (uint8_t)(value >> 8 * i);

		g_byte_array_append(out, &byte, 1);
	}
}

void capture_begin(GByteArray *out, CaptureFormat format)
{
	if (format == CAPTURE_PCAP) {
		put_le(out, PCAP_MAGIC, 4);
		put_le(out, 2, 2);
		put_le(out, 4, 2);
		put_le(out, 0, 8);	/* time zone and accuracy: always 0 */
		put_le(out, PCAP_SNAPLEN, 4);
		put_le(out, PCAP_LINK_TYPE, 4);
	} else {
		g_byte_array_append(out, (const uint8_t *)"btsnoop", 8);
		put_be(out, BTSNOOP_VERSION, 4);
		put_be(out, BTSNOOP_DATALINK, 4);
	}
}

/* wall: microseconds since 1970; lost: reports so far, which only btsnoop tells. */
static void append_packet(GByteArray *out, CaptureFormat format, uint64_t wall, uint64_t lost,
			  const uint8_t *packet, size_t length)
{
	if (format == CAPTURE_PCAP) {
		put_le(out, wall / USEC_PER_SEC, 4);
		put_le(out, wall % USEC_PER_SEC, 4);
		put_le(out, 4 + length, 4);
		put_le(out, 4 + length, 4);
		put_be(out, PCAP_RECEIVED, 4);
	} else {
		put_be(out, length, 4);
		put_be(out, length, 4);
		put_be(out, BTSNOOP_RECEIVED_EVENT, 4);
		put_be(out, MIN(lost, UINT32_MAX), 4);
		put_be(out, wall + BTSNOOP_1970, 8);
	}
	g_byte_array_append(out, packet, (guint)length);
}

static uint8_t *build_head(uint8_t *to, size_t parameters, uint8_t subevent)
{
	*to++ = H4_EVENT;
	*to++ = LE_META;
	*to++ = (uint8_t)parameters;
	*to++ = subevent;
	*to++ = 1;	/* number of reports */
	return to;
}

static uint8_t *build_address(uint8_t *to, uint8_t type, const bb_stream_report *report)
{
	*to++ = type;
	for (size_t i = sizeof(report->address); i-- > 0;)
		*to++ = report->address[i];
	return to;
}

static size_t build_legacy(uint8_t *event, const bb_stream_report *report)
{
	uint8_t *to = build_head(event, LEGACY_SIZE + (size_t)report->length, LE_ADVERTISING_REPORT);

	/* the contract has the same numbers as the event */
	*to++ = report->adv_type <= ADV_SCAN_RESPONSE ? report->adv_type : ADV_CONNECTABLE;
	to = build_address(to, report->addr_type, report);
	*to++ = (uint8_t)report->length;
	memcpy(to, report->data, report->length);
	to += report->length;
	*to++ = (uint8_t)report->rssi;
	return (size_t)(to - event);
}

static bool is_legacy_pdu(const bb_stream_report *report)
{
	return !(report->flags & (BB_STREAM_EXTENDED | BB_STREAM_TRUNCATED)) &&
	       report->length <= AD_LEGACY_MAX;
}

static unsigned extended_type(const bb_stream_report *report)
{
	bool legacy = is_legacy_pdu(report);

	switch (report->adv_type) {
	case ADV_CONNECTABLE_DIRECTED:
		return TYPE_CONNECTABLE | TYPE_DIRECTED | (legacy ? TYPE_LEGACY : 0);
	case ADV_SCANNABLE:
		return TYPE_SCANNABLE | (legacy ? TYPE_LEGACY : 0);
	case ADV_NON_CONNECTABLE:
		return legacy ? TYPE_LEGACY : 0;
	case ADV_SCAN_RESPONSE:
		/* a legacy scan response answers ADV_IND or ADV_SCAN_IND, we are not told which: take
		 * ADV_IND */
		return TYPE_SCAN_RESPONSE | TYPE_SCANNABLE | (legacy ? TYPE_LEGACY | TYPE_CONNECTABLE : 0);
	default:
		/* an extended advertisement cannot be both connectable and scannable */
		return TYPE_CONNECTABLE | (legacy ? TYPE_LEGACY | TYPE_SCANNABLE : 0);
	}
}

static bool is_anonymous(const bb_stream_report *report)
{
	static const uint8_t nobody[sizeof(report->address)];

	return report->flags & BB_STREAM_EXTENDED && report->addr_type == ADDR_PUBLIC &&
	       memcmp(report->address, nobody, sizeof(nobody)) == 0;
}

/* type: event type with the bits of the data's status. */
static size_t build_extended(uint8_t *event, const bb_stream_report *report, unsigned type,
			     const uint8_t *data, size_t length)
{
	uint8_t *to = build_head(event, EXTENDED_SIZE + length, LE_EXTENDED_ADVERTISING_REPORT);

	*to++ = (uint8_t)type;
	*to++ = 0;
	to = build_address(to, is_anonymous(report) ? ADDRESS_ANONYMOUS : report->addr_type, report);
	*to++ = report->primary_phy ? report->primary_phy : PHY_1M;
	*to++ = report->secondary_phy;
	*to++ = report->sid;
	*to++ = (uint8_t)report->tx_power;
	*to++ = (uint8_t)report->rssi;
	memset(to, 0, 2 + 7);	/* no periodic advertising; the target of a directed one is unknown */
	to += 2 + 7;
	*to++ = (uint8_t)length;
	memcpy(to, data, length);
	return (size_t)(to + length - event);
}

/* Whether the report needs the extended event, because the legacy one has no fields for what it tells. TX
 * power from BlueZ does not count: BlueZ has it from the data. */
static bool is_extended_event(const bb_stream_report *report)
{
	return !is_legacy_pdu(report) || report->primary_phy != 0 || report->sid != SID_NONE ||
	       (report->tx_power != TX_POWER_UNKNOWN && !(report->flags & BB_STREAM_SYNTHESIZED));
}

void capture_append(GByteArray *out, CaptureFormat format, const bb_stream_report *report,
		    int64_t wall_offset, uint64_t lost)
{
	uint64_t wall = report->time + (uint64_t)wall_offset;
	const uint8_t *data = report->data;
	uint8_t event[EVENT_MAX];
	size_t left = report->length;

	if (!is_extended_event(report)) {
		append_packet(out, format, wall, lost, event, build_legacy(event, report));
		return;
	}
	for (;;) {
		unsigned type = extended_type(report);
		size_t length = MIN(left, FRAGMENT_MAX);

		left -= length;
		if (left > 0)
			type |= TYPE_MORE;
		else if (report->flags & BB_STREAM_TRUNCATED)
			type |= TYPE_TRUNCATED;
		append_packet(out, format, wall, lost, event,
			      build_extended(event, report, type, data, length));
		data += length;
		if (left == 0)
			return;
	}
}

bool capture_is_guess(const bb_stream_report *report)
{
	return report->adv_type > ADV_SCAN_RESPONSE || report->flags & BB_STREAM_SYNTHESIZED;
}
