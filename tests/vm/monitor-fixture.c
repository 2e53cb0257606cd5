/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the cases of the monitor's test share. */
#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <check.h>

#include "monitor-fixture.h"

#define PATIENCE 60	/* seconds */

World *world;
Air *air;
sd_event *loop;
Monitor *monitor;
GArray *heard, *expected;
uint64_t lost;

static Client *client;

static void heard_clear(void *data)
{
	g_free((void *)(uintptr_t)((Heard *)data)->info.data);
}

static void list_add(GArray *list, unsigned index, const ReportInfo *info)
{
	Heard one = { index, *info };

	one.info.data = g_memdup2(info->data, info->length);
	g_array_append_val(list, one);
}

static void on_report(void *userdata, unsigned index, const ReportInfo *info)
{
	ck_assert_ptr_eq(userdata, &lost);
	list_add(heard, index, info);
}

static void on_lost(void *userdata, uint32_t packets)
{
	ck_assert_ptr_eq(userdata, &lost);
	ck_assert_uint_gt(packets, 0);
	lost += packets;
}

static void on_failed(void *userdata, int error)
{
	(void)userdata;
	ck_abort_msg("the monitor failed: %s", g_strerror(-error));
}

const MonitorOps monitor_ops = { on_report, on_lost, on_failed };

uint64_t boottime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

void expect(const ReportInfo *info)
{
	list_add(expected, 0, info);
}

const Heard *heard_at(guint at)
{
	ck_assert_uint_lt(at, heard->len);
	return &g_array_index(heard, Heard, at);
}

void open_monitor(void)
{
	int r = monitor_new(&monitor, loop, 0, &monitor_ops, &lost);

	ck_assert_msg(r == 0, "monitor_new: %s", g_strerror(-r));
}

/* sets: of the radio, 0 for one without extended advertising */
static void setup_with(unsigned sets)
{
	world = world_new(WORLD_NO_DAEMON);
	air = world_air(world);
	client = client_new(world_address(world));
	client_direct(client, "org.bluez");
	air_do(air, "unplug *");
	air_do(air, "sets * %u", sets);
	air_do(air, "plug " WORLD_RADIO);
	world_wait_powered(world, "hci0", true);

	heard = g_array_new(false, false, sizeof(Heard));
	expected = g_array_new(false, false, sizeof(Heard));
	g_array_set_clear_func(heard, heard_clear);
	g_array_set_clear_func(expected, heard_clear);
	ck_assert_int_ge(sd_event_new(&loop), 0);
}

void setup(void)
{
	setup_with(0);
}

void setup_extended(void)
{
	setup_with(4);
}

void teardown(void)
{
	monitor = monitor_free(monitor);
	loop = sd_event_unref(loop);
	g_array_unref(heard);
	g_array_unref(expected);
	air_do(air, "sets * 0");
	client_free(client);
	world_free(world);
}

void hear(uint64_t n)
{
	uint64_t give_up = boottime() + PATIENCE * USEC_PER_SEC;

	while (heard->len + lost < n && boottime() < give_up)
		ck_assert_int_ge(sd_event_run(loop, 100 * USEC_PER_MSEC), 0);
	ck_assert_msg(heard->len + lost == n, "heard %u and lost %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT,
		      heard->len, lost, n);
}

static void check_one(guint at)
{
	const Heard *is = heard_at(at), *should = &g_array_index(expected, Heard, at);
	const ReportInfo *a = &is->info, *b = &should->info;

	ck_assert_msg(is->index == should->index, "report %u: of hci%u", at, is->index);
	ck_assert_msg(addr_equal(&a->addr, &b->addr) && a->addr.type == b->addr.type, "report %u: address", at);
	ck_assert_msg(a->adv_type == b->adv_type, "report %u: type %u, not %u", at, a->adv_type, b->adv_type);
	ck_assert_msg(a->rssi == b->rssi, "report %u: rssi %d, not %d", at, a->rssi, b->rssi);
	ck_assert_msg(a->tx_power == b->tx_power && a->sid == b->sid && a->primary_phy == b->primary_phy &&
		      a->secondary_phy == b->secondary_phy, "report %u: tx power %d, sid %u, PHYs %u %u", at,
		      a->tx_power, a->sid, a->primary_phy, a->secondary_phy);
	ck_assert_msg(a->extended == b->extended && a->truncated == b->truncated && !a->synthesized,
		      "report %u: extended %d, truncated %d", at, a->extended, a->truncated);
	ck_assert_msg(a->length == b->length && (a->length == 0 || memcmp(a->data, b->data, a->length) == 0),
		      "report %u: %zu bytes, not %zu, or others", at, a->length, b->length);
}

void check_heard(uint64_t since)
{
	ck_assert_uint_eq(heard->len, expected->len);
	for (guint i = 0; i < heard->len; i++) {
		uint64_t time = heard_at(i)->info.time;

		check_one(i);
		ck_assert_msg(time >= since && time <= boottime(), "report %u: at %" G_GUINT64_FORMAT ", begun at %"
			      G_GUINT64_FORMAT, i, time, since);
		since = time;
	}
}

void discover(const char *path, const char *radio)
{
	GVariantBuilder filter;

	g_variant_builder_init(&filter, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&filter, "{sv}", "Transport", g_variant_new_string("le"));
	g_variant_builder_add(&filter, "{sv}", "DuplicateData", g_variant_new_boolean(true));
	client_do(client, path, BLUEZ_ADAPTER_IFACE, "SetDiscoveryFilter", g_variant_new("(a{sv})", &filter));
	client_do(client, path, BLUEZ_ADAPTER_IFACE, "StartDiscovery", NULL);
	wait_scanning(air, radio);
}

void set_capability(unsigned capability, bool on)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	ck_assert_int_eq(syscall(SYS_capget, &head, data), 0);
	if (on)
		data[CAP_TO_INDEX(capability)].effective |= CAP_TO_MASK(capability);
	else
		data[CAP_TO_INDEX(capability)].effective &= ~CAP_TO_MASK(capability);
	ck_assert_int_eq(syscall(SYS_capset, &head, data), 0);
}
