/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports from datagrams and from D-Bus messages. */
#include "client/reports.h"

#include <string.h>

#include "meaning/addr.h"

void reports_clear(Reports *reports)
{
	g_clear_pointer(&reports->array, g_array_unref);
	g_clear_pointer(&reports->held, g_ptr_array_unref);
}

static void begin(Reports *reports)
{
	if (!reports->array) {
		reports->array = g_array_new(FALSE, FALSE, sizeof(bb_stream_report));
		reports->held = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
	}
	g_array_set_size(reports->array, 0);
	g_ptr_array_set_size(reports->held, 0);
}

static void end(Reports *reports, uint64_t lost)
{
	reports->list = (const bb_stream_report *)(void *)reports->array->data;
	reports->count = reports->array->len;
	reports->lost = lost;
}

bool reports_take_datagram(Reports *reports, const uint8_t *datagram, size_t length)
{
	bb_stream_report report;
	bb_stream_iter iter;

	if (bb_stream_open(datagram, length, &iter) < 0)
		return false;
	begin(reports);
	while (bb_stream_next(&iter, &report) > 0)
		g_array_append_val(reports->array, report);
	end(reports, iter.lost);
	return true;
}

static void set_flag(bb_stream_report *report, GVariant *extras, const char *key, uint8_t flag)
{
	gboolean set = FALSE;

	if (g_variant_lookup(extras, key, "b", &set) && set)
		report->flags |= flag;
}

static void take_extras(bb_stream_report *report, GVariant *extras)
{
	int16_t tx_power;

	if (g_variant_lookup(extras, "TxPower", "n", &tx_power))
		report->tx_power = (int8_t)tx_power;
	g_variant_lookup(extras, "PrimaryPhy", "y", &report->primary_phy);
	g_variant_lookup(extras, "SecondaryPhy", "y", &report->secondary_phy);
	g_variant_lookup(extras, "Sid", "y", &report->sid);
	g_variant_lookup(extras, "Sequence", "t", &report->sequence);
	set_flag(report, extras, "Extended", BB_STREAM_EXTENDED);
	set_flag(report, extras, "Synthesized", BB_STREAM_SYNTHESIZED);
	set_flag(report, extras, "Truncated", BB_STREAM_TRUNCATED);
}

bool reports_take_variant(Reports *reports, GVariant *advertisements, uint64_t lost)
{
	if (!g_variant_is_of_type(advertisements, G_VARIANT_TYPE("a(tsyynaya{sv})")))
		return false;
	begin(reports);
	for (size_t i = 0; i < g_variant_n_children(advertisements); i++) {
		bb_stream_report report = {
			.tx_power = BB_STREAM_TX_POWER_UNKNOWN,
			.sid = BB_STREAM_SID_NONE,
		};
		g_autoptr(GVariant) extras = NULL;
		GVariant *data;
		const char *address;
		Addr addr = { 0 };
		int16_t rssi;
		size_t length;

		g_variant_get_child(advertisements, i, "(t&syyn@ay@a{sv})", &report.time, &address,
				    &report.addr_type, &report.adv_type, &rssi, &data, &extras);
		g_ptr_array_add(reports->held, data);
		report.rssi = (int8_t)rssi;
		report.data = g_variant_get_fixed_array(data, &length, 1);
		report.length = (uint16_t)length;
		take_extras(&report, extras);
		if (addr_parse(address, &addr) == 0)
			memcpy(report.address, addr.bytes, sizeof(report.address));
		g_array_append_val(reports->array, report);
	}
	end(reports, lost);
	return true;
}
