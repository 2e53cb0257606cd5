/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The peripheral whose links are measured. */
#include "links-bed.h"

#include <string.h>
#include <unistd.h>

#define OBJECT "C1_00_00_00_00_BE"
#define PATIENCE_MS 10000

const char *const way_names[_WAY_MAX] = { [WAY_BROKER] = "bluebrokerd", [WAY_BLUEZ] = "straight" };

const char *const process_names[_PROCESS_MAX] = {
	[PROCESS_DAEMON] = "bluebrokerd",
	[PROCESS_BUS] = "dbus-daemon",
	[PROCESS_BLUEZ] = "BlueZ",
	[PROCESS_PROGRAMS] = "programs (GDBus)",
};

static char *make_hex(unsigned int length)
{
	GString *hex = g_string_new(NULL);

	for (unsigned int i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", i & 0xff);
	return g_string_free(hex, FALSE);
}

static void add_peripheral(Air *air)
{
	g_autofree char *left = air_cmd(air, "peers");
	g_autofree char *few = make_hex(LINKS_SMALL_LENGTH), *many = make_hex(LINKS_LONG_LENGTH);

	ck_assert_msg(left[0] == '\0', "the air is not ours: %s", left);
	air_do(air, "peer " LINKS_PEER " " LINKS_ADDRESS " random -");
	air_do(air, "service " LINKS_PEER " 0010 5a3b0010-1c1d-4f5e-8a9b-0123456789ab primary");
	air_do(air, "char " LINKS_PEER " " LINKS_SMALL " 5a3b0011-1c1d-4f5e-8a9b-0123456789ab read,write %s",
	       few);
	air_do(air, "char " LINKS_PEER " " LINKS_LONG " 5a3b0013-1c1d-4f5e-8a9b-0123456789ab read %s",
	       many);
	air_do(air, "char " LINKS_PEER " " LINKS_NOTIFY " 5a3b0015-1c1d-4f5e-8a9b-0123456789ab notify %s",
	       few);
	air_do(air, "desc " LINKS_PEER " 0017 2902 read,write 0000");
}

Bed *bed_new(unsigned int seconds)
{
	Bed *bed = g_new0(Bed, 1);

	bed->world = world_new(0);
	bed->figures = figures_new();
	bed->seconds = seconds;
	bed->roots[WAY_BROKER] = g_strdup("/com/example/Bluetooth/hci0/device/" OBJECT);
	bed->roots[WAY_BLUEZ] = g_strdup(BLUEZ_ADAPTER "/dev_" OBJECT);
	bed->pids[PROCESS_DAEMON] = bench_find_pid(bed->world, WORLD_NAME);
	bed->pids[PROCESS_BUS] = bench_find_pid(bed->world, "org.freedesktop.DBus");
	bed->pids[PROCESS_BLUEZ] = bench_find_pid(bed->world, "org.bluez");
	bed->pids[PROCESS_PROGRAMS] = getpid();
	add_peripheral(world_air(bed->world));
	bed->holder = bed_add_program(bed, WAY_BROKER);
	return bed;
}

Bed *bed_free(Bed *bed)
{
	if (!bed)
		return NULL;

	client_free(bed->holder);
	air_do(world_air(bed->world), "unpeer " LINKS_PEER);
	world_free(bed->world);
	figures_free(bed->figures);
	for (int i = 0; i < _WAY_MAX; i++)
		g_free(bed->roots[i]);
	g_free(bed);
	return NULL;
}

Client *bed_add_program(Bed *bed, Way way)
{
	Client *client = client_new(world_address(bed->world));
	g_autoptr(GVariant) reply = NULL;
	const char *session;

	if (way == WAY_BLUEZ) {
		client_direct(client, "org.bluez");
		return client;
	}
	reply = client_expect(client, NULL, "Manager1", "OpenSession", g_variant_new("(ua{sv})", 0, NULL),
			      "(o)");
	g_variant_get(reply, "(&o)", &session);
	client_do(client, session, "Session1", "Connect", g_variant_new("(sa{sv})", LINKS_ADDRESS, NULL));
	return client;
}

char *bed_path(const Bed *bed, Way way, const char *handle)
{
	return g_strconcat(bed->roots[way], "/service0010/char", handle, NULL);
}

const char *bed_iface(Way way)
{
	return way == WAY_BROKER ? WORLD_NAME ".RemoteCharacteristic1" :
				   "org.bluez.GattCharacteristic1";
}

void bed_get_cpu(const Bed *bed, double cpu[static _PROCESS_MAX])
{
	for (int i = 0; i < _PROCESS_MAX; i++)
		cpu[i] = bench_get_cpu(bed->pids[i]);
}

unsigned int bed_count(const Bed *bed, const char *handle, const char *what)
{
	g_autofree char *text = air_cmd(world_air(bed->world), "counts " LINKS_PEER " %s", handle);
	g_autofree char *word = g_strconcat(what, "=", NULL);
	const char *at = strstr(text, word);

	ck_assert_msg(at != NULL, "counts: no %s in %s", what, text);
	return (unsigned int)g_ascii_strtoull(at + strlen(word), NULL, 10);
}

static bool is_subscribed(void *data)
{
	g_autofree char *text = air_cmd(data, "link " LINKS_PEER);

	return strstr(text, "subscribed=" LINKS_NOTIFY) != NULL;
}

static bool is_free(void *data)
{
	return !is_subscribed(data);
}

void bed_wait_subscribed(Bed *bed, bool subscribed)
{
	ck_assert_msg(wait_until(subscribed ? is_subscribed : is_free, world_air(bed->world), PATIENCE_MS),
		      "the peripheral is %s subscribed", subscribed ? "not" : "still");
}

void bed_set_latency(Bed *bed, unsigned int ms)
{
	air_do(world_air(bed->world), "latency " LINKS_PEER " %u", ms);
}
