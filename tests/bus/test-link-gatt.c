/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer's attributes: the tree that the daemon shows, reads and writes of every kind. */
#include <string.h>

#include "link-fixture.h"

/* --- the tree --- */

static void expect_property(const char *attr, const char *iface, const char *property, const char *text)
{
	g_autofree char *path = attr ? attr_path(link_, attr) : g_strdup(link_), *got = NULL;
	g_autoptr(GVariant) value = client_get(client, path, iface, property);

	ck_assert_msg(value != NULL, "%s has no %s", path, property);
	got = g_variant_print(value, FALSE);
	ck_assert_msg(g_str_equal(got, text), "%s: %s is %s, not %s", path, property, got, text);
}

/* The last parts of the paths that a method returns, "char0011 char0014". */
static char *list(const char *attr, const char *iface, const char *method)
{
	g_autofree char *path = attr ? attr_path(link_, attr) : g_strdup(link_);
	g_autoptr(GVariant) reply = client_expect(client, path, iface, method, NULL, "(ao)");
	g_autofree const char **paths = NULL;
	GString *names = g_string_new(NULL);

	g_variant_get(reply, "(^a&o)", &paths);
	for (const char **at = paths; *at; at++) {
		ck_assert(g_str_has_prefix(*at, path));
		g_string_append_printf(names, "%s%s", names->len > 0 ? " " : "", strrchr(*at, '/') + 1);
	}
	return g_string_free(names, FALSE);
}

START_TEST(tree)
{
	g_autofree char *services = list(NULL, CONNECTION, "Services"),
			*hearts = list(HEART, SERVICE, "Characteristics");
	g_autofree char *ours = list(OURS, SERVICE, "Characteristics");

	/* BlueZ may or may not show what it uses itself */
	ck_assert_msg(g_str_has_suffix(services, "service0010 service0020"), "services: %s", services);
	ck_assert_str_eq(hearts, "char0011 char0014");
	ck_assert_str_eq(ours, "char0021 char0024 char0026 char0028 char002b char002f char0031");

	expect_property(HEART, SERVICE, "UUID", "'0000180d-0000-1000-8000-00805f9b34fb'");
	expect_property(HEART, SERVICE, "IsPrimary", "true");
	expect_property(HEART, SERVICE, "Instance", "16");
	expect_property(OURS, SERVICE, "UUID", "'" OURS_UUID "'");
	expect_property(RATE, CHARACTERISTIC, "UUID", "'00002a37-0000-1000-8000-00805f9b34fb'");
	expect_property(RATE, CHARACTERISTIC, "Instance", "17");
	expect_property(RATE, CHARACTERISTIC, "Properties", "16");
	expect_property(RATE, CHARACTERISTIC, "Flags", "['notify']");
	expect_property(PLAIN, CHARACTERISTIC, "Properties", "10");
	expect_property(PLAIN, CHARACTERISTIC, "Flags", "['read', 'write']");
	expect_property(COMMAND, CHARACTERISTIC, "Properties", "6");
	expect_property(INDICATED, CHARACTERISTIC, "Properties", "32");
	expect_property(RELIABLE, CHARACTERISTIC, "Properties", "138");
	expect_property(SECRET, CHARACTERISTIC, "Properties", "8");
	expect_property(PLAIN_NAME, DESCRIPTOR, "UUID", "'00002901-0000-1000-8000-00805f9b34fb'");
	expect_property(PLAIN_NAME, DESCRIPTOR, "Instance", "35");
	expect_property(NULL, CONNECTION, "AddressType", "'random'");
	expect_property(NULL, CONNECTION, "Connected", "true");
	expect_property(NULL, CONNECTION, "Paired", "false");
	expect_property(NULL, CONNECTION, "Holders", "1");
}
END_TEST

START_TEST(mtu_is_told)
{
	g_autoptr(GVariant) reply = client_expect(client, link_, CONNECTION, "GetMtu", NULL, "(q)");
	g_autofree char *path = attr_path(link_, PLAIN), *said = air_cmd(air, "link peer0"), *mtu = NULL;
	g_autoptr(GVariant) value = client_get(client, path, CHARACTERISTIC, "MTU");
	uint16_t got;

	g_variant_get(reply, "(q)", &got);
	mtu = g_strdup_printf("mtu=%u ", got);
	ck_assert_msg(strstr(said, mtu) != NULL, "GetMtu says %s, the peer %s", mtu, said);
	ck_assert_uint_eq(g_variant_get_uint16(value), got);
}
END_TEST

