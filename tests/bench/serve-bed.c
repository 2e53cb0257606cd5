/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services that are measured, and the centrals. */
#include "serve-bed.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "serve-program.h"

#define PATIENCE_MS 20000
#define DEVICE_NAME "00002a00-0000-1000-8000-00805f9b34fb" /* BlueZ has it, and answers for it */

const char *const serve_way_names[_SERVE_WAY_MAX] = {
	[SERVE_WAY_BLUEZ] = "BlueZ by itself",
	[SERVE_WAY_STORED] = "bluebrokerd, stored",
	[SERVE_WAY_BROKER_SDBUS] = "through bluebrokerd, sd-bus",
	[SERVE_WAY_BROKER_GDBUS] = "through bluebrokerd, GDBus",
	[SERVE_WAY_SDBUS] = "straight, sd-bus",
	[SERVE_WAY_GDBUS] = "straight, GDBus",
};

const char *const serve_process_names[_SERVE_PROCESS_MAX] = {
	[SERVE_DAEMON_PROCESS] = "bluebrokerd",
	[SERVE_PROGRAM] = "program",
	[SERVE_BUS] = "dbus-daemon",
	[SERVE_BLUEZ] = "BlueZ",
};

static const struct {
	const char *uuid, *program, *role;
} ways[_SERVE_WAY_MAX] = {
	[SERVE_WAY_BLUEZ] = { DEVICE_NAME, NULL, NULL },
	[SERVE_WAY_STORED] = { SERVE_STORED, NULL, NULL },
	[SERVE_WAY_BROKER_SDBUS] = { SERVE_BROKER_SDBUS, SERVE_SDBUS_PATH, "broker" },
	[SERVE_WAY_BROKER_GDBUS] = { SERVE_BROKER_GDBUS, SERVE_GDBUS_PATH, "broker" },
	[SERVE_WAY_SDBUS] = { SERVE_STRAIGHT_SDBUS, SERVE_SDBUS_PATH, "straight" },
	[SERVE_WAY_GDBUS] = { SERVE_STRAIGHT_GDBUS, SERVE_GDBUS_PATH, "straight" },
};

/* --- the centrals --- */

void central_ask(Central *central, const char *verb, const char *arguments)
{
	g_autofree char *line = g_strdup_printf("%s bench%u %s\n", verb, central->number, arguments);
	size_t length = strlen(line);

	central->got = 0;
	central->asked = g_get_monotonic_time();
	ck_assert_msg(send(central->fd, line, length, MSG_NOSIGNAL) == (ssize_t)length, "the air has left");
}

bool central_answered(Central *central)
{
	size_t room = sizeof(central->answer) - 1 - central->got;
	ssize_t length = recv(central->fd, central->answer + central->got, room, 0);

	ck_assert_msg(length > 0, "the air has left");
	central->got += (size_t)length;
	central->answer[central->got] = '\0';
	if (central->answer[central->got - 1] != '\n') {
		ck_assert_msg((size_t)length < room, "the answer is too long: %s", central->answer);
		return false;
	}
	if (strncmp(central->answer, "ok", 2) != 0)
		ck_abort_msg("central %u: %s", central->number, central->answer);
	return true;
}

static bool is_connected(void *data)
{
	const Central *central = ((void **)data)[0];

	return air_try(((void **)data)[1], "connect bench%u *", central->number);
}

static void central_start(Central *central, unsigned int number, World *world)
{
	g_autofree char *own = g_build_filename(world_dir(world), "air", NULL);
	const char *guests = g_getenv("AIR_CONTROL") ? g_getenv("AIR_CONTROL") : "/run/air";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	void *data[] = { central, world_air(world) };

	g_strlcpy(address.sun_path, world_is_real(world) ? guests : own, sizeof(address.sun_path));
	central->number = number;
	central->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(central->fd, 0);
	ck_assert_msg(connect(central->fd, (struct sockaddr *)&address, sizeof(address)) == 0, "no air at %s",
		      address.sun_path);
	air_do(world_air(world), "central bench%u C2:00:00:00:BE:%02X random", number, number);
	ck_assert_msg(wait_until(is_connected, data, PATIENCE_MS), "central %u cannot connect", number);
}

