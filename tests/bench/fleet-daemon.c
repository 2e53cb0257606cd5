/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A daemon that has no radio: what it is asked, and the stream. */
#include <sys/socket.h>
#include <sys/un.h>

#include <check.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include <bluebroker-stream.h>

#include "fleet-daemon.h"

#define BUS_NAME "com.example.Bluetooth"
#define ROOT "/com/example/Bluetooth"
#define ADAPTER ROOT "/hci0"
#define SESSION ADAPTER "/session1"
#define DEVICES 20 /* that a gateway hears */
#define DATA_LENGTH 31
#define BATCH_MS 10 /* by default */
#define BATCH_MAX 64
#define BATCH_MOST 256 /* in a datagram, whatever is asked for */

struct FleetDaemon {
	char *path;
	char address[18];
	unsigned int number;
	int listener, stream;
	sd_event_source *io;
	sd_bus *bus;
	bool scans;
	uint32_t batch_ms, batch_max; /* as asked for */
	double rate;
	uint64_t since_us, flushed_us; /* of the rate; of the last datagram */
	uint64_t due;		       /* reports of this rate that were written */
	uint64_t sequence;
	FleetFed fed;
};

static void must(int r, const char *what)
{
	ck_assert_msg(r >= 0, "%s: %s", what, g_strerror(-r));
}

/* --- what the program asks --- */

static int append_property(sd_bus_message *reply, const FleetDaemon *daemon, const char *name)
{
	const char *const words[][2] = {
		{ "Address", daemon->address }, { "AddressType", "public" }, { "Name", "bench" },
		{ "Source", "hci-monitor" },	{ "ScanMode", "passive" },   { "Version", "bench" },
		{ "BlueZSocket", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i][0], name) == 0)
			return sd_bus_message_append(reply, "v", "s", words[i][1]);
	if (strcmp(name, "Adapters") == 0)
		return sd_bus_message_append(reply, "v", "ao", 1, ADAPTER);
	if (strcmp(name, "Powered") == 0 || strcmp(name, "Scanning") == 0)
		return sd_bus_message_append(reply, "v", "b", 1);
	if (strcmp(name, "LinkSlots") == 0 || strcmp(name, "ActiveLinks") == 0)
		return sd_bus_message_append(reply, "v", "u", 0);
	ck_abort_msg("the program asks for the property %s, which this bench does not have", name);
}

static int append_properties(sd_bus_message *reply, const FleetDaemon *daemon)
{
	static const char *const names[] = { "Address", "AddressType", "Name",	 "Powered",  "Scanning",
					     "Source",	"ScanMode",    "Adapters", "Version", "LinkSlots" };

	must(sd_bus_message_open_container(reply, 'a', "{sv}"), "properties");
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		must(sd_bus_message_open_container(reply, 'e', "sv"), names[i]);
		must(sd_bus_message_append(reply, "s", names[i]), names[i]);
		must(append_property(reply, daemon, names[i]), names[i]);
		must(sd_bus_message_close_container(reply), names[i]);
	}
	return sd_bus_message_close_container(reply);
}

static int answer_property(sd_bus_message *call, sd_bus_message *reply, const FleetDaemon *daemon)
{
	const char *interface, *name;

	if (sd_bus_message_is_method_call(call, NULL, "GetAll"))
		return append_properties(reply, daemon);
	must(sd_bus_message_read(call, "ss", &interface, &name), "Get");
	return append_property(reply, daemon, name);
}

static int answer_stream(sd_bus_message *call, sd_bus_message *reply, FleetDaemon *daemon)
{
	int fds[2], r;

	daemon->batch_ms = BATCH_MS;
	daemon->batch_max = BATCH_MAX;
	must(sd_bus_message_enter_container(call, 'a', "{sv}"), "options");
	while (sd_bus_message_enter_container(call, 'e', "sv") > 0) {
		const char *key;
		uint32_t value;

		must(sd_bus_message_read(call, "sv", &key, "u", &value), "option");
		*(strcmp(key, "batch_ms") == 0 ? &daemon->batch_ms : &daemon->batch_max) = value;
		must(sd_bus_message_exit_container(call), "option");
	}
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	if (daemon->stream >= 0)
		close(daemon->stream);
	daemon->stream = fds[0];
	r = sd_bus_message_append(reply, "hu", fds[1], 1);
	close(fds[1]);
	return r;
}

