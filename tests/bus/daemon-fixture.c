/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the daemon's outer life share. */
#include <pwd.h>

#include "daemon-fixture.h"

World *world;
Air *air;
Client *client;

void setup_with(WorldFlags flags, const char *config)
{
	const WorldOptions options = { .config = config };

	setup_options(flags, &options);
}

void setup_options(WorldFlags flags, const WorldOptions *options)
{
	world = world_new_with(flags, options);
	air = world_air(world);
	client = new_client();
}

void setup(void)
{
	setup_with(0, NULL);
}

void teardown(void)
{
	client = client_free(client);
	world = world_free(world);
}

bool is_guest(void)
{
	return g_strcmp0(g_getenv("BLUEBROKER_WORLD"), "vm") == 0;
}

Client *new_client(void)
{
	return client_new(world_address(world));
}

Client *new_client_as(uid_t uid)
{
	return client_new_as(world_address(world), uid);
}

static uid_t uid_of(const char *in_guest, const char *elsewhere)
{
	const struct passwd *user = getpwnam(is_guest() ? in_guest : elsewhere);

	ck_assert_msg(user != NULL, "there is no user %s", is_guest() ? in_guest : elsewhere);
	return user->pw_uid;
}

uid_t alice_uid(void)
{
	return uid_of("alice", "daemon");
}

Client *new_alice(void)
{
	return new_client_as(alice_uid());
}

Client *new_bob(void)
{
	return new_client_as(uid_of("bob", "nobody"));
}

/* --- sessions --- */

GVariant *no_options(void)
{
	return g_variant_new("(a{sv})", NULL);
}

GVariant *radio_number(unsigned int id)
{
	return g_variant_new("(ua{sv})", id, NULL);
}

char *open_session(Client *by, unsigned int id)
{
	g_autoptr(GVariant) reply =
		client_expect(by, NULL, "Manager1", "OpenSession", radio_number(id), "(o)");
	char *path;

	g_variant_get(reply, "(o)", &path);
	return path;
}

void start_scan(Client *by, const char *session, int seconds)
{
	client_do(by, session, "Session1", "StartScan", g_variant_new("(i)", seconds));
}

bool is_scanning(Client *by, const char *session)
{
	g_autoptr(GVariant) reply = client_expect(by, session, "Session1", "IsScanning", NULL, "(b)");
	gboolean scanning;

	g_variant_get(reply, "(b)", &scanning);
	return scanning;
}

void close_session(Client *by, const char *session)
{
	client_do(by, session, "Session1", "Close", NULL);
}

unsigned int take_all(Client *by, const char *session)
{
	g_autoptr(GVariant) reply =
		client_expect(by, session, "Session1", "GetAdvertisements", NULL, "(a(syynay))");
	g_autoptr(GVariant) reports = g_variant_get_child_value(reply, 0);

	return (unsigned int)g_variant_n_children(reports);
}

unsigned int fifo_count(Client *by, const char *session)
{
	g_autofree char *path = session[0] == '/' ? g_strdup(session)
						  : g_strdup_printf("%s/session/uid%u", session,
								    client_get_uid(by, client_name(by)));

	return (unsigned int)stats_of(by, path, "Fifo");
}

/* --- what a user has --- */

uint64_t charged_to(uid_t uid)
{
	g_autoptr(GVariant) table = stats(client);
	g_autoptr(GVariant) rows = g_variant_lookup_value(table, "Charged", G_VARIANT_TYPE("aa{sv}"));
	uint64_t sum = 0;

	ck_assert_ptr_nonnull(rows);
	for (gsize i = 0; i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i), value = NULL;
		GVariantIter iter;
		const char *key;
		guint32 of;

		ck_assert(g_variant_lookup(row, "Uid", "u", &of));
		if (of != uid)
			continue;
		g_variant_iter_init(&iter, row);
		while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
			if (g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64))
				sum += g_variant_get_uint64(value);
			g_clear_pointer(&value, g_variant_unref);
		}
	}
	return sum;
}

static bool owes_nothing(void *data)
{
	return charged_to(*(const uid_t *)data) == 0;
}

void expect_paid(uid_t uid)
{
	ck_assert_msg(wait_until(owes_nothing, &uid, world_patience(world)), "%lu is still charged to uid %u",
		      (unsigned long)charged_to(uid), (unsigned int)uid);
}

