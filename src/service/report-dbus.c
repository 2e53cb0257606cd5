/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports as D-Bus values. */
#include "service/report-dbus.h"

static int append_fields(sd_bus_message *m, const Report *report)
{
	char address[ADDR_STRING_SIZE];
	int r;

	r = sd_bus_message_append(m, "syyn", addr_format(&report->addr, address), report->addr.type, report->adv_type,
				  (int)report->rssi);
	if (r < 0)
		return r;
	return sd_bus_message_append_array(m, 'y', report->data, report->length);
}

static int append_extras(sd_bus_message *m, const RingEntry *entry)
{
	const Report *report = entry->report;
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0 && report->tx_power != TX_POWER_UNKNOWN)
		r = sd_bus_message_append(m, "{sv}", "TxPower", "n", (int)report->tx_power);
	if (r >= 0 && report->primary_phy != 0)
		r = sd_bus_message_append(m, "{sv}", "PrimaryPhy", "y", report->primary_phy);
	if (r >= 0 && report->secondary_phy != 0)
		r = sd_bus_message_append(m, "{sv}", "SecondaryPhy", "y", report->secondary_phy);
	if (r >= 0 && report->sid != SID_NONE)
		r = sd_bus_message_append(m, "{sv}", "Sid", "y", report->sid);
	if (r >= 0 && report->extended)
		r = sd_bus_message_append(m, "{sv}", "Extended", "b", 1);
	if (r >= 0 && report->synthesized)
		r = sd_bus_message_append(m, "{sv}", "Synthesized", "b", 1);
	if (r >= 0 && report->truncated)
		r = sd_bus_message_append(m, "{sv}", "Truncated", "b", 1);
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}", "Sequence", "t", entry->sequence);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r;
}

static int append_plain(sd_bus_message *m, const RingEntry *entry)
{
	int r;

	r = sd_bus_message_open_container(m, 'r', "syynay");
	if (r >= 0)
		r = append_fields(m, entry->report);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r;
}

static int append_rich(sd_bus_message *m, const RingEntry *entry)
{
	int r;

	r = sd_bus_message_open_container(m, 'r', "tsyynaya{sv}");
	if (r >= 0)
		r = sd_bus_message_append_basic(m, 't', &entry->report->time);
	if (r >= 0)
		r = append_fields(m, entry->report);
	if (r >= 0)
		r = append_extras(m, entry);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r;
}

static int append_array(sd_bus_message *m, Session *session, size_t max, const char *contents,
			int (*append)(sd_bus_message *m, const RingEntry *entry))
{
	RingEntry entry;
	int r;

	r = sd_bus_message_open_container(m, 'a', contents);
	for (size_t n = 0; r >= 0 && n < max && session_take(session, &entry); n++) {
		r = append(m, &entry);
		report_unref(entry.report);
	}
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r;
}

int reports_append_plain(sd_bus_message *m, Session *session, size_t max)
{
	return append_array(m, session, max, "(syynay)", append_plain);
}

int reports_append_rich(sd_bus_message *m, Session *session, size_t max)
{
	int r = append_array(m, session, max, "(tsyynaya{sv})", append_rich);

	if (r < 0)
		return r;
	return sd_bus_message_append(m, "t", session_dropped(session));
}