/* Of the bus and of the daemon. What is not here has an empty answer: StartScan, SetScanFilter, AddMatch. */
static int append_answer(sd_bus_message *call, sd_bus_message *reply, FleetDaemon *daemon)
{
	static const struct {
		const char *member, *type, *text;
	} words[] = {
		{ "Hello", "s", ":1.7" },	  { "GetNameOwner", "s", ":1.1" },
		{ "OpenSession", "o", SESSION },  { "GetId", "s", "00000000000000000000000000000001" },
	};
	const char *member = sd_bus_message_get_member(call);

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(member, words[i].member) == 0)
			return sd_bus_message_append(reply, words[i].type, words[i].text);
	if (strcmp(member, "Get") == 0 || strcmp(member, "GetAll") == 0)
		return answer_property(call, reply, daemon);
	if (strcmp(member, "AcquireAdvertisements") == 0)
		return answer_stream(call, reply, daemon);
	if (strcmp(member, "NameHasOwner") == 0)
		return sd_bus_message_append(reply, "b", 1);
	if (strcmp(member, "GetStats") == 0)
		return sd_bus_message_append(reply, "a{sv}", 0);
	daemon->scans |= strcmp(member, "StartScan") == 0;
	return 0;
}

static int on_message(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	bool to_bus = g_strcmp0(sd_bus_message_get_path(call), "/org/freedesktop/DBus") == 0;
	sd_bus_message *reply = NULL;

	(void)error;
	if (!sd_bus_message_is_method_call(call, NULL, NULL))
		return 0;
	must(sd_bus_message_new_method_return(call, &reply), "answer");
	must(sd_bus_message_set_sender(reply, to_bus ? "org.freedesktop.DBus" : ":1.1"), "answer");
	must(append_answer(call, reply, userdata), sd_bus_message_get_member(call));
	must(sd_bus_send(NULL, reply, NULL), "answer");
	sd_bus_message_unref(reply);
	return 1;
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	FleetDaemon *daemon = userdata;
	sd_id128_t id;
	int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	ck_assert_int_ge(peer, 0);
	ck_assert_msg(!daemon->bus, "gateway %u has a second connection", daemon->number);
	must(sd_id128_randomize(&id), "id");
	must(sd_bus_new(&daemon->bus), "bus");
	must(sd_bus_set_fd(daemon->bus, peer, peer), "bus");
	must(sd_bus_set_server(daemon->bus, 1, id), "bus");
	must(sd_bus_negotiate_fds(daemon->bus, 1), "bus");
	must(sd_bus_start(daemon->bus), "bus");
	must(sd_bus_add_filter(daemon->bus, NULL, on_message, daemon), "bus");
	must(sd_bus_attach_event(daemon->bus, sd_event_source_get_event(source), 0), "bus");
	return 0;
}

