/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of links share: peripherals, connecting, reading and writing. */
#include <string.h>
#include <unistd.h>

#include "link-fixture.h"

#define PEERS 16

char *link_;

static const char *chosen_config;

void link_setup_options(const WorldOptions *options)
{
	setup_options(0, options);
	air_clear(air, "peers", "unpeer");
}

void link_setup_with(const char *config)
{
	const WorldOptions options = { .config = config };

	link_setup_options(&options);
}

void link_setup_hasty(const char *seconds)
{
	const WorldOptions options = { .temporary_timeout = seconds };

	link_setup_options(&options);
}

void link_setup(void)
{
	link_setup_with(chosen_config);
}

void link_setup_up(void)
{
	link_setup();
	peer_appear(0);
	link_ = connect_anew(client, 0);
}

void link_teardown(void)
{
	g_clear_pointer(&link_, g_free);
	teardown();
}

int link_main(const char *name, const TTest *const *tests, const char *config, double timeout_s)
{
	chosen_config = config;
	return run_tests(name, tests, link_setup, link_teardown, timeout_s);
}

uint64_t now_ms(void)
{
	return (uint64_t)g_get_monotonic_time() / 1000;
}

/* --- peripherals --- */

const char *peer_address(unsigned int number)
{
	static char addresses[PEERS][18];
	unsigned int place = (unsigned int)getpid();

	ck_assert_uint_lt(number, PEERS);
	g_snprintf(addresses[number], sizeof(addresses[number]), "C1:%02X:%02X:%02X:00:%02X",
		   place >> 16 & 0xff, place >> 8 & 0xff, place & 0xff, number);
	return addresses[number];
}

const char *peer_path(unsigned int number)
{
	static char paths[PEERS][80];

	g_snprintf(paths[number], sizeof(paths[number]), "/com/example/Bluetooth/hci0/device/%s",
		   peer_address(number));
	return g_strdelimit(paths[number], ":", '_');
}

char *bluez_path(unsigned int number)
{
	char *path = g_strconcat(BLUEZ_ADAPTER "/dev_", peer_address(number), NULL);

	return g_strdelimit(path, ":", '_');
}

char *long_hex(void)
{
	GString *hex = g_string_new(NULL);

	for (unsigned int i = 0; i < LONG_LENGTH; i++)
		g_string_append_printf(hex, "%02x", i & 0xff);
	return g_string_free(hex, FALSE);
}

void peer_appear_bare(unsigned int number)
{
	air_do(air, "peer peer%u %s random -", number, peer_address(number));
}

void peer_add_attributes(unsigned int number)
{
	static const char *const lines[] = {
		"service %s 0001 1801 primary",
		"char %s 0002 2a05 indicate -",
		"desc %s 0004 2902 read,write 0000",
		"service %s 0010 180d primary",
		"char %s " RATE_HANDLE " 2a37 notify 00",
		"desc %s " RATE_CONFIG_HANDLE " 2902 read,write 0000",
		"char %s " PLACE_HANDLE " 2a38 read 01",
		"service %s 0020 " OURS_UUID " primary",
		"char %s " PLAIN_HANDLE " 5a3b0021-1c1d-4f5e-8a9b-0123456789ab read,write 01020304",
		"desc %s 0023 2901 read 706c61696e",
		"char %s " COMMAND_HANDLE " 5a3b0026-1c1d-4f5e-8a9b-0123456789ab read,write-without-response 00",
		"char %s " INDICATED_HANDLE " 5a3b0028-1c1d-4f5e-8a9b-0123456789ab indicate 00",
		"desc %s 002a 2902 read,write 0000",
		"char %s " RELIABLE_HANDLE " 5a3b002b-1c1d-4f5e-8a9b-0123456789ab read,write,reliable-write 00",
		"desc %s 002d 2900 read 0100",
		"desc %s 002e 2901 read,write 6f6c64",
		"char %s " SECRET_HANDLE " 5a3b002f-1c1d-4f5e-8a9b-0123456789ab write 00",
		"char %s " OTHER_RATE_HANDLE " 5a3b0031-1c1d-4f5e-8a9b-0123456789ab notify 00",
		"desc %s 0033 2902 read,write 0000",
	};
	g_autofree char *name = g_strdup_printf("peer%u", number);
	g_autofree char *hex = long_hex();

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree char *line = g_strdup(lines[i]);
		g_auto(GStrv) halves = g_strsplit(line, "%s", 2);

		if (strstr(line, " " COMMAND_HANDLE " "))
			air_do(air,
			       "char %s " LONG_HANDLE " 5a3b0024-1c1d-4f5e-8a9b-0123456789ab read,write %s",
			       name, hex);
		air_do(air, "%s%s%s", halves[0], name, halves[1]);
	}
}

