/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports as D-Bus values. */
#include "service/report-dbus.h"

#include "service/service.h"

#define REPORTS_IN_SLICE 64	/* one takes 2 to 4 microseconds */
#define REPORT_BYTES 280	/* without data */

static int append_fields(sd_bus_message *m, const Report *report)
{
	char address[ADDR_STRING_SIZE];
	int r;

	r = sd_bus_message_append(m, "syyn", addr_format(&report->addr, address), report->addr.type,
				  report->adv_type, (int)report->rssi);
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

int report_dbus_append(sd_bus_message *m, Session *session, size_t max)
{
	RingEntry entry;
	int r;

	r = sd_bus_message_open_container(m, 'a', "(tsyynaya{sv})");
	for (size_t n = 0; r >= 0 && n < max && session_take(session, &entry); n++) {
		r = append_rich(m, &entry);
		report_unref(entry.report);
	}
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_append(m, "t", session_dropped(session));
}

/* An answer with reports that is written in slices. The reports left the FIFO when the call came, and stay
 * charged. */
typedef struct ReportList {
	sd_bus_message *reply;
	bool rich;
	uint64_t dropped;
	Charge charge;
	size_t n, next;
	RingEntry entries[];
} ReportList;

static void report_list_free(void *data)
{
	ReportList *list = data;

	for (size_t i = list->next; i < list->n; i++)
		report_unref(list->entries[i].report);
	charge_end(&list->charge);
	sd_bus_message_unref(list->reply);
	g_free(list);
}

/* Cannot exceed the quota: what is charged here was charged to the FIFO until now. What would make the answer
 * longer than bytes_max stays there. */
static ReportList *report_list_new(Session *session, size_t max, size_t bytes_max, bool rich)
{
	size_t n = MIN(max, ring_count(session->ring)), bytes = 0;
	ReportList *list = g_malloc0(sizeof(*list) + n * sizeof(list->entries[0]));

	list->rich = rich;
	list->dropped = session_dropped(session);
	(void)charge_init(&list->charge, session->user, QUOTA_FIFO_BYTES, 0);
	while (list->n < n && bytes < bytes_max && session_take(session, &list->entries[list->n])) {
		const Report *report = list->entries[list->n++].report;

		(void)charge_more(&list->charge, report_size(report));
		bytes += REPORT_BYTES + report->length;
	}
	return list;
}

static int reports_slice(Call *call, Reason *reason UNUSED)
{
	ReportList *list = call->job.work;
	int r = 0;

	if (!list->reply) {
		r = sd_bus_message_new_method_return(call->message, &list->reply);
		if (r >= 0)
			r = sd_bus_message_open_container(list->reply, 'a',
							  list->rich ? "(tsyynaya{sv})" : "(syynay)");
	}
	for (size_t i = 0; i < REPORTS_IN_SLICE && list->next < list->n && r >= 0; i++) {
		RingEntry *entry = &list->entries[list->next++];

		r = (list->rich ? append_rich : append_plain)(list->reply, entry);
		report_unref(entry->report);
	}
	if (r >= 0 && list->next < list->n)
		return CALL_DEFERRED;
	if (r >= 0)
		r = sd_bus_message_close_container(list->reply);
	if (r >= 0 && list->rich)
		r = sd_bus_message_append(list->reply, "t", list->dropped);
	if (r >= 0)
		r = sd_bus_send(NULL, list->reply, NULL);
	return r < 0 ? r : 0;
}

static int reply(Call *call, size_t max, bool rich, Reason *reason)
{
	ReportList *list;
	int r = 0;

	/* before the reports are taken out of the FIFO */
	if (MIN(max, ring_count(call->session->ring)) > REPORTS_IN_SLICE)
		r = call_queue(call, reason);
	if (r != 0)
		return r;
	list = report_list_new(call->session, max, call->service->answer_max, rich);
	return job_start(call, reports_slice, list, report_list_free, list->n <= REPORTS_IN_SLICE, reason);
}

int report_dbus_get(Call *call, void *object UNUSED, Reason *reason)
{
	return reply(call, 1, false, reason);
}

int report_dbus_get_all(Call *call, void *object UNUSED, Reason *reason)
{
	return reply(call, SIZE_MAX, false, reason);
}

int report_dbus_read(Call *call, void *object UNUSED, Reason *reason)
{
	uint32_t max;
	int r;

	r = sd_bus_message_read(call->message, "u", &max);
	return r < 0 ? r : reply(call, max == 0 ? SIZE_MAX : max, true, reason);
}
