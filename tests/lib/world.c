/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One test's world: what is in it, how it begins and ends. */
#include <errno.h>

#include <check.h>
#include <glib/gstdio.h>

#include "world-private.h"

#define GUEST_BUS "unix:path=/run/dbus/system_bus_socket"
#define START_MS 10000

/* The world of the running test, for world_abandon(). */
static World *world_current;

static const char bus_config[] =
	"<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN\"\n"
	" \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
	"<busconfig>\n"
	"  <listen>unix:path=%s/bus</listen>\n"
	"  <auth>EXTERNAL</auth>\n"
	"  <policy context=\"default\">\n"
	"    <allow user=\"*\"/>\n"
	"    <allow own=\"*\"/>\n"
	"    <allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
	"    <allow eavesdrop=\"true\"/>\n"
	"  </policy>\n"
	"</busconfig>\n";

/* Ends a world whose test failed in this process (CK_FORK=no), or did not call world_free(). */
static void world_abandon(void)
{
	World *world = world_current;

	if (!world)
		return;

	world_current = NULL;
	child_end(&world->daemon, SIGTERM, START_MS);
	child_end(&world->sim, SIGKILL, START_MS);
	child_end(&world->bus, SIGKILL, START_MS);
	janitor_finish(&world->janitor, false);
}

static bool bus_is_up(void *data)
{
	World *world = data;
	g_autoptr(GDBusConnection) connection = g_dbus_connection_new_for_address_sync(
		world->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, NULL);

	if (!connection && !child_is_running(&world->bus))
		ck_abort_msg("dbus-daemon has ended");
	return connection != NULL;
}

static void world_start_bus(World *world)
{
	g_autofree char *file = g_build_filename(world->dir, "bus.conf", NULL);
	g_autofree char *text = g_strdup_printf(bus_config, world->dir);
	g_autofree char *option = g_strconcat("--config-file=", file, NULL);
	const char *const argv[] = { "dbus-daemon", "--nofork", "--nopidfile",
				     "--nosyslog", option, NULL };

	ck_assert(g_file_set_contents(file, text, -1, NULL));
	world->address = g_strdup_printf("unix:path=%s/bus", world->dir);
	child_start(&world->bus, argv, NULL, world->bus_log);
	ck_assert_msg(wait_until(bus_is_up, world, START_MS), "dbus-daemon does not answer");
}

static bool sim_is_up(void *data)
{
	World *world = data;
	g_autofree char *path = g_build_filename(world->dir, "air", NULL);

	if (!child_is_running(&world->sim)) {
		g_autofree char *end = child_describe_end(&world->sim);

		ck_abort_msg("bluebroker-simbluez has ended: %s", end);
	}
	world->air = air_connect(path);
	return world->air != NULL;
}

static void world_start_sim(World *world)
{
	const char *program = g_getenv("BLUEBROKER_SIMBLUEZ") ? g_getenv("BLUEBROKER_SIMBLUEZ")
							      : SIMBLUEZ_PATH;
	g_autofree char *bus = g_strconcat("DBUS_SYSTEM_BUS_ADDRESS=", world->address, NULL);
	g_autofree char *control = g_build_filename(world->dir, "air", NULL);
	const char *const environment[] = { bus, NULL };
	const char *argv[10];
	unsigned int n = 0;

	argv[n++] = program;
	argv[n++] = "--control";
	argv[n++] = control;
	if (!(world->flags & WORLD_NO_RADIO)) {
		argv[n++] = "--plug";
		argv[n++] = WORLD_RADIO;
	}
	if (world->flags & WORLD_EXPERIMENTAL)
		argv[n++] = "--experimental";
	if (world->temporary_timeout) {
		argv[n++] = "--temporary-timeout";
		argv[n++] = world->temporary_timeout;
	}
	argv[n] = NULL;

	child_start(&world->sim, argv, environment, world->sim_log);
	ck_assert_msg(wait_until(sim_is_up, world, START_MS),
		      "bluebroker-simbluez does not answer");
}

/* Deletes bluetoothd's cache of names, which it would prefer to the names on air. */
static void world_forget_names(World *world)
{
	const char *cache = "/var/lib/bluetooth/" WORLD_RADIO "/cache";
	const char *const argv[] = { "rm", "-rf", cache, NULL };
	Child child = { 0 };

	child_start(&child, argv, NULL, world->bus_log);
	ck_assert(child_end(&child, 0, START_MS));
}

/* Writes what world_begin's options want into bluetoothd's configuration, or restores it at the world's
 * end. */
static void world_configure(World *world, bool on)
{
	const char *script = on ? "cp -p $0 $0.saved; printf '[General]\\nTemporaryTimeout = %s\\n' $1 > $0"
				: "mv $0.saved $0";
	const char *const argv[] = { "sh", "-c", script, "/etc/bluetooth/main.conf", world->temporary_timeout,
				     NULL };
	Child child = { 0 };

	child_start(&child, argv, NULL, world->bus_log);
	ck_assert(child_end(&child, 0, START_MS));
}