void peer_appear(unsigned int number)
{
	peer_appear_bare(number);
	peer_add_attributes(number);
}

bool peer_is_linked(unsigned int number)
{
	g_autofree char *text = air_cmd(air, "link peer%u", number);

	return strstr(text, "up=1") != NULL;
}

typedef struct PeerIs {
	unsigned int number;
	const char *handle;
	bool wanted;
} PeerIs;

static bool is_linked(void *data)
{
	const PeerIs *peer = data;

	return peer_is_linked(peer->number) == peer->wanted;
}

void wait_linked(unsigned int number, bool linked)
{
	PeerIs peer = { number, NULL, linked };

	ck_assert_msg(wait_until(is_linked, &peer, world_patience(world)), "peer%u is %s linked", number,
		      linked ? "not" : "still");
}

bool peer_is_subscribed(unsigned int number, const char *handle)
{
	g_autofree char *text = air_cmd(air, "link peer%u", number);
	const char *list = strstr(text, "subscribed=");

	return list && strstr(list, handle);
}

static bool is_subscribed(void *data)
{
	const PeerIs *peer = data;

	return peer_is_subscribed(peer->number, peer->handle) == peer->wanted;
}

void wait_subscribed(unsigned int number, const char *handle, bool subscribed)
{
	PeerIs peer = { number, handle, subscribed };

	ck_assert_msg(wait_until(is_subscribed, &peer, world_patience(world)),
		      "%s of peer%u is %s subscribed", handle, number, subscribed ? "not" : "still");
}

static bool is_back(void *data)
{
	const PeerIs *peer = data;
	const char *path = peer_path(peer->number);
	g_autoptr(GVariant) connected = client_get(client, path, CONNECTION, "Connected");

	return connected && g_variant_get_boolean(connected) && peer_is_linked(peer->number) &&
	       (!peer->wanted || peer_is_subscribed(peer->number, RATE_HANDLE));
}

void wait_back(unsigned int number, bool subscribed)
{
	PeerIs peer = { number, NULL, subscribed };

	ck_assert_msg(wait_until(is_back, &peer, 40000),
		      "the link to peer%u, or what listens there, does not come back", number);
}

unsigned int peer_count(unsigned int number, const char *handle, const char *what)
{
	return air_field(air, what, "counts peer%u %s", number, handle);
}

/* --- what BlueZ and the daemon know --- */

bool bluez_knows(unsigned int number)
{
	g_autofree char *path = bluez_path(number);
	g_autoptr(GVariant) value = client_get(world_bluez(world), path, "org.bluez.Device1", "Address");

	return value != NULL;
}

static bool is_known(void *data)
{
	return bluez_knows(*(unsigned int *)data);
}

/* As any program of this machine may: with the HCI monitor, BlueZ hears of no device for the daemon's
 * scans. */
void make_known(unsigned int number)
{
	Client *by = world_bluez(world);

	client_do(by, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "SetDiscoveryFilter",
		  dictionary("{'Transport': <'le'>}"));
	client_do(by, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "StartDiscovery", NULL);
	ck_assert_msg(wait_until(is_known, &number, world_patience(world)), "BlueZ does not hear peer%u",
		      number);
	client_do(by, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "StopDiscovery", NULL);
	wait_radio_scans(WORLD_RADIO, false, RESUME);
}

unsigned int holders(const char *link)
{
	g_autoptr(GVariant) value = client_get(client, link, CONNECTION, "Holders");

	return value ? g_variant_get_uint32(value) : 0;
}