/* --- waiting --- */

typedef struct Wanted {
	Client *by;
	const char *name;
	const char *property;
	bool value;
	unsigned int interval; /* turns left until the next advertisement */
} Wanted;

static bool radio_scans(void *data)
{
	const Wanted *wanted = data;

	return (air_status(air, wanted->name, "scanning") != 0) == wanted->value;
}

void wait_radio_scans(const char *radio, bool scanning, unsigned int timeout_ms)
{
	Wanted wanted = { .name = radio, .value = scanning };

	ck_assert_msg(wait_until(radio_scans, &wanted, timeout_ms), "%s: scanning is not %d", radio,
		      scanning);
}

static bool adapter_is_so(void *data)
{
	const Wanted *wanted = data;
	g_autoptr(GVariant) value = client_get(client, wanted->name, "Adapter1", wanted->property);

	return value && (g_variant_get_boolean(value) != FALSE) == wanted->value;
}

void wait_adapter(const char *adapter, const char *property, bool value)
{
	Wanted wanted = { .name = adapter, .property = property, .value = value };

	ck_assert_msg(wait_until(adapter_is_so, &wanted, RESUME), "%s: %s is not %d", adapter, property,
		      value);
}

void restart_bluez(void)
{
	world_bluez_kill(world);
	world_bluez_start(world);
	wait_adapter("hci0", "Powered", true);
}

static bool adapter_shows(void *data)
{
	const Wanted *wanted = data;

	return world_daemon_shows(world, wanted->name) == wanted->value;
}

void wait_adapter_gone(const char *adapter)
{
	Wanted wanted = { .name = adapter, .value = false };

	ck_assert_msg(wait_until(adapter_shows, &wanted, RESUME), "%s does not go", adapter);
}

void wait_adapter_there(const char *adapter)
{
	Wanted wanted = { .name = adapter, .value = true };

	ck_assert_msg(wait_until(adapter_shows, &wanted, RESUME), "%s does not come", adapter);
}

/* Says it again and again: the scan may only just be starting. */
static bool heard(void *data)
{
	Wanted *wanted = data;

	if (wanted->interval-- == 0) {
		air_do(air, "adv %s " DEVICE " random 3 -60 020106", wanted->name);
		wanted->interval = 10;
	}
	return fifo_count(wanted->by, wanted->property) > 0;
}

void hear_and_leave(Client *by, const char *session, const char *radio)
{
	Wanted wanted = { .by = by, .name = radio, .property = session };

	ck_assert_msg(wait_until(heard, &wanted, RESUME), "%s: nothing is heard through %s", session, radio);
}

void hear_through(Client *by, const char *session, const char *radio)
{
	hear_and_leave(by, session, radio);
	(void)take_all(by, session);
}

/* --- signals --- */

void subscribe(Client *by, const char *session)
{
	client_subscribe(by, NULL, "Session1", "ScanStopped", NULL);
	client_do(by, session, "Session1", "Callback", g_variant_new("(u)", 1));
}

void expect_stopped(Client *by, const char *reason, unsigned int timeout_ms)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "ScanStopped", timeout_ms, NULL);
	const char *got;

	ck_assert_msg(body != NULL, "no ScanStopped(%s)", reason);
	g_variant_get(body, "(&s)", &got);
	ck_assert_str_eq(got, reason);
}

void expect_changed(Client *by, const char *path, const char *property, const char *text)
{
	g_autofree char *full = g_strconcat("/com/example/Bluetooth", path[0] ? "/" : "", path, NULL);
	int64_t deadline = g_get_monotonic_time() + (int64_t)RESUME * 1000;

	while (g_get_monotonic_time() < deadline) {
		g_autofree char *from = NULL;
		g_autoptr(GVariant) body = client_wait_signal(by, "PropertiesChanged", RESUME, &from);
		g_autoptr(GVariant) changed = NULL, value = NULL;
		g_autofree char *got = NULL;

		if (!body)
			break;
		changed = g_variant_get_child_value(body, 1);
		value = g_variant_lookup_value(changed, property, NULL);
		got = value ? g_variant_print(value, FALSE) : NULL;
		if (g_str_equal(from, full) && g_strcmp0(got, text) == 0)
			return;
	}
	ck_abort_msg("no PropertiesChanged of %s says that %s is %s", full, property, text);
}
