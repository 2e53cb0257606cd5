/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process: its command line, its configuration, what it tells the service manager and the journal, how it
 * ends. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "daemon-fixture.h"

/* --- the command line: no bus is needed --- */

typedef struct Run {
	int status; /* exit status; -1: ended by a signal */
	char *out;
	char *err;
} Run;

static const char *program(void)
{
	const char *path = g_getenv("BLUEBROKERD");

	ck_assert_msg(path != NULL, "BLUEBROKERD does not say where the daemon is");
	return path;
}

/* words: NULL-terminated. */
static Run run(const char *const *words)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	Run result = { 0 };
	int status;

	g_ptr_array_add(argv, (char *)(uintptr_t)program());
	for (; *words; words++)
		g_ptr_array_add(argv, (char *)(uintptr_t)*words);
	g_ptr_array_add(argv, NULL);
	if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &result.out,
			  &result.err, &status, &error))
		ck_abort_msg("%s: %s", program(), error->message);
	result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return result;
}

static void run_clear(Run *result)
{
	g_free(result->out);
	g_free(result->err);
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

static void expect_text(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in: %s", part, text);
}

START_TEST(help_and_version)
{
	static const char *const options[] = {
		"--config", "--check-config", "--list-config", "--bus", "--debug", "--help", "--version",
		"Exit status",
	};
	Run help = RUN("--help"), brief = RUN("-h"), version = RUN("--version");

	ck_assert_int_eq(help.status, 0);
	ck_assert_str_eq(help.out, brief.out);
	ck_assert_str_eq(help.err, "");
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		expect_text(help.out, options[i]);
	ck_assert_int_eq(version.status, 0);
	ck_assert_str_eq(version.out, "bluebrokerd " PROJECT_VERSION "\n");
	run_clear(&help);
	run_clear(&brief);
	run_clear(&version);
}
END_TEST

START_TEST(list_config)
{
	Run list = RUN("--list-config");
	g_auto(GStrv) lines = g_strsplit(list.out, "\n", -1);

	ck_assert_int_eq(list.status, 0);
	ck_assert_uint_eq(g_strv_length(lines), 29); /* the 28 keys, and nothing after the last newline */
	expect_text(list.out, "Scan FifoDepth reports 1 65535 16\n");
	expect_text(list.out, "Radio AntennaSwitch path\n");
	expect_text(list.out, "Limits FifoBytesPerUser bytes 65536 4294967295 8388608\n");
	run_clear(&list);
}
END_TEST

START_TEST(wrong_usage)
{
	Run option = RUN("--nonsense"), word = RUN("extra"), missing = RUN("--config");

	ck_assert_int_eq(option.status, 2);
	expect_text(option.err, "--help");
	ck_assert_int_eq(word.status, 2);
	expect_text(word.err, "'extra'");
	ck_assert_int_eq(missing.status, 2);
	run_clear(&option);
	run_clear(&word);
	run_clear(&missing);
}
END_TEST

/* What must be in the message, beside the file's name; NULL: the file is good. */
static const struct {
	const char *text;
	const char *names;
	const char *allows;
} configs[] = {
	{ "", NULL, NULL },
	{ "# nothing\n\n[Scan]\nFifoDepth=32\n", NULL, NULL },
	{ "[Scan]\nFifoDeep=3\n", "FifoDeep", "no such key" },
	{ "[Scam]\nFifoDepth=3\n", "[Scam]", "no such group" },
	{ "[Scan]\nFifoDepth=0\n", "FifoDepth=0", "1 to 65535" },
	{ "[Scan]\nFifoDepth=70000\n", "FifoDepth=70000", "1 to 65535" },
	{ "[Scan]\nFifoDepth=many\n", "FifoDepth=many", "whole number of reports" },
	{ "[Radio]\nPowerOnSeconds=301\n", "PowerOnSeconds=301", "1 to 300" },
	{ "[Radio]\nAntennaSwitch=gpio\n", "AntennaSwitch=gpio", "absolute path" },
	{ "[Limits]\nMaxFifoDepth=8\n", "FifoDepth=16", "MaxFifoDepth" },
	{ "[Scan]\nnonsense\n", "line 2", "Key=value" },
};

START_TEST(check_config)
{
	char dir[] = "/tmp/bluebroker-config.XXXXXX";
	g_autofree char *file = NULL;

	ck_assert_ptr_nonnull(g_mkdtemp(dir));
	file = g_build_filename(dir, "test.conf", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(configs); i++) {
		Run check, start;

		ck_assert(g_file_set_contents(file, configs[i].text, -1, NULL));
		check = RUN("--config", file, "--check-config");
		if (!configs[i].names) {
			ck_assert_msg(check.status == 0, "%s: %s", configs[i].text, check.err);
			expect_text(check.out, file);
			run_clear(&check);
			continue;
		}
		start = RUN("--bus", "unix:path=/nowhere", "-c", file);
		ck_assert_int_eq(check.status, 2);
		ck_assert_str_eq(check.out, "");
		expect_text(check.err, file);
		expect_text(check.err, configs[i].names);
		expect_text(check.err, configs[i].allows);
		ck_assert_int_eq(start.status, 2); /* nor does it start with such a file */
		ck_assert_str_eq(start.err, check.err);
		run_clear(&start);
		run_clear(&check);
	}
	unlink(file);
	rmdir(dir);
}
END_TEST

START_TEST(missing_config)
{
	Run check = RUN("--config=/nowhere/x.conf", "--check-config"),
	    start = RUN("--config=/nowhere/x.conf");

	ck_assert_int_eq(check.status, 2);
	expect_text(check.err, "/nowhere/x.conf");
	expect_text(check.err, "No such file");
	ck_assert_int_eq(start.status, 2);
	run_clear(&check);
	run_clear(&start);
}
END_TEST

START_TEST(no_bus)
{
	Run start = RUN("--bus=unix:path=/nowhere/bus", "--config=/dev/null");

	ck_assert_int_eq(start.status, 1);
	expect_text(start.err, "/nowhere/bus");
	run_clear(&start);
}
END_TEST

/* --- in a world of its own --- */

START_TEST(second_daemon)
{
	g_autofree char *option = g_strconcat("--bus=", world_address(world), NULL);
	Run second = RUN(option, "--config=/dev/null");

	ck_assert_int_eq(second.status, 1);
	expect_text(second.err, WORLD_NAME " is taken: another bluebrokerd is running");
	ck_assert_uint_eq(stats_total(client, "Reports"), 0); /* the first one lives */
	ck_assert_int_eq(kill(world_daemon_pid(world), 0), 0);
	run_clear(&second);
}
END_TEST

static bool bluez_is_idle(void *data)
{
	(void)data;
	return !client_get_boolean(world_bluez(world), BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "Discovering");
}

START_TEST(ends_with_scans_stopped)
{
	g_autofree char *session = open_session(client, 0);

	start_scan(client, session, -1);
	start_scan(client, "hci0", -1);
	subscribe(client, session);
	wait_radio_scans(WORLD_RADIO, true, SOON);
	world_daemon_stop(world);
	ck_assert(wait_until(bluez_is_idle, NULL, SOON));
	expect_stopped(client, "stopped", SOON);
	ck_assert(!client_sees(client, WORLD_NAME));

	/* and can come back */
	world_daemon_start(world);
	ck_assert(!is_scanning(client, "hci0"));
	client_expect_error(client, session, "Session1", "IsScanning", NULL, "DoesNotExist");
}
END_TEST

START_TEST(ends_with_power_undone)
{
	g_autofree char *session = NULL;

	world_power(world, "hci0", false);
	wait_adapter("hci0", "Powered", false);
	session = open_session(client, 0);
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "powered"), 1);
	world_daemon_stop(world);
	world_wait_powered(world, "hci0", false);
}
END_TEST

