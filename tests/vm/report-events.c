/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HCI events with advertising reports, for the test's radio. */
#include <check.h>

#include "client.h"
#include "report-events.h"

#define PATIENCE_MS 60000

static void put_address(GByteArray *event, const Addr *addr)
{
	g_byte_array_append(event, &addr->type, 1);
	for (int i = 5; i >= 0; i--)
		g_byte_array_append(event, &addr->bytes[i], 1);
}

static void put(GByteArray *event, unsigned value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * i);

		g_byte_array_append(event, &byte, 1);
	}
}

void put_legacy(GByteArray *event, const ReportInfo *info)
{
	put(event, info->adv_type, 1);
	put_address(event, &info->addr);
	put(event, (unsigned)info->length, 1);
	g_byte_array_append(event, info->data, (guint)info->length);
	put(event, (uint8_t)info->rssi, 1);
}

void put_directed(GByteArray *event, const ReportInfo *info)
{
	const Addr us = { .bytes = { 0x40, 1, 2, 3, 4, 5 }, .type = 1 };

	put(event, 1, 1);
	put_address(event, &info->addr);
	put_address(event, &us);
	put(event, (uint8_t)info->rssi, 1);
}

void put_extended(GByteArray *event, const ReportInfo *info, unsigned bits, const uint8_t *data, size_t length)
{
	const Addr nobody = { .type = 0 };

	put(event, bits, 2);
	put_address(event, &info->addr);
	put(event, info->primary_phy, 1);
	put(event, info->secondary_phy, 1);
	put(event, info->sid, 1);
	put(event, (uint8_t)info->tx_power, 1);
	put(event, (uint8_t)info->rssi, 1);
	put(event, 0, 2);
	put_address(event, &nobody);
	put(event, (unsigned)length, 1);
	g_byte_array_append(event, data, (guint)length);
}

GByteArray *event_of(uint8_t subevent, uint8_t reports)
{
	const uint8_t head[] = { subevent, reports };

	return g_byte_array_append(g_byte_array_new(), head, sizeof(head));
}

typedef struct Waiting {
	Air *air;
	const char *radio;
} Waiting;

static bool radio_scans(void *data)
{
	const Waiting *waiting = data;

	return air_status(waiting->air, waiting->radio, "scanning") == 1;
}

void wait_scanning(Air *air, const char *radio)
{
	Waiting waiting = { air, radio };

	ck_assert_msg(wait_until(radio_scans, &waiting, PATIENCE_MS), "%s does not scan", radio);
}

static GString *hex_of(const uint8_t *data, size_t length)
{
	GString *hex = g_string_new(length > 0 ? NULL : "-");

	for (size_t i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", data[i]);
	return hex;
}

void send_event(Air *air, const char *radio, GByteArray *event)
{
	GString *hex = hex_of(event->data, event->len);

	while (air_ask(air, "event %s %s", radio, hex->str) != 1)
		wait_scanning(air, radio);
	g_string_free(hex, true);
	g_byte_array_unref(event);
}

void send_adv(Air *air, const char *radio, const ReportInfo *info)
{
	GString *hex = hex_of(info->data, info->length);
	char addr[ADDR_STRING_SIZE];

	while (air_ask(air, "adv %s %s %s %u %d %s", radio, addr_format(&info->addr, addr),
		       addr_type_name(info->addr.type), info->adv_type, info->rssi, hex->str) != 1)
		wait_scanning(air, radio);
	g_string_free(hex, true);
}
