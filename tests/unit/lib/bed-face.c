/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The edge toward the programs. */
#include "bed-edges.h"
#include "bed-private.h"
#include "bed.h"
#include "core/attr.h"
#include "core/local-subscriber.h"
#include "core/local.h"

void bed_say_local(Bed *bed, const char *word, const LocalAttr *attr)
{
	bed_say(bed, "%s%u.%u", word, (unsigned)attr->service->session->id, attr->service->number);
	if (attr->parent)
		g_string_append_printf(bed->log, ".%u", attr->parent->number);
	g_string_append_printf(bed->log, ".%u", attr->number);
}

void bed_say_value(Bed *bed, GBytes *value)
{
	gsize length;
	const char *bytes = g_bytes_get_data(value, &length);

	g_string_append_printf(bed->log, "=%.*s", (int)length, bytes);
}

static void op_radio_added(void *bed, Radio *radio)
{
	bed_say(bed, "added%u", radio->index);
}

static void op_radio_removed(void *bed, const Radio *radio UNUSED, unsigned index)
{
	bed_say(bed, "removed%u", index);
}

static void op_radio_changed(void *userdata, Radio *radio, unsigned changes)
{
	Bed *bed = userdata;

	/* programs see only radios that are present */
	ck_assert(radio->present);
	ck_assert_uint_ne(changes, 0);
	bed->radio_changes |= changes;
}

static void op_event(void *bed, Session *session UNUSED, const char *connection, uint32_t events)
{
	bed_say(bed, "event(%s,%u)", connection, events);
}

static bool op_batch(void *userdata, Session *session, bool press)
{
	Bed *bed = userdata;
	RingEntry entry;
	unsigned taken = 0;

	if (!bed->batches_pass && !press) {
		bed_say(bed, "batch-refused");
		return false;
	}
	while (taken < MIN(session->filter.batch_max, SIGNAL_REPORTS_MAX) && session_take(session, &entry)) {
		report_unref(entry.report);
		taken++;
	}
	bed->batched += taken;
	bed_say(bed, "batch%u", taken);
	return true;
}

static void op_scan_stopped(void *bed, Session *session UNUSED, const char *connection, const char *reason)
{
	bed_say(bed, "stopped(%s,%s)", connection, reason);
}

static void op_link_added(void *bed, Link *link)
{
	bed_say(bed, "+link%u", link->addr.bytes[5]);
}

static void op_link_removed(void *bed, Link *link)
{
	bed_say(bed, "-link%u", link->addr.bytes[5]);
}

static void op_link_changed(void *userdata, Link *link UNUSED, unsigned changes)
{
	Bed *bed = userdata;

	ck_assert_uint_ne(changes, 0);
	bed->link_changes |= changes;
}

static void op_link_lost(void *bed, Link *link, Session *session, const char *reason)
{
	bed_say(bed, "lost%u(%u,%s)", link->addr.bytes[5], (unsigned)session->id, reason);
}

static void op_attr_added(void *bed, Attr *attr)
{
	bed_say(bed, "+%u", attr->handle);
}

static void op_attr_removed(void *bed, Attr *attr)
{
	bed_say(bed, "-%u", attr->handle);
}

static void op_attr_notification(void *bed, Attr *attr, AttrSub *sub, GBytes *value, uint64_t now UNUSED)
{
	bed_say(bed, "%s:%u", sub->connection, attr->handle);
	bed_say_value(bed, value);
}

static void op_session_client(void *bed, Session *session, const char *connection, const Addr *addr,
			      bool connected)
{
	bed_say(bed, "%u%s%s%u", (unsigned)session->id, connection, connected ? "+" : "-", addr->bytes[5]);
}

static void op_service_added(void *userdata, LocalService *service UNUSED)
{
	((Bed *)userdata)->shown++;
}

static void op_service_removed(void *userdata, LocalService *service)
{
	ck_assert_uint_eq(service->attrs->len, 0);
	((Bed *)userdata)->shown--;
}