/* Objects that ObjectManager shows under a path, and whether any of them shows a Value. */
static unsigned int managed_under(const char *prefix)
{
	g_autoptr(GVariant) reply =
		client_expect(client, NULL, OBJECT_MANAGER, "GetManagedObjects", NULL, NULL);
	g_autoptr(GVariantIter) objects = NULL;
	GVariant *interfaces;
	unsigned int n = 0;
	const char *path;

	g_variant_get(reply, "(a{oa{sa{sv}}})", &objects);
	while (g_variant_iter_next(objects, "{&o@a{sa{sv}}}", &path, &interfaces)) {
		g_autofree char *text = g_variant_print(interfaces, FALSE);

		if (g_str_has_prefix(path, prefix)) {
			ck_assert_msg(!strstr(text, "'Value'"), "ObjectManager tells everybody a value: %s",
				      text);
			n++;
		}
		g_variant_unref(interfaces);
	}
	return n;
}

/* So many of ObjectManager's signals about objects under the path come, one of them about itself, and no
 * more. */
static void expect_signals(const char *signal, const char *prefix, unsigned int count)
{
	unsigned int n = 0, itself = 0;
	GVariant *body;

	while ((body = client_wait_signal(client, signal, n < count ? world_patience(world) : 300, NULL))) {
		const char *path;

		g_variant_get_child(body, 0, "&o", &path);
		n += g_str_has_prefix(path, prefix);
		itself += g_str_equal(path, prefix);
		g_variant_unref(body);
	}
	ck_assert_uint_eq(n, count);
	ck_assert_uint_eq(itself, 1);
}

START_TEST(objects_come_and_go)
{
	unsigned int before = managed_under(link_);

	expect_value(client, link_, PLAIN, "01020304");
	/* link, two services, nine characteristics, five descriptors at least; BlueZ's own perhaps */
	ck_assert_uint_ge(before, 1 + 2 + 9 + 4);
	peer_appear(1);
	client_subscribe(client, NULL, OBJECT_MANAGER, NULL, NULL);
	g_free(connect_anew(client, 1));
	client_sync(client);
	expect_signals("InterfacesAdded", peer_path(1), before);
	let_go(client, peer_path(1));
	wait_gone(peer_path(1), CONNECTION);
	expect_signals("InterfacesRemoved", peer_path(1), before);
	ck_assert_uint_eq(managed_under(peer_path(1)), 0);
}
END_TEST

/* --- reads --- */

static char *cached(Client *by, const char *attr)
{
	g_autofree char *path = attr_path(link_, attr);
	g_autoptr(GVariant) value = client_get(by, path, CHARACTERISTIC, "Value");

	return value ? hex_of(value) : NULL;
}

START_TEST(cached_value)
{
	g_autofree char *before = cached(client, PLACE), *after = NULL, *others = NULL;
	g_autoptr(Client) other = new_client_as(SOME_UID);

	ck_assert_str_eq(before, "");
	expect_value(client, link_, PLACE, "01");
	after = cached(client, PLACE);
	ck_assert_str_eq(after, "01");
	ck_assert_uint_eq(peer_count(0, PLACE_HANDLE, "reads"), 1); /* by Read alone */
	others = cached(other, PLACE);
	ck_assert_ptr_null(others);
}
END_TEST

START_TEST(long_read)
{
	g_autofree char *hex = long_hex(), *tail = NULL;
	ClientCall *call;
	g_autofree char *path = attr_path(link_, LONG);

	expect_value(client, link_, LONG, hex);
	call = client_begin(client, path, CHARACTERISTIC, "Read",
			    g_variant_new_parsed("({'offset': <uint16 298>},)"));
	tail = finish_read(call);
	ck_assert_str_eq(tail, hex + 2 * 298);
	expect_read_error(client, link_, LONG, "{'offset': <uint16 513>}", "InvalidArguments", "offset");
	expect_read_error(client, link_, LONG, "{'offset': <uint16 400>}", "AttError", "0x07");
	expect_read_error(client, link_, LONG, "{'length': <uint16 4>}", "InvalidArguments", "");
}
END_TEST