static unsigned int count_lines(const char *text, const char *part)
{
	unsigned int n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text += strlen(part);
	}
	return n;
}

/* The daemon inherits JOURNAL_STREAM, as from a service manager. */
START_TEST(journal)
{
	g_autofree char *log = NULL;
	g_auto(GStrv) lines = NULL;

	g_setenv("JOURNAL_STREAM", "8:1", TRUE);
	world_daemon_start(world);
	world_bluez_kill(world);
	wait_adapter_gone("hci0");
	world_daemon_stop(world);
	g_unsetenv("JOURNAL_STREAM");
	log = world_read_log(world);
	lines = g_strsplit(log, "\n", -1);
	for (char **line = lines; *line && **line; line++)
		ck_assert_msg(g_regex_match_simple("^<[0-7]>[^<]", *line, 0, 0), "no level before: %s",
			      *line);
	ck_assert_uint_eq(count_lines(log, "<6>ready as " WORLD_NAME), 1);
	ck_assert_uint_eq(count_lines(log, "<5>bluetoothd is gone"), 1);
}
END_TEST

/* --- the service manager: a socket of ours in NOTIFY_SOCKET --- */

static int notify_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	g_autofree char *path = g_build_filename(world_dir(world), "notify", NULL);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(fd, 0);
	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(chmod(path, 0777), 0); /* the daemon may be another user */
	ck_assert_int_eq(chmod(path, 0666), 0); /* the daemon may be another user */
	g_setenv("NOTIFY_SOCKET", path, TRUE);
	return fd;
}

