/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that scans, for test-programs: it speaks sd-bus and prints what it gets.
 *
 * usage: scan-program fifo|signal KEY VALUE
 *
 * Opens a session of its own on hci0 with a filter of that one key (rssi, name, manufacturers) and
 * scans until SIGTERM. Lines: "session PATH"; "scanning"; for each report "TIME ADDRESS SEQUENCE
 * DATA"; at the end "dropped N". */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define NAME "com.example.Bluetooth"
#define MANAGER NAME ".Manager1"
#define SESSION NAME ".Session1"
#define PAUSE_US 100000
#define NEW_ADV_EVENT 1
#define REPORT "tsyynaya{sv}"

typedef struct Program {
	sd_bus *bus;
	char *session;
	bool signals; /* reports come in signals, else they are fetched */
	uint64_t dropped;
} Program;

/* SIGTERM is blocked, and looked for between calls: one that came in the middle of a call would cost its reports. */
static bool is_ended(void)
{
	const struct timespec now = { 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	return sigtimedwait(&set, NULL, &now) == SIGTERM;
}

static int check(int r, const char *what, const sd_bus_error *error)
{
	if (r >= 0)
		return r;
	fprintf(stderr, "scan-program: %s: %s\n", what,
		error && error->message ? error->message : strerror(-r));
	exit(1);
}

static sd_bus_message *call(const Program *program, const char *method, const char *types, ...)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *request, *reply = NULL;
	va_list args;

	check(sd_bus_message_new_method_call(program->bus, &request, NAME, program->session,
					     SESSION, method),
	      method, NULL);
	va_start(args, types);
	check(sd_bus_message_appendv(request, types, args), method, NULL);
	va_end(args);
	check(sd_bus_call(program->bus, request, 0, &error, &reply), method, &error);
	sd_bus_message_unref(request);
	return reply;
}

static uint64_t read_sequence(sd_bus_message *message)
{
	uint64_t sequence = UINT64_MAX;
	const char *key;

	check(sd_bus_message_enter_container(message, 'a', "{sv}"), "extras", NULL);
	while (check(sd_bus_message_enter_container(message, 'e', "sv"), "extras", NULL) > 0) {
		check(sd_bus_message_read(message, "s", &key), "extras", NULL);
		if (strcmp(key, "Sequence") == 0)
			check(sd_bus_message_read(message, "v", "t", &sequence), key, NULL);
		else
			check(sd_bus_message_skip(message, "v"), key, NULL);
		check(sd_bus_message_exit_container(message), "extras", NULL);
	}
	check(sd_bus_message_exit_container(message), "extras", NULL);
	return sequence;
}

/* The body of ReadAdvertisements' answer, and of the signal Advertisements. */
static void print_reports(Program *program, sd_bus_message *message)
{
	const unsigned char *data;
	const char *address;
	uint64_t when;
	size_t length;

	check(sd_bus_message_enter_container(message, 'a', "(" REPORT ")"), "reports", NULL);
	while (check(sd_bus_message_enter_container(message, 'r', REPORT), "report", NULL) > 0) {
		check(sd_bus_message_read(message, "tsyyn", &when, &address, NULL, NULL, NULL),
		      "report", NULL);
		check(sd_bus_message_read_array(message, 'y', (const void **)&data, &length),
		      "data", NULL);
		printf("%llu %s %llu ", (unsigned long long)when, address,
		       (unsigned long long)read_sequence(message));
		for (size_t i = 0; i < length; i++)
			printf("%02x", data[i]);
		putchar('\n');
		check(sd_bus_message_exit_container(message), "report", NULL);
	}
	check(sd_bus_message_exit_container(message), "reports", NULL);
	check(sd_bus_message_read(message, "t", &program->dropped), "dropped", NULL);
}

static int on_advertisements(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	(void)error;
	print_reports(userdata, message);
	return 0;
}

static void fetch(Program *program)
{
	sd_bus_message *reply = call(program, "ReadAdvertisements", "u", 0);

	print_reports(program, reply);
	sd_bus_message_unref(reply);
}

static void open_session(Program *program)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *path;

	check(sd_bus_call_method(program->bus, NAME, "/com/example/Bluetooth", MANAGER,
				 "OpenSession", &error, &reply, "ua{sv}", 0, 1, "fifo", "u", 4096),
	      "OpenSession", &error);
	check(sd_bus_message_read(reply, "o", &path), "OpenSession", NULL);
	program->session = strdup(path);
	sd_bus_message_unref(reply);
	if (!program->session)
		check(-ENOMEM, "OpenSession", NULL);
	printf("session %s\n", program->session);
}

static void set_filter(const Program *program, const char *key, const char *value)
{
	const char *delivery = program->signals ? "signal" : "fifo";
	sd_bus_message *reply;
	int number = atoi(value);

	if (strcmp(key, "manufacturers") == 0)
		reply = call(program, "SetScanFilter", "a{sv}", 2, key, "aq", 1, number, "delivery",
			     "s", delivery);
	else if (strcmp(key, "rssi") == 0)
		reply = call(program, "SetScanFilter", "a{sv}", 2, key, "n", number, "delivery",
			     "s", delivery);
	else
		reply = call(program, "SetScanFilter", "a{sv}", 2, key, "s", value, "delivery", "s",
			     delivery);
	sd_bus_message_unref(reply);
}

static void begin(Program *program)
{
	check(sd_bus_match_signal(program->bus, NULL, NAME, program->session, SESSION,
				  "Advertisements", on_advertisements, program),
	      "match", NULL);
	if (program->signals)
		sd_bus_message_unref(call(program, "Callback", "u", NEW_ADV_EVENT));
	sd_bus_message_unref(call(program, "StartScan", "i", -1));
	puts("scanning");
}

static void run(Program *program)
{
	while (!is_ended()) {
		if (!program->signals) {
			fetch(program);
			(void)usleep(PAUSE_US);
		}
		while (check(sd_bus_process(program->bus, NULL), "the bus", NULL) > 0)
			;
		if (program->signals)
			(void)sd_bus_wait(program->bus, PAUSE_US);
	}
}

static void end(Program *program)
{
	sd_bus_message_unref(call(program, "StopScan", ""));
	while (check(sd_bus_process(program->bus, NULL), "the bus", NULL) > 0)
		;
	/* what no signal has brought stays to be fetched */
	fetch(program);
	printf("dropped %llu\n", (unsigned long long)program->dropped);
	sd_bus_flush_close_unref(program->bus);
	free(program->session);
}

int main(int argc, char *argv[])
{
	Program program = { 0 };
	sigset_t set;

	if (argc != 4) {
		fputs("usage: scan-program fifo|signal KEY VALUE\n", stderr);
		return 2;
	}
	program.signals = strcmp(argv[1], "signal") == 0;
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);

	check(sd_bus_open_system(&program.bus), "the system bus", NULL);
	open_session(&program);
	set_filter(&program, argv[2], argv[3]);
	begin(&program);
	run(&program);
	end(&program);
	return 0;
}