static char *read_descriptor(const char *attr, const char *uuid)
{
	g_autofree char *path = attr_path(link_, attr);
	g_autoptr(GVariant) reply = client_expect(client, path, CHARACTERISTIC, "ReadDescriptor",
						  g_variant_new_parsed(uuid), "(aay)");

	return g_variant_print(reply, FALSE);
}

START_TEST(descriptors)
{
	g_autofree char *path = attr_path(link_, PLAIN), *gone = attr_path(link_, OURS "/char0099");
	g_autofree char *one = read_descriptor(PLAIN, "(<uint16 0x2901>,)"), *none = NULL, *elsewhere = NULL;

	ck_assert_str_eq(one, "([[0x70, 0x6c, 0x61, 0x69, 0x6e]],)");
	none = read_descriptor(PLAIN, "(<'2904'>,)");
	ck_assert_str_eq(none, "([],)");
	elsewhere = read_descriptor(COMMAND, "(<uint16 0x2901>,)"); /* others have one */
	ck_assert_str_eq(elsewhere, "([],)");
	client_expect_error(client, path, CHARACTERISTIC, "ReadDescriptor", g_variant_new_parsed("(<true>,)"),
			    "InvalidArguments");
	client_expect_error(client, gone, CHARACTERISTIC, "ReadDescriptor",
			    g_variant_new_parsed("(<uint16 0x2901>,)"), "DoesNotExist");
	expect_value(client, link_, PLAIN_NAME, "706c61696e");
	expect_read_error(client, link_, PLAIN "/desc0099", "{}", "DoesNotExist", "");
	/* what the peer says of one that was asked for by its UUID */
	air_do(air, "atterror peer0 0023 read 80");
	client_expect_error(client, path, CHARACTERISTIC, "ReadDescriptor",
			    g_variant_new_parsed("(<uint16 0x2901>,)"), "AttError");
}
END_TEST

static void expect_stored(const char *handle, const char *hex)
{
	g_autofree char *value = air_cmd(air, "value peer0 %s", handle);

	ck_assert_msg(g_str_equal(value, hex), "the peer has %s at %s, not %s", value, handle, hex);
}

START_TEST(descriptor_writes)
{
	g_autofree char *read = NULL;

	write_value(client, link_, RELIABLE_NAME, "6e6577", "{}");
	expect_stored("002e", "6e6577");
	expect_value(client, link_, RELIABLE_NAME, "6e6577");
	read = read_descriptor(RELIABLE, "(<uint16 0x2901>,)");
	ck_assert_str_eq(read, "([[0x6e, 0x65, 0x77]],)");
	expect_write_error(client, link_, PLAIN_NAME, "00", "{}", "NotPermitted", "");
	expect_stored("0023", "706c61696e");
	expect_write_error(client, link_, RATE "/desc0013", "0100", "{}", "NotPermitted",
			   ""); /* Callback does that */
	ck_assert(!peer_is_subscribed(0, RATE_HANDLE));
	expect_write_error(client, link_, OURS "/char0021/desc0099", "00", "{}", "DoesNotExist", "");
	air_do(air, "atterror peer0 002e write 80");
	expect_write_error(client, link_, RELIABLE_NAME, "00", "{}", "AttError", "0x80");
	air_do(air, "atterror peer0 002e read fc");
	expect_read_error(client, link_, RELIABLE_NAME, "{}", "AttError", "0xfc");
}
END_TEST