bool daemon_has(const char *path, const char *iface)
{
	const char *property = g_str_equal(iface, CONNECTION) ? "Address" : "UUID";
	g_autoptr(GVariant) value = client_get(client, path, iface, property);

	return value != NULL;
}

int bond_with(Client *by, const char *address)
{
	g_autoptr(GVariant) reply = client_expect(by, "hci0", "Adapter1", "GetBonds", NULL, "(aa{sv})");
	g_autoptr(GVariant) rows = g_variant_get_child_value(reply, 0);
	int found = -1;

	for (size_t i = 0; i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
		const char *other = "", *type = "";
		gboolean mine = FALSE;

		ck_assert(g_variant_lookup(row, "Address", "&s", &other));
		ck_assert(g_variant_lookup(row, "AddressType", "&s", &type));
		ck_assert(g_variant_lookup(row, "Mine", "b", &mine));
		if (!g_str_equal(address, other))
			continue;
		ck_assert_str_eq(type, "random");
		found = mine;
	}
	return found;
}

typedef struct Shown {
	const char *path, *iface;
} Shown;

static bool is_gone(void *data)
{
	const Shown *shown = data;

	return !daemon_has(shown->path, shown->iface);
}

void wait_gone(const char *path, const char *iface)
{
	Shown shown = { path, iface };

	ck_assert_msg(wait_until(is_gone, &shown, world_patience(world)), "%s does not go", path);
}

/* --- connecting --- */

ClientCall *begin_connect(Client *by, const char *session, const char *address, const char *text)
{
	g_autoptr(GVariant) value = options(text);

	return client_begin(by, session, "Session1", "Connect", g_variant_new("(s@a{sv})", address, value));
}

static char *finish_connect(ClientCall *call)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = client_call_finish(call, &error);
	char *path;

	if (!reply)
		ck_abort_msg("Connect: %s", error->message);
	g_variant_get(reply, "(o)", &path);
	return path;
}

void expect_connected(ClientCall *call)
{
	g_free(finish_connect(call));
}

char *connect_to(Client *by, const char *session, unsigned int number, const char *text)
{
	char *path = finish_connect(begin_connect(by, session, peer_address(number), text));

	ck_assert_str_eq(path, peer_path(number));
	return path;
}

char *connect_anew(Client *by, unsigned int number)
{
	g_autofree char *session = open_session(by, 0);

	return connect_to(by, session, number, "{}");
}

void expect_call_error(ClientCall *call, const char *error, const char *begin)
{
	g_autofree char *wanted = g_strconcat(WORLD_NAME ".Error.", error, NULL), *name = NULL;
	g_autoptr(GError) got = NULL;
	g_autoptr(GVariant) reply = client_call_finish(call, &got);

	ck_assert_msg(!reply, "no error, but %s is wanted", error);
	name = g_dbus_error_get_remote_error(got);
	(void)g_dbus_error_strip_remote_error(got);
	ck_assert_msg(g_strcmp0(name, wanted) == 0, "not %s, but %s: %s", wanted, name ? name : "no answer",
		      got->message);
	ck_assert_msg(g_str_has_prefix(got->message, begin) && got->message[0] != '\0',
		      "%s: not \"%s…\", but \"%s\"", error, begin, got->message);
}

void expect_connect_error(Client *by, const char *session, const char *address, const char *text,
			  const char *error)
{
	expect_call_error(begin_connect(by, session, address, text), error, "");
}

void let_go(Client *by, const char *link)
{
	client_do(by, link, CONNECTION, "Disconnect", NULL);
}

bool is_connected(Client *by, const char *link)
{
	g_autoptr(GVariant) reply = client_expect(by, link, CONNECTION, "IsConnected", NULL, "(b)");
	gboolean connected;

	g_variant_get(reply, "(b)", &connected);
	return connected;
}

void expect_disconnected(Client *by, const char *reason)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "Disconnected", world_patience(world), NULL);
	const char *got;

	ck_assert_msg(body != NULL, "no Disconnected");
	g_variant_get(body, "(&s)", &got);
	if (reason && !(g_str_has_prefix(reason, "radio-") && g_str_equal(got, "disconnected")))
		ck_assert_str_eq(got, reason);
}
