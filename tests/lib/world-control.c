/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One test's world: starting and ending the daemon and BlueZ, and waiting for them. */
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include <check.h>
#include <glib/gstdio.h>

#include "world-private.h"

#define PATIENCE_MS 20000
#define PATIENCE_WRAPPED_MS 60000

static const char *daemon_wrapper(void)
{
	const char *wrapper = g_getenv("BLUEBROKERD_WRAPPER");

	return wrapper && wrapper[0] != '\0' ? wrapper : NULL;
}

unsigned int world_patience(const World *world)
{
	(void)world;
	return daemon_wrapper() ? PATIENCE_WRAPPED_MS : PATIENCE_MS;
}

unsigned int world_release(const World *world)
{
	return world_is_real(world) ? 1000 : world_patience(world);
}

static bool daemon_is_up(void *data)
{
	World *world = data;

	if (!child_is_running(&world->daemon)) {
		g_autofree char *end = child_describe_end(&world->daemon);

		ck_abort_msg("the daemon ended at its start: %s", end);
	}
	return client_sees(world->bluez, WORLD_NAME);
}

bool world_daemon_shows(World *world, const char *adapter)
{
	g_autofree char *path = g_strconcat("/com/example/Bluetooth/", adapter, NULL);
	g_autoptr(GVariant) value = NULL;

	client_direct(world->bluez, WORLD_NAME);
	value = client_get(world->bluez, path, "Adapter1", "Address");
	client_direct(world->bluez, "org.bluez");
	return value != NULL;
}

static bool daemon_shows_powered(void *data)
{
	World *world = data;
	g_autoptr(GVariant) value = NULL;

	client_direct(world->bluez, WORLD_NAME);
	value = client_get(world->bluez, "hci0", "Adapter1", "Powered");
	client_direct(world->bluez, "org.bluez");
	return value && g_variant_get_boolean(value);
}

void world_daemon_start(World *world)
{
	const char *program = g_getenv("BLUEBROKERD") ? g_getenv("BLUEBROKERD") : BLUEBROKERD_PATH;
	g_autofree char *bus = g_strconcat("DBUS_SYSTEM_BUS_ADDRESS=", world->address, NULL);
	g_autofree char *directory = g_build_filename(world->dir, "state", NULL);
	g_autofree char *state = g_strconcat("STATE_DIRECTORY=", directory, NULL);
	const char *const environment[] = { bus, state, NULL };
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_auto(GStrv) wrapper = NULL;

	ck_assert_msg(world->daemon.pid == 0, "the daemon runs already");
	/* in the guest the daemon runs as another user */
	ck_assert(g_mkdir_with_parents(directory, 0755) == 0 && g_chmod(directory, 0777) == 0);
	if (daemon_wrapper())
		ck_assert_msg(g_shell_parse_argv(daemon_wrapper(), NULL, &wrapper, NULL),
			      "BLUEBROKERD_WRAPPER: %s", daemon_wrapper());
	for (char **word = wrapper; word && *word; word++)
		g_ptr_array_add(argv, *word);
	g_ptr_array_add(argv, (char *)(uintptr_t)program);
	if (world->config) {
		g_ptr_array_add(argv, (char *)(uintptr_t) "--config");
		g_ptr_array_add(argv, world->config);
	}
	g_ptr_array_add(argv, (char *)(uintptr_t) "--runtime-dir");
	g_ptr_array_add(argv, world->run_dir);
	g_ptr_array_add(argv, (char *)(uintptr_t) "--bluez-socket");
	g_ptr_array_add(argv, world->face);
	for (char **word = world->daemon_args; word && *word; word++)
		g_ptr_array_add(argv, *word);
	g_ptr_array_add(argv, NULL);

	child_start(&world->daemon, (const char *const *)argv->pdata, environment,
		    world->daemon_log);
	ck_assert_msg(wait_until(daemon_is_up, world, world_patience(world)),
		      "the daemon does not take its name");
	if (!(world->flags & (WORLD_NO_WAIT | WORLD_NO_RADIO | WORLD_NO_BLUEZ)))
		ck_assert_msg(wait_until(daemon_shows_powered, world, world_patience(world)),
			      "the daemon does not show hci0 powered");
}

static void world_check_end(World *world)
{
	g_autofree char *end = child_describe_end(&world->daemon);

	if (!WIFEXITED(world->daemon.status) || WEXITSTATUS(world->daemon.status) != 0)
		ck_abort_msg("the daemon did not end cleanly: %s", end);
}

void world_daemon_stop(World *world)
{
	ck_assert_msg(world->daemon.pid != 0, "the daemon does not run");
	if (!child_is_running(&world->daemon)) {
		g_autofree char *end = child_describe_end(&world->daemon);

		ck_abort_msg("the daemon had ended before it was told to: %s", end);
	}
	ck_assert_msg(child_end(&world->daemon, SIGTERM, world_patience(world)),
		      "the daemon does not end on SIGTERM");
	world_check_end(world);
}

void world_daemon_kill(World *world)
{
	ck_assert_msg(child_end(&world->daemon, SIGKILL, world_patience(world)),
		      "the daemon does not even die");
}