static void world_find_guest(World *world)
{
	const char *control = g_getenv("AIR_CONTROL") ? g_getenv("AIR_CONTROL") : "/run/air";

	world->address = g_strdup(GUEST_BUS);
	world->air = air_connect(control);
	ck_assert_msg(world->air != NULL, "no radio listens on %s", control);
	ck_assert_msg(!(world->flags & WORLD_EXPERIMENTAL),
		      "whether bluetoothd is experimental, its starter decides");
	air_do(world->air, "quiet *");
	air_do(world->air, "unplug *");
	world_forget_names(world);
	if (world->temporary_timeout)
		world_configure(world, true);
}

World *world_new(WorldFlags flags)
{
	const WorldOptions none = { 0 };

	return world_new_with(flags, &none);
}

static char *world_file(const World *world, const char *name)
{
	return g_build_filename(world->dir, name, NULL);
}

static World *world_begin(WorldFlags flags, const WorldOptions *options)
{
	World *world;

	world_abandon();
	world = g_new0(World, 1);
	world->flags = flags;
	world->real = g_strcmp0(g_getenv("BLUEBROKER_WORLD"), "vm") == 0;
	world->dir = g_dir_make_tmp("bluebroker-test.XXXXXX", NULL);
	ck_assert_msg(world->dir && g_chmod(world->dir, 0755) == 0, "no temporary directory: %s",
		      g_strerror(errno));
	/* the guest's daemon runs as another user */
	world->run_dir = world_file(world, "run");
	ck_assert(g_mkdir(world->run_dir, 0777) == 0 && g_chmod(world->run_dir, 0777) == 0);
	world->face = g_build_filename(world->run_dir, "bluez", NULL);
	world->face_address = g_strconcat("unix:path=", world->face, NULL);
	janitor_start(&world->janitor, world->dir);
	world->daemon_log = world_file(world, "daemon.log");
	world->sim_log = world_file(world, "sim.log");
	world->bus_log = world_file(world, "bus.log");
	world->daemon_args = g_strdupv((char **)options->daemon_args);
	world->temporary_timeout = g_strdup(options->temporary_timeout);
	if (options->config) {
		world->config = world_file(world, "bluebrokerd.conf");
		ck_assert(g_file_set_contents(world->config, options->config, -1, NULL));
	}
	world_current = world;
	return world;
}

World *world_new_with(WorldFlags flags, const WorldOptions *options)
{
	World *world = world_begin(flags, options);

	if (world->real) {
		world_find_guest(world);
	} else {
		world_start_bus(world);
		world_start_sim(world);
	}
	world->bluez = client_new(world->address);
	client_direct(world->bluez, "org.bluez");

	if (flags & WORLD_NO_BLUEZ || (world->real && world->temporary_timeout)) {
		if (client_sees(world->bluez, "org.bluez"))
			world_bluez_kill(world);
		if (!(flags & WORLD_NO_BLUEZ))
			world_bluez_start(world);
	} else if (!client_sees(world->bluez, "org.bluez")) {
		world_bluez_start(world);
	}
	if (world->real && !(flags & WORLD_NO_RADIO))
		air_do(world->air, "plug " WORLD_RADIO);
	if (!(flags & (WORLD_NO_RADIO | WORLD_NO_BLUEZ)))
		world_wait_powered(world, "hci0", true);
	if (!(flags & WORLD_NO_DAEMON))
		world_daemon_start(world);
	return world;
}

World *world_free(World *world)
{
	if (!world)
		return NULL;

	if (world->daemon.pid != 0)
		world_daemon_stop(world); /* a failure here leaves the world to world_abandon */
	world_current = NULL;

	if (world->paused)
		world_bluez_resume(world);
	if (world->real) {
		air_do(world->air, "quiet *");
		air_do(world->air, "unplug *");
		if (world->temporary_timeout) {
			world_configure(world, false);
			world_bluez_kill(world);
		}
		if (!client_sees(world->bluez, "org.bluez"))
			world_bluez_start(world);
	}
	client_free(world->bluez);
	air_close(world->air);
	child_end(&world->sim, SIGTERM, START_MS);
	child_end(&world->bus, SIGKILL, START_MS);
	janitor_finish(&world->janitor, true);
	g_strfreev(world->daemon_args);
	g_free(world->run_dir);
	g_free(world->temporary_timeout);
	g_free(world->daemon_log);
	g_free(world->sim_log);
	g_free(world->bus_log);
	g_free(world->config);
	g_free(world->face);
	g_free(world->face_address);
	g_free(world->address);
	g_free(world->dir);
	g_free(world);
	return NULL;
}

bool world_is_real(const World *world)
{
	return world->real;
}

const char *world_address(const World *world)
{
	return world->address;
}

const char *world_face(const World *world)
{
	return world->face_address;
}

Air *world_air(const World *world)
{
	return world->air;
}

const char *world_dir(const World *world)
{
	return world->dir;
}

const char *world_log(const World *world)
{
	return world->daemon_log;
}

char *world_read_log(const World *world)
{
	char *text = NULL;

	if (!g_file_get_contents(world->daemon_log, &text, NULL, NULL))
		text = g_strdup("");
	return text;
}

Client *world_bluez(const World *world)
{
	return world->bluez;
}

bool world_bluez_since(const World *world, unsigned int minor)
{
	g_autoptr(GVariant) value = client_get(world->bluez, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "Modalias");
	const char *version = strrchr(g_variant_get_string(value, NULL), 'd');

	return g_ascii_strtoull(version + 1, NULL, 16) >= (0x0500 | minor);
}