FleetDaemon *fleet_daemon_new(sd_event *event, const char *dir, unsigned int number)
{
	FleetDaemon *daemon = g_new0(FleetDaemon, 1);
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	daemon->number = number;
	daemon->stream = -1;
	daemon->path = g_strdup_printf("unix:path=%s/bus%u", dir, number);
	snprintf(daemon->address, sizeof(daemon->address), "00:1A:7D:DA:%02X:%02X", number >> 8 & 0xff,
		 number & 0xff);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/bus%u", dir, number);
	daemon->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(daemon->listener, 0);
	ck_assert_int_eq(bind(daemon->listener, (const struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(daemon->listener, 4), 0);
	must(sd_event_add_io(event, &daemon->io, daemon->listener, EPOLLIN, on_connection, daemon),
	     "listener");
	return daemon;
}

FleetDaemon *fleet_daemon_free(FleetDaemon *daemon)
{
	if (!daemon)
		return NULL;
	if (daemon->bus)
		sd_bus_close(daemon->bus);
	sd_bus_unref(daemon->bus);
	sd_event_source_unref(daemon->io);
	close(daemon->listener);
	unlink(strchr(daemon->path, '=') + 1); /* for the next fleet */
	if (daemon->stream >= 0)
		close(daemon->stream);
	g_free(daemon->path);
	g_free(daemon);
	return NULL;
}

const char *fleet_daemon_bus(const FleetDaemon *daemon)
{
	return daemon->path;
}

bool fleet_daemon_scans(const FleetDaemon *daemon)
{
	return daemon->scans && daemon->stream >= 0;
}

FleetFed fleet_daemon_fed(const FleetDaemon *daemon)
{
	return daemon->fed;
}

/* --- the stream --- */

/* A sensor's packet, whose counter goes up, from one device after the other. */
static uint8_t *put_record(FleetDaemon *daemon, uint8_t *at, uint64_t now_us)
{
	static const uint8_t template[] = {
		65, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0xc0, 0, 0, 0, 0, 0, 1, 3, 0xc4, 127, 1, 0, 255, 0, 31, 0,
		0x02, 0x01, 0x06, 0x1b, 0xff, 0x99, 0x04, 0x05, 0x15, 0xae, 0x4c, 0x6d, 0xc6, 0xd7, 0x00, 0x0c,
		0xff, 0xf8, 0x03, 0xf4, 0xad, 0xb6, 0xad, 0x69, 0x7f, 0xf4, 0x1f, 0x0c, 0x28, 0xcb, 0xd6,
	};
	const uint64_t sequence = ++daemon->sequence;

	G_STATIC_ASSERT(sizeof(template) == BB_STREAM_RECORD_SIZE + DATA_LENGTH);
	memcpy(at, template, sizeof(template));
	for (unsigned int i = 0; i < 8; i++) {
		at[2 + i] = (uint8_t)(now_us >> 8 * i);
		at[10 + i] = (uint8_t)(sequence >> 8 * i);
	}
	at[21] = (uint8_t)(daemon->number >> 8);
	at[22] = (uint8_t)daemon->number;
	at[23] = (uint8_t)(sequence % DEVICES);
	at[56] = (uint8_t)(sequence >> 8);
	at[57] = (uint8_t)sequence;
	return at + sizeof(template);
}

static void write_datagram(FleetDaemon *daemon, unsigned int count, uint64_t now_us)
{
	uint8_t bytes[BB_STREAM_HEADER_SIZE + BATCH_MOST * (BB_STREAM_RECORD_SIZE + DATA_LENGTH)] = {
		0x62, 0x62, BB_STREAM_VERSION, BB_STREAM_HEADER_SIZE, (uint8_t)count, (uint8_t)(count >> 8),
	};
	uint8_t *end = bytes + BB_STREAM_HEADER_SIZE;

	for (unsigned int i = 0; i < 8; i++)
		bytes[8 + i] = (uint8_t)(daemon->fed.lost >> 8 * i);
	for (unsigned int i = 0; i < count; i++)
		end = put_record(daemon, end, now_us);
	daemon->fed.reports += count;
	if (send(daemon->stream, bytes, (size_t)(end - bytes), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		daemon->fed.lost += count;
}

void fleet_daemon_say(FleetDaemon *daemon, uint64_t now_us)
{
	write_datagram(daemon, 1, now_us);
}

void fleet_daemon_set_rate(FleetDaemon *daemon, double rate, uint64_t now_us)
{
	daemon->rate = rate;
	daemon->since_us = daemon->flushed_us = now_us;
	daemon->due = 0;
}

void fleet_daemon_feed(FleetDaemon *daemon, uint64_t now_us)
{
	const uint64_t most = MIN(daemon->batch_max, BATCH_MOST);
	uint64_t waiting;

	if (daemon->rate <= 0 || now_us <= daemon->since_us)
		return;
	waiting = (uint64_t)((double)(now_us - daemon->since_us) * daemon->rate / 1e6) - daemon->due;
	if (waiting == 0 ||
	    (waiting < most && now_us - daemon->flushed_us < (uint64_t)daemon->batch_ms * 1000))
		return;
	daemon->due += waiting;
	daemon->flushed_us = now_us;
	for (; waiting > 0; waiting -= MIN(waiting, most))
		write_datagram(daemon, (unsigned int)MIN(waiting, most), now_us);
}