typedef struct Told {
	int fd;
	const char *what;
	unsigned int n; /* datagrams that had it */
	unsigned int wanted;
} Told;

static bool was_told(void *data)
{
	Told *told = data;
	char text[512];
	ssize_t n;

	while ((n = recv(told->fd, text, sizeof(text) - 1, 0)) >= 0) {
		text[n] = '\0';
		if (strstr(text, told->what))
			told->n++;
	}
	return told->n >= told->wanted;
}

static void expect_told(int fd, const char *what, unsigned int n, unsigned int timeout_ms)
{
	Told told = { .fd = fd, .what = what, .wanted = n };

	ck_assert_msg(wait_until(was_told, &told, timeout_ms), "%s: %u times, not %u", what, told.n, n);
}

START_TEST(ready_and_stopping)
{
	int fd = notify_socket();

	world_daemon_start(world);
	expect_told(fd, "READY=1", 1, world_patience(world));
	world_daemon_stop(world);
	expect_told(fd, "STOPPING=1", 1, SOON);
	g_unsetenv("NOTIFY_SOCKET");
	close(fd);
}
END_TEST

START_TEST(watchdog)
{
	int fd = notify_socket();

	g_setenv("WATCHDOG_USEC", "1000000", TRUE); /* without WATCHDOG_PID: whoever reads it */
	world_daemon_start(world);
	expect_told(fd, "WATCHDOG=1", 3, 3000 + world_patience(world));
	g_unsetenv("WATCHDOG_USEC");
	g_unsetenv("NOTIFY_SOCKET");
	close(fd);
}
END_TEST

/* --- a bus that goes away: one of our own, for the world's is everybody's --- */

static bool log_has_ready(void *data)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(data, &text, NULL, NULL) && strstr(text, "ready as");
}

/* dbus-daemon tells its address when it listens. */
static bool log_has_address(void *data)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(data, &text, NULL, NULL) && strstr(text, "unix:path=");
}

START_TEST(bus_goes_away)
{
	g_autofree char *log = g_build_filename(world_dir(world), "other.log", NULL);
	g_autofree char *bus_log = g_build_filename(world_dir(world), "other-bus.log", NULL);
	g_autofree char *address = g_strdup_printf("--address=unix:path=%s/other", world_dir(world));
	g_autofree char *option = g_strdup_printf("--bus=unix:path=%s/other", world_dir(world));
	const char *const bus_argv[] = {
		"dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address", address, NULL
	};
	const char *const argv[] = { program(), option, "--config=/dev/null", NULL };
	Child bus = { 0 }, daemon = { 0 };

	child_start(&bus, bus_argv, NULL, bus_log);
	ck_assert_msg(wait_until(log_has_address, bus_log, world_patience(world)),
		      "the bus does not come up");
	child_start(&daemon, argv, NULL, log);
	ck_assert_msg(wait_until(log_has_ready, log, world_patience(world)), "the daemon does not come up");
	ck_assert(child_end(&bus, SIGKILL, SOON));
	ck_assert_msg(child_end(&daemon, 0, SOON), "the daemon outlives its bus");
	ck_assert_msg(WIFEXITED(daemon.status), "the daemon crashed");
	ck_assert_int_eq(WEXITSTATUS(daemon.status), 1); /* so that the service manager starts it again */
}
END_TEST

static void setup_no_daemon(void)
{
	setup_with(WORLD_NO_DAEMON, NULL);
}

int main(void)
{
	const TTest *const command[] = { help_and_version, list_config, wrong_usage, check_config,
					 missing_config, no_bus, NULL };
	const TTest *const running[] = { second_daemon, ends_with_scans_stopped, ends_with_power_undone,
					 NULL };
	const TTest *const managed[] = { journal, ready_and_stopping, watchdog, bus_goes_away, NULL };
	int result;

	result = run_tests("command line", command, NULL, NULL, 60);
	result |= run_tests("running", running, setup, teardown, 60);
	return result | run_tests("managed", managed, setup_no_daemon, teardown, 60);
}
