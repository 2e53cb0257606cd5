/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of links share: reading, writing and notifications. */
#include <string.h>

#include "link-fixture.h"

#define QUIET_MS 300 /* that much later, nothing more is expected */

char *attr_path(const char *link, const char *attr)
{
	return g_strconcat(link, "/", attr, NULL);
}

static const char *iface_of(const char *attr)
{
	return strstr(attr, "/desc") ? DESCRIPTOR : CHARACTERISTIC;
}

/* --- reads --- */

static ClientCall *begin_read_with(Client *by, const char *link, const char *attr, const char *text)
{
	g_autofree char *path = attr_path(link, attr);

	return client_begin(by, path, iface_of(attr), "Read", dictionary(text));
}

ClientCall *begin_read(Client *by, const char *link, const char *attr)
{
	return begin_read_with(by, link, attr, "{}");
}

char *finish_read(ClientCall *call)
{
	g_autoptr(GVariant) reply = NULL, value = NULL;
	g_autoptr(GError) error = NULL;

	reply = client_call_finish(call, &error);
	if (!reply)
		ck_abort_msg("Read: %s", error->message);
	value = g_variant_get_child_value(reply, 0);
	return hex_of(value);
}

void expect_value(Client *by, const char *link, const char *attr, const char *hex)
{
	g_autofree char *got = finish_read(begin_read(by, link, attr));

	ck_assert_msg(g_str_equal(got, hex), "%s is %s, not %s", attr, got, hex);
}

void expect_read_error(Client *by, const char *link, const char *attr, const char *text, const char *error,
		       const char *begin)
{
	expect_call_error(begin_read_with(by, link, attr, text), error, begin);
}

/* --- writes --- */

ClientCall *begin_write(Client *by, const char *link, const char *attr, const char *hex, const char *text)
{
	g_autofree char *path = attr_path(link, attr);
	g_autoptr(GVariant) value = options(text);

	return client_begin(by, path, iface_of(attr), "Write",
			    g_variant_new("(v@a{sv})", bytes_of(hex), value));
}

void finish_write(ClientCall *call)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = client_call_finish(call, &error);

	if (!reply)
		ck_abort_msg("Write: %s", error->message);
}

void write_value(Client *by, const char *link, const char *attr, const char *hex, const char *text)
{
	finish_write(begin_write(by, link, attr, hex, text));
}

void expect_write_error(Client *by, const char *link, const char *attr, const char *hex, const char *text,
			const char *error, const char *begin)
{
	expect_call_error(begin_write(by, link, attr, hex, text), error, begin);
}

/* --- notifications --- */

static void callback(Client *by, const char *link, const char *attr, uint32_t triggers)
{
	g_autofree char *path = attr_path(link, attr);

	client_do(by, path, CHARACTERISTIC, "Callback", g_variant_new("(u)", triggers));
}

void notify_from(Client *by, const char *link, const char *attr)
{
	GObject *connection = G_OBJECT(client_connection(by));

	/* once: a second subscription would give every signal twice */
	if (!g_object_get_data(connection, "hears"))
		client_subscribe(by, NULL, CHARACTERISTIC, "Notification", NULL);
	g_object_set_data(connection, "hears", connection);
	callback(by, link, attr, CHAR_NOTIFY_EVENT);
}

void notify_no_more(Client *by, const char *link, const char *attr)
{
	callback(by, link, attr, 0);
}

char *next_notification(Client *by, unsigned int timeout_ms)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "Notification", timeout_ms, NULL);
	g_autoptr(GVariant) value = NULL;

	if (!body)
		return NULL;
	value = g_variant_get_child_value(body, 1);
	return hex_of(value);
}

void expect_notification(Client *by, const char *hex)
{
	g_autofree char *got = next_notification(by, world_patience(world));

	ck_assert_msg(g_strcmp0(got, hex) == 0, "the notification is not %s, but %s", hex,
		      got ? got : "none");
}

void expect_numbered(Client *by, unsigned int count)
{
	g_autofree char *more = NULL;

	for (unsigned int i = 0; i < count; i++) {
		g_autofree char *hex = next_notification(by, world_patience(world));
		g_autofree char *tail = g_strdup_printf("%08x", GUINT32_SWAP_LE_BE(i));

		ck_assert_msg(hex != NULL, "no more than %u of %u notifications came", i, count);
		ck_assert_msg(g_str_has_suffix(hex, tail), "instead of notification %u came %s", i, hex);
	}
	more = next_notification(by, QUIET_MS);
	ck_assert_msg(!more, "one notification more than were sent: %s", more);
}
