/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the simulated BlueZ's links share. */
#include <string.h>

#include <check.h>

#include "gatt-fixture.h"

static const char *const peripheral[] = {
	"peer heart " PEER " random 02010605030D181118",
	"service heart 0006 1801 primary",
	"char heart 0007 2A05 indicate -",
	"desc heart 0009 2902 read,write 0000",
	"service heart 000A 180D primary",
	"char heart 000B 2A37 notify -",
	"desc heart 000D 2902 read,write 0000",
	"char heart 000E 2A38 read 01",
	"char heart 0010 2A39 read,write,write-without-response 00",
	"desc heart 0012 2901 read,write 4142",
	"char heart 0013 F001 encrypt-read,encrypt-write 7E",
};

bool peer_is_found(void *data)
{
	g_autoptr(GVariant) value = client_get(client, PEER_PATH, DEVICE_IFACE, "Address");

	(void)data;
	return value != NULL;
}

static bool peer_is_unknown(void *data)
{
	return !peer_is_found(data);
}

static bool is_idle(void *data)
{
	return !is_discovering(data);
}

/* What a case that failed has left in the guest. */
static void forget_peers(void)
{
	air_clear(air, "peers", "unpeer");
	if (peer_is_found(NULL))
		adapter_do(client, "RemoveDevice", g_variant_new("(o)", PEER_PATH));
	ck_assert(wait_until(peer_is_unknown, NULL, SOON));
}

void setup_peer(void)
{
	setup();
	forget_peers();
	for (size_t i = 0; i < G_N_ELEMENTS(peripheral); i++)
		air_do(air, "%s", peripheral[i]);
	start_filtered();
	ck_assert(wait_until(peer_is_found, NULL, SOON));
	adapter_do(client, "StopDiscovery", NULL);
	ck_assert(wait_until(is_idle, NULL, SOON));
	client_drop_signals(client);
}

bool is_connected(void *data)
{
	(void)data;
	return client_get_boolean(client, PEER_PATH, DEVICE_IFACE, "Connected");
}

bool is_resolved(void *data)
{
	(void)data;
	return client_get_boolean(client, PEER_PATH, DEVICE_IFACE, "ServicesResolved");
}

bool is_gone(void *data)
{
	return !is_connected(data);
}

void peer_do(Client *by, const char *method)
{
	client_do(by, PEER_PATH, DEVICE_IFACE, method, NULL);
}

void connect_peer(void)
{
	peer_do(client, "Connect");
	ck_assert(wait_until(is_resolved, NULL, SOON));
	client_drop_signals(client);
}

ClientCall *peer_begin(const char *method)
{
	return client_begin(client, PEER_PATH, DEVICE_IFACE, method, NULL);
}

void peer_fails(const char *method, const char *error, const char *message)
{
	call_fails(peer_begin(method), error, message);
}

void call_fails(ClientCall *call, const char *error, const char *message)
{
	g_autofree char *wanted = g_strconcat("org.bluez.Error.", error, NULL);
	g_autofree char *name = NULL;
	g_autoptr(GError) got = NULL;
	g_autoptr(GVariant) reply = client_call_finish(call, &got);

	ck_assert_msg(!reply, "no error %s", wanted);
	name = g_dbus_error_get_remote_error(got);
	(void)g_dbus_error_strip_remote_error(got);
	ck_assert_msg(g_strcmp0(name, wanted) == 0, "not %s, but %s: %s", wanted, name,
		      got->message);
	if (message)
		ck_assert_str_eq(got->message, message);
}

ClientCall *read_begin(Client *by, const char *path, const char *text)
{
	const char *iface = strstr(path, "/desc") ? DESC_IFACE : CHAR_IFACE;

	return client_begin(by, path, iface, "ReadValue", dictionary(text));
}

ClientCall *write_begin(Client *by, const char *path, const char *hex, const char *text)
{
	g_autoptr(GVariant) dict = options(text);
	const char *iface = strstr(path, "/desc") ? DESC_IFACE : CHAR_IFACE;

	return client_begin(by, path, iface, "WriteValue",
			    g_variant_new("(@ay@a{sv})", bytes_of(hex), dict));
}

void read_gives(ClientCall *call, const char *hex)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = client_call_finish(call, &error);
	g_autoptr(GVariant) bytes = NULL;
	g_autofree char *text = NULL;

	ck_assert_msg(reply != NULL, "%s", error ? error->message : "");
	bytes = g_variant_get_child_value(reply, 0);
	text = hex_of(bytes);
	ck_assert_str_eq(text, hex);
}

void read_is(const char *path, const char *options, const char *hex)
{
	read_gives(read_begin(client, path, options), hex);
}

void call_ok(ClientCall *call)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = client_call_finish(call, &error);

	ck_assert_msg(reply != NULL, "%s", error ? error->message : "");
}

void write_ok(const char *path, const char *hex, const char *options)
{
	call_ok(write_begin(client, path, hex, options));
}

void expect_get(const char *path, const char *iface, const char *property, const char *text)
{
	g_autoptr(GVariant) value = client_get(client, path, iface, property);
	g_autofree char *printed = value ? g_variant_print(value, FALSE) : g_strdup("none");

	ck_assert_str_eq(printed, text);
}

unsigned int count(const char *handle, const char *field)
{
	return air_field(air, field, "counts heart %s", handle);
}

bool link_has(const char *text)
{
	g_autofree char *link = air_cmd(air, "link heart");

	return strstr(link, text) != NULL;
}

static bool link_says(void *text)
{
	return link_has(text);
}

void expect_link(const char *text, bool wanted)
{
	expect_in_time(link_says, (void *)(uintptr_t)text, wanted);
}

char *next_value(Client *of, const char *path)
{
	for (;;) {
		g_autofree char *from = NULL;
		g_autoptr(GVariant) changed = NULL, value = NULL;
		g_autoptr(GVariant) body =
			client_wait_signal(of, "PropertiesChanged", SOON, &from);

		if (!body)
			return NULL;
		changed = g_variant_get_child_value(body, 1);
		value = g_variant_lookup_value(changed, "Value", G_VARIANT_TYPE_BYTESTRING);
		if (value && g_str_equal(from, path))
			return hex_of(value);
	}
}
