/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebroker-radio: emulated Bluetooth LE controllers on /dev/vhci, and the air around them. */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/timerfd.h>

#include "radio-control.h"

static const char usage[] =
	"Usage: bluebroker-radio --control PATH [--filter-duplicates] [--sets N] [--plug ADDRESS]...\n"
	"       bluebroker-radio --control PATH --ask LINE\n"
	"\n"
	"Emulates Bluetooth LE controllers, plugged into this machine's kernel through /dev/vhci,\n"
	"and advertisers around them. Listens on the UNIX socket PATH for lines that say what\n"
	"happens.\n"
	"\n"
	"  --control PATH        the control socket\n"
	"  --plug ADDRESS        plug in a radio with this address before the socket is there\n"
	"  --filter-duplicates   obey the host when it asks for the controller's duplicate filter\n"
	"  --sets N              radios have N extended advertising sets, not just legacy advertising\n"
	"  --ask LINE            send LINE to whoever listens at PATH, and print the reply\n"
	"  --help                this text\n"
	"\n"
	"Each line is answered by `ok ...` or `error ...`. RADIO is an address or `*`.\n"
	"The air:\n"
	"  plug ADDR | unplug ADDR | quiet RADIO | status RADIO | rfkill RADIO block|unblock | quit\n"
	"  adv RADIO DEV public|random TYPE RSSI HEX [COUNT]\n"
	"  event RADIO HEX               an LE Meta event as it is: subevent, parameters\n"
	"  repeat RADIO NAME DEV public|random TYPE RSSI HEX INTERVAL_MS COUNT [rsp HEX]\n"
	"  storm RADIO ADVERTISERS RATE SECONDS [BURST]\n"
	"What a radio has on air itself:\n"
	"  onair RADIO                   SET:TYPE:MIN:MAX:DATA:RESPONSE of each set that is on\n"
	"  airtime RADIO [reset]         DATA=MILLISECONDS\n"
	"  sets RADIO N                  as --sets, from its next plug on\n"
	"Peripherals (radio-peer-commands.h says more):\n"
	"  peer NAME ADDR public|random HEX | unpeer NAME | peers | link NAME\n"
	"  service NAME HANDLE UUID primary|secondary | unservice NAME HANDLE\n"
	"  char NAME HANDLE UUID FLAGS HEX | desc NAME HANDLE UUID FLAGS HEX | changed NAME\n"
	"  value NAME HANDLE [HEX] | notify NAME HANDLE HEX [COUNT [INTERVAL_MS]] | counts NAME HANDLE\n"
	"  latency NAME MS | silent NAME on|off | atterror NAME HANDLE read|write CODE\n"
	"  refuse NAME STATUS [TIMES] | mute NAME on|off | drop NAME [REASON] | mtu NAME LIMIT\n"
	"  pairing NAME none|display|keyboard|refuse [PASSKEY] | passkey NAME PASSKEY | forget NAME | ask NAME\n"
	"  private NAME ADDR public|random IRK  its address is a private one of that identity; which, it says\n"
	"  rotate NAME                   another such address (both: of centrals, too)\n"
	"Centrals, who connect to a radio and use its host's GATT server (radio-central-commands.h):\n"
	"  central NAME ADDR public|random | uncentral NAME | centrals\n"
	"  connect NAME RADIO [MTU] | disconnect NAME [REASON] | state NAME\n"
	"  discover NAME | read NAME HANDLE [OFFSET [part]] | write NAME HANDLE HEX [request|command|prepare]\n"
	"  subscribe NAME HANDLE notify|indicate|off | events NAME | att NAME HEX\n"
	"  secure NAME on|ask|PASSKEY | type NAME PASSKEY | unbond NAME\n";