static void op_local_attr_added(void *userdata, LocalAttr *attr UNUSED)
{
	((Bed *)userdata)->shown++;
}

static void op_local_attr_removed(void *userdata, LocalAttr *attr)
{
	ck_assert_uint_eq(attr->reads.waits.length, 0);
	((Bed *)userdata)->shown--;
}

static void op_read_request(void *userdata, LocalAttr *attr, uint32_t id, const Addr *client, uint16_t offset)
{
	Bed *bed = userdata;

	ck_assert(offset == 0 || attr->asks);
	bed_say_local(bed, "ask", attr);
	g_string_append_printf(bed->log, "(%u,%u)", id, client->bytes[5]);
	if (offset > 0)
		g_string_append_printf(bed->log, "@%u", offset);
}

static void op_written(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value)
{
	Bed *bed = userdata;

	/* core has stored the value before */
	ck_assert(g_bytes_equal(attr->value, value));
	bed_say_local(bed, "written", attr);
	g_string_append_printf(bed->log, "(%u)", client->bytes[5]);
	bed_say_value(bed, value);
}

static void op_subscribed(void *userdata, LocalAttr *attr, const Addr *client, bool on)
{
	Bed *bed = userdata;

	bed_say_local(bed, on ? "on" : "off", attr);
	g_string_append_printf(bed->log, "(%u)=%u", client->bytes[5], local_subscribers(attr));
}

static void op_bluez_stalled(void *bed)
{
	bed_say(bed, "stalled");
}

static void op_bonds_changed(void *userdata)
{
	((Bed *)userdata)->bonds_changed++;
}

static void op_list_changed(void *userdata, const ListRow *row)
{
	GString *rows = ((Bed *)userdata)->rows;

	g_string_append_printf(rows, "%s%c", rows->len > 0 ? " " : "", row->there ? '+' : '-');
	switch (row->list) {
	case LIST_SESSIONS:
		g_string_append_printf(rows, "session%s", row->scanning ? "(scans)" : "");
		break;
	case LIST_CLIENTS:
		g_string_append_printf(rows, "client%u/%u", row->addr.bytes[5], row->sessions);
		break;
	case LIST_PROGRAMS:
		g_string_append(rows, row->guest.command);
		break;
	case LIST_BONDS:
		g_string_append_printf(rows, "bond%u(%s)", row->addr.bytes[5], row->name ? row->name : "");
		break;
	case LIST_BLUEZ:
		g_string_append(rows, row->state);
		break;
	}
	g_string_append(rows, row->uids ? "" : ":all");
	for (guint i = 0; row->uids && i < row->uids->len; i++)
		g_string_append_printf(rows, "%c%u", i == 0 ? ':' : ',', g_array_index(row->uids, uid_t, i));
}

static void op_links_owned(void *userdata)
{
	((Bed *)userdata)->owned++;
}

void bed_face_edge(FaceOps *ops)
{
	ops->radio_added = op_radio_added;
	ops->radio_removed = op_radio_removed;
	ops->radio_changed = op_radio_changed;
	ops->session_event = op_event;
	ops->session_batch = op_batch;
	ops->session_scan_stopped = op_scan_stopped;
	ops->link_added = op_link_added;
	ops->link_removed = op_link_removed;
	ops->link_changed = op_link_changed;
	ops->link_lost = op_link_lost;
	ops->attr_added = op_attr_added;
	ops->attr_removed = op_attr_removed;
	ops->attr_notification = op_attr_notification;
	ops->session_client = op_session_client;
	ops->local_service_added = op_service_added;
	ops->local_service_removed = op_service_removed;
	ops->local_attr_added = op_local_attr_added;
	ops->local_attr_removed = op_local_attr_removed;
	ops->local_read_request = op_read_request;
	ops->local_written = op_written;
	ops->local_subscribed = op_subscribed;
	ops->bluez_stalled = op_bluez_stalled;
	ops->bonds_changed = op_bonds_changed;
	ops->links_owned = op_links_owned;
	ops->list_changed = op_list_changed;
}