/* --- what they see --- */

static char *find_handle(const char *tree, const char *uuid)
{
	g_auto(GStrv) words = g_strsplit(tree, " ", -1);

	for (char **word = words; *word; word++) {
		g_auto(GStrv) fields = g_strsplit(*word, ":", -1);

		if (g_str_equal(fields[0], "c") && g_strv_length(fields) == 5 && g_str_equal(fields[4], uuid))
			return g_strdup(fields[3]);
	}
	return NULL;
}

static bool sees_all(void *data)
{
	ServeBed *bed = data;
	g_autofree char *tree = air_call_finish(air_begin(world_air(bed->world), "discover bench0"));

	for (ServeWay way = 0; way < _SERVE_WAY_MAX; way++) {
		g_free(bed->handles[way]);
		bed->handles[way] = find_handle(tree, ways[way].uuid);
		if (!bed->handles[way])
			return false;
	}
	return true;
}

static void start_programs(ServeBed *bed)
{
	for (ServeWay way = 0; way < _SERVE_WAY_MAX; way++)
		if (ways[way].program)
			peer_start_program(&bed->peers[way], bed->world, ways[way].program, ways[way].role);
}

/* So that centrals can connect; for all services alike. */
static void advertise(ServeBed *bed)
{
	g_autoptr(GVariant) reply = NULL;
	const char *session;

	bed->advertiser = client_new(world_address(bed->world));
	reply = client_expect(bed->advertiser, NULL, "Manager1", "OpenSession", g_variant_new("(ua{sv})", 0, NULL),
			      "(o)");
	g_variant_get(reply, "(&o)", &session);
	client_do(bed->advertiser, session, "Session1", "SetAdvertisement",
		  g_variant_new_parsed("({'name': <'bench'>},)"));
	client_do(bed->advertiser, session, "Session1", "Advertise", g_variant_new("(b)", TRUE));
}

ServeBed *serve_bed_new(unsigned int seconds)
{
	ServeBed *bed = g_new0(ServeBed, 1);

	bed->world = world_new(0);
	bed->figures = figures_new();
	bed->seconds = seconds;
	bed->pids[SERVE_DAEMON_PROCESS] = bench_find_pid(bed->world, WORLD_NAME);
	bed->pids[SERVE_BUS] = bench_find_pid(bed->world, "org.freedesktop.DBus");
	bed->pids[SERVE_BLUEZ] = bench_find_pid(bed->world, "org.bluez");
	world_wait_powered(bed->world, "hci0", true);
	start_programs(bed);
	advertise(bed);
	for (unsigned int i = 0; i < SERVE_CENTRALS; i++)
		central_start(&bed->centrals[i], i, bed->world);
	ck_assert_msg(wait_until(sees_all, bed, PATIENCE_MS), "the centrals do not see all services");
	return bed;
}

ServeBed *serve_bed_free(ServeBed *bed)
{
	if (!bed)
		return NULL;

	for (unsigned int i = 0; i < SERVE_CENTRALS; i++) {
		air_do(world_air(bed->world), "uncentral bench%u", i);
		close(bed->centrals[i].fd);
	}
	for (ServeWay way = 0; way < _SERVE_WAY_MAX; way++) {
		if (ways[way].program)
			g_free(peer_end(&bed->peers[way]));
		g_free(bed->handles[way]);
	}
	client_free(bed->advertiser);
	world_free(bed->world);
	figures_free(bed->figures);
	g_free(bed);
	return NULL;
}

void serve_bed_get_cpu(const ServeBed *bed, ServeWay way, double cpu[static _SERVE_PROCESS_MAX])
{
	for (int i = 0; i < _SERVE_PROCESS_MAX; i++)
		cpu[i] = i == SERVE_PROGRAM ? 0 : bench_get_cpu(bed->pids[i]);
	if (ways[way].program)
		cpu[SERVE_PROGRAM] = bench_get_cpu(bed->peers[way].child.pid);
}