static void timer_set(int fd, uint64_t when)
{
	struct itimerspec timer = { .it_value.tv_sec = 0 };

	if (when != AIR_NEVER) {
		timer.it_value.tv_sec = (time_t)(when / SECOND);
		timer.it_value.tv_nsec = (long)(when % SECOND);
	}
	timerfd_settime(fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

/* Waits for time, hosts and clients until told to quit. Negative errno on failure. */
static int loop_run(Air *air, Control *control, int timer)
{
	struct pollfd fds[1 + AIR_RADIOS_MAX + 1 + CONTROL_CLIENTS_MAX];
	uint64_t ticks;
	size_t n_radios, n_clients;
	int r;

	for (;;) {
		timer_set(timer, air_run(air, clock_now()));
		n_radios = air->n_radios;
		fds[0] = (struct pollfd){ .fd = timer, .events = POLLIN };
		for (size_t i = 0; i < n_radios; i++)
			fds[1 + i] = (struct pollfd){ .fd = controller_fd(air->radios[i]),
						      .events = POLLIN };
		n_clients = control_poll(control, fds + 1 + n_radios);
		if (poll(fds, 1 + n_radios + n_clients, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (fds[0].revents)
			(void)!read(timer, &ticks, sizeof(ticks));
		for (size_t i = n_radios; i-- > 0;) {
			if (!fds[1 + i].revents)
				continue;
			r = controller_process(air->radios[i]);
			if (r < 0) {
				fprintf(stderr, "bluebroker-radio: hci%d: %s, unplugged\n",
					controller_index(air->radios[i]), strerror(-r));
				air_unplug(air, i);
			}
		}
		if (!control_dispatch(control, air, clock_now(), fds + 1 + n_radios, n_clients))
			return 0;
	}
}

static int radio_run(Air *air, const char *path)
{
	Control *control;
	int timer, r;

	timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer < 0)
		return -errno;
	r = control_new(&control, path);
	if (r >= 0) {
		r = loop_run(air, control, timer);
		control_free(control);
	}
	close(timer);
	return r;
}

static int radio_plug(Air *air, const char *address)
{
	char line[COMMAND_LINE_MAX], reply[COMMAND_REPLY_MAX];
	Promise *promise;

	snprintf(line, sizeof(line), "plug %s", address);
	command_line_run(air, line, clock_now(), reply, &promise);
	if (strncmp(reply, "ok", 2)) {
		fprintf(stderr, "bluebroker-radio: %s: %s\n", address, reply);
		return -EINVAL;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "control", required_argument, NULL, 'c' },
		{ "plug", required_argument, NULL, 'p' },
		{ "filter-duplicates", no_argument, NULL, 'f' },
		{ "sets", required_argument, NULL, 's' },
		{ "ask", required_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *path = NULL, *question = NULL, *plug[AIR_RADIOS_MAX];
	size_t n_plug = 0;
	unsigned long sets;
	char *end;
	Air air = { 0 };
	int option, r = 0;

	while ((option = getopt_long(argc, argv, "c:p:fs:a:h", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case 'p':
			if (n_plug == AIR_RADIOS_MAX) {
				fprintf(stderr, "bluebroker-radio: at most %d radios\n",
					AIR_RADIOS_MAX);
				return EXIT_FAILURE;
			}
			plug[n_plug++] = optarg;
			break;
		case 'f':
			air.filter_duplicates = true;
			break;
		case 's':
			sets = strtoul(optarg, &end, 10);
			if (end == optarg || *end || sets > ADVERT_SETS_MAX) {
				fprintf(stderr, "bluebroker-radio: at most %d sets\n",
					ADVERT_SETS_MAX);
				return EXIT_FAILURE;
			}
			air.n_sets = (uint8_t)sets;
			break;
		case 'a':
			question = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return EXIT_FAILURE;
		}
	}
	if (!path || optind < argc) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	if (question) {
		r = control_ask(path, question);
	} else {
		for (size_t i = 0; i < n_plug && r >= 0; i++)
			r = radio_plug(&air, plug[i]);
		if (r >= 0)
			r = radio_run(&air, path);
		if (air.held_back > 0)
			fprintf(stderr, "bluebroker-radio: the host was full %llu times\n",
				(unsigned long long)air.held_back);
		air_deinit(&air);
	}
	if (r < 0)
		fprintf(stderr, "bluebroker-radio: %s: %s\n", path, strerror(-r));
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