START_TEST(what_the_flags_forbid)
{
	g_autofree char *path = attr_path(link_, PLAIN);

	expect_read_error(client, link_, RATE, "{}", "NotPermitted", "");
	expect_read_error(client, link_, SECRET, "{}", "NotPermitted", "");
	expect_write_error(client, link_, PLACE, "00", "{}", "NotPermitted", "");
	expect_write_error(client, link_, PLAIN, "00", "{'type': <'command'>}", "NotPermitted", "");
	expect_write_error(client, link_, PLAIN, "00", "{'type': <'reliable'>}", "NotPermitted", "");
	expect_write_error(client, link_, COMMAND, "00", "{}", "NotPermitted", "");
	expect_write_error(client, link_, PLAIN, "00", "{'type': <'loud'>}", "InvalidArguments", "");
	client_expect_error(client, path, CHARACTERISTIC, "Callback", g_variant_new("(u)", CHAR_NOTIFY_EVENT),
			    "NotPermitted");
	client_expect_error(client, path, CHARACTERISTIC, "Callback", g_variant_new("(u)", 1),
			    "InvalidArguments");
	ck_assert_uint_eq(peer_count(0, PLAIN_HANDLE, "writes"), 0); /* nothing of that was on air */
	ck_assert_uint_eq(peer_count(0, SECRET_HANDLE, "reads"), 0);
}
END_TEST

/* --- writes --- */

START_TEST(value_forms)
{
	static const struct {
		const char *value, *stored;
	} forms[] = {
		{ "(<@ay [0x01, 0xff]>, @a{sv} {})", "01ff" }, { "(<'Grüße'>, @a{sv} {})", "4772c3bcc39f65" },
		{ "(<byte 7>, @a{sv} {})", "07" },	       { "(<uint16 0x1234>, @a{sv} {})", "3412" },
		{ "(<int32 -2>, @a{sv} {})", "feffffff" },
		{ "(<uint64 1>, @a{sv} {})", "0100000000000000" },
	};
	g_autofree char *path = attr_path(link_, PLAIN);

	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		client_do(client, path, CHARACTERISTIC, "Write", g_variant_new_parsed(forms[i].value));
		expect_stored(PLAIN_HANDLE, forms[i].stored);
	}
	client_expect_error(client, path, CHARACTERISTIC, "Write", g_variant_new_parsed("(<1.5>, @a{sv} {})"),
			    "InvalidArguments");
}
END_TEST

START_TEST(long_write)
{
	GString *hex = g_string_new(NULL);

	for (unsigned int i = 0; i < 512; i++)
		g_string_append_printf(hex, "%02x", 255 - (i & 0xff));
	write_value(client, link_, LONG, hex->str, "{}");
	expect_stored(LONG_HANDLE, hex->str);
	expect_value(client, link_, LONG, hex->str);
	g_string_append(hex, "00");
	expect_write_error(client, link_, LONG, hex->str, "{}", "InvalidArguments", "value");
	g_string_free(hex, TRUE);
}
END_TEST

START_TEST(reliable_write)
{
	write_value(client, link_, RELIABLE, "0badcafe", "{'type': <'reliable'>}");
	expect_stored(RELIABLE_HANDLE, "0badcafe");
}
END_TEST

static bool command_arrived(void *data)
{
	return peer_count(0, COMMAND_HANDLE, "commands") == *(unsigned int *)data;
}

START_TEST(write_commands)
{
	g_autoptr(GVariant) reply = client_expect(client, link_, CONNECTION, "GetMtu", NULL, "(q)");
	GString *hex = g_string_new(NULL);
	unsigned int n = 1;
	uint16_t size;

	write_value(client, link_, COMMAND, "c0ffee", "{'type': <'command'>}");
	ck_assert(wait_until(command_arrived, &n, SOON));
	expect_stored(COMMAND_HANDLE, "c0ffee");
	g_variant_get(reply, "(q)", &size);
	for (unsigned int i = 0; i < MIN(size - 3u, 512u); i++)
		g_string_append(hex, "5a");
	write_value(client, link_, COMMAND, hex->str, "{'type': <'command'>}");
	n = 2;
	ck_assert(wait_until(command_arrived, &n, SOON));
	expect_stored(COMMAND_HANDLE, hex->str);
	g_string_append(hex, "5a");
	expect_write_error(client, link_, COMMAND, hex->str, "{'type': <'command'>}", "InvalidArguments",
			   "value");
	ck_assert_uint_eq(peer_count(0, COMMAND_HANDLE, "writes"), 0);
	g_string_free(hex, TRUE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		tree, mtu_is_told, objects_come_and_go, cached_value, long_read, descriptors,
		descriptor_writes, what_the_flags_forbid, value_forms, long_write, reliable_write,
		write_commands, NULL
	};

	return run_tests("link-gatt", tests, link_setup_up, link_teardown, 60);
}