void world_daemon_pause(World *world)
{
	ck_assert_int_eq(kill(world->daemon.pid, SIGSTOP), 0);
}

void world_daemon_resume(World *world)
{
	ck_assert_int_eq(kill(world->daemon.pid, SIGCONT), 0);
}

pid_t world_daemon_pid(const World *world)
{
	return world->daemon.pid;
}

static double cpu_of(const World *world)
{
	struct timespec used = { 0 };
	clockid_t clock;

	ck_assert_int_eq(clock_getcpuclockid(world->daemon.pid, &clock), 0);
	ck_assert_int_eq(clock_gettime(clock, &used), 0);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static bool is_idle(void *data)
{
	double used = -cpu_of(data);

	wait_ms(500);
	return used + cpu_of(data) < 0.05;
}

/* Waits, because the daemon may be busy for a while with what BlueZ has told it. */
void world_daemon_expect_idle(World *world)
{
	ck_assert_msg(wait_until(is_idle, world, world_patience(world)),
		      "the daemon has nothing to do, and goes on doing it");
}

int world_daemon_wait(World *world, unsigned int timeout_ms)
{
	ck_assert_msg(child_end(&world->daemon, 0, timeout_ms),
		      "the daemon does not end by itself");
	return world->daemon.status;
}

static bool bluez_is_there(void *data)
{
	return client_sees(((World *)data)->bluez, "org.bluez");
}

static bool bluez_is_gone(void *data)
{
	return !bluez_is_there(data);
}

static void bluetoothd_ctl(World *world, const char *what)
{
	const char *program = g_getenv("BLUETOOTHD_CTL") ? g_getenv("BLUETOOTHD_CTL")
							 : "bluetoothd-ctl";
	const char *const argv[] = { program, what, NULL };
	Child child = { 0 };

	child_start(&child, argv, NULL, world->sim_log);
	ck_assert_msg(child_end(&child, 0, PATIENCE_MS * 3), "%s %s does not end", program, what);
	if (!WIFEXITED(child.status) || WEXITSTATUS(child.status) != 0)
		ck_abort_msg("%s %s failed", program, what);
}

void world_bluez_pause(World *world)
{
	if (world->real)
		bluetoothd_ctl(world, "pause");
	else
		ck_assert_int_eq(kill(world->sim.pid, SIGSTOP), 0);
	world->paused = true;
}

void world_bluez_resume(World *world)
{
	if (world->real)
		bluetoothd_ctl(world, "resume");
	else
		ck_assert_int_eq(kill(world->sim.pid, SIGCONT), 0);
	world->paused = false;
}

void world_bluez_kill(World *world)
{
	if (world->paused && !world->real)
		world_bluez_resume(world);
	world->paused = false;
	if (world->real)
		bluetoothd_ctl(world, "kill");
	else
		air_do(world->air, "down");
	ck_assert_msg(wait_until(bluez_is_gone, world, PATIENCE_MS), "org.bluez does not leave");
}

void world_bluez_start(World *world)
{
	if (world->real)
		bluetoothd_ctl(world, "start");
	else
		air_do(world->air, "up");
	ck_assert_msg(wait_until(bluez_is_there, world, PATIENCE_MS), "org.bluez does not come");
}

typedef struct Power {
	World *world;
	const char *path; /* as BlueZ or the daemon names it */
	bool powered;
} Power;

static bool power_is_so(void *data)
{
	const Power *power = data;
	g_autoptr(GVariant) value =
		client_get(power->world->bluez, power->path, BLUEZ_ADAPTER_IFACE, "Powered");

	return value && (g_variant_get_boolean(value) != FALSE) == power->powered;
}

/* Needed because a program's call may reach the daemon before BlueZ's signal does. */
static bool daemon_has_heard(void *data)
{
	const Power *power = data;
	g_autoptr(GVariant) value = NULL;

	client_direct(power->world->bluez, WORLD_NAME);
	value = client_get(power->world->bluez, power->path, "Adapter1", "Powered");
	client_direct(power->world->bluez, "org.bluez");
	return !value || (g_variant_get_boolean(value) != FALSE) == power->powered;
}

void world_wait_powered(World *world, const char *adapter, bool powered)
{
	g_autofree char *path = g_strconcat("/org/bluez/", adapter, NULL);
	Power power = { world, path, powered };

	ck_assert_msg(wait_until(power_is_so, &power, PATIENCE_MS), "BlueZ's %s does not become %s",
		      adapter, powered ? "powered" : "unpowered");
}

void world_power(World *world, const char *adapter, bool powered)
{
	g_autofree char *path = g_strconcat("/org/bluez/", adapter, NULL);
	Power power = { world, adapter, powered };

	client_set(world->bluez, path, BLUEZ_ADAPTER_IFACE, "Powered",
		   g_variant_new_boolean(powered));
	world_wait_powered(world, adapter, powered);
	if (child_is_running(&world->daemon))
		ck_assert_msg(wait_until(daemon_has_heard, &power, world_patience(world)),
			      "the daemon does not hear that %s is %s", adapter,
			      powered ? "powered" : "unpowered");
}
