/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program with a service, with sd-bus; see serve-program.h. */
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "serve-program.h"

#define APPLICATION "/bench"
#define SERVICE_PATH APPLICATION "/service"
#define CHAR_PATH SERVICE_PATH "/char"
#define CHAR_IFACE "org.bluez.GattCharacteristic1"
#define LOCAL_CHAR SERVE_DAEMON ".LocalCharacteristic1"

static sd_bus *bus;
static char *path; /* of the characteristic at the daemon */
static uint8_t value[512] = { 0 };
static size_t value_length = SERVE_LENGTH;
static uint32_t number; /* of the next notification */
static unsigned int left; /* of a burst through the daemon */

static int check(int r, const char *what)
{
	if (r < 0) {
		fprintf(stderr, "serve-sdbus: %s: %s\n", what, strerror(-r));
		exit(1);
	}
	return r;
}

static int check_answer(sd_bus_message *m)
{
	const sd_bus_error *error = sd_bus_message_get_error(m);

	if (error) {
		fprintf(stderr, "serve-sdbus: %s: %s\n", error->name, error->message);
		exit(1);
	}
	return 0;
}

static void say_ready(void)
{
	printf("ready\n");
	fflush(stdout);
}

/* The next number goes into the value. */
static void value_count(void)
{
	for (unsigned int i = 0; i < sizeof(number); i++)
		value[SERVE_LENGTH - sizeof(number) + i] = (uint8_t)(number >> 8 * i);
	value_length = SERVE_LENGTH;
	number++;
}

static void take_value(sd_bus_message *m)
{
	const void *bytes;
	size_t length;

	check(sd_bus_message_read_array(m, 'y', &bytes, &length), "a value");
	if (length <= sizeof(value)) {
		memcpy(value, bytes, length);
		value_length = length;
	}
}

/* --- straight to BlueZ --- */

/* Of both interfaces: userdata is the UUID. */
static int get_property(sd_bus *b, const char *object, const char *interface, const char *property,
			sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	(void)b, (void)object, (void)interface, (void)error;
	if (strcmp(property, "UUID") == 0)
		return sd_bus_message_append(reply, "s", userdata);
	if (strcmp(property, "Primary") == 0)
		return sd_bus_message_append(reply, "b", 1);
	if (strcmp(property, "Service") == 0)
		return sd_bus_message_append(reply, "o", SERVICE_PATH);
	if (strcmp(property, "Flags") == 0)
		return sd_bus_message_append(reply, "as", 3, "read", "write", "notify");
	return sd_bus_message_append_array(reply, 'y', value, value_length);
}

static int on_read_value(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	sd_bus_message *reply;
	int r;

	(void)userdata, (void)error;
	check(sd_bus_message_new_method_return(m, &reply), "an answer");
	r = sd_bus_message_append_array(reply, 'y', value, value_length);
	if (r >= 0)
		r = sd_bus_send(bus, reply, NULL);
	sd_bus_message_unref(reply);
	return check(r, "ReadValue");
}

static int on_write_value(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)userdata, (void)error;
	take_value(m);
	return sd_bus_reply_method_return(m, NULL);
}

static int on_notify(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)userdata, (void)error;
	return sd_bus_reply_method_return(m, NULL);
}

static const sd_bus_vtable service_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Primary", "b", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable char_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Service", "o", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Flags", "as", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Value", "ay", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_METHOD("ReadValue", "a{sv}", "ay", on_read_value, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("WriteValue", "aya{sv}", "", on_write_value, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("StartNotify", "", "", on_notify, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("StopNotify", "", "", on_notify, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static int on_registered(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)userdata, (void)error;
	check_answer(m);
	say_ready();
	return 0;
}

static void serve_straight(void)
{
	static char service_uuid[] = SERVE_SERVICE, uuid[] = SERVE_STRAIGHT_SDBUS;

	check(sd_bus_add_object_manager(bus, NULL, APPLICATION), "object manager");
	check(sd_bus_add_object_vtable(bus, NULL, SERVICE_PATH, "org.bluez.GattService1", service_vtable, service_uuid),
	      "service");
	check(sd_bus_add_object_vtable(bus, NULL, CHAR_PATH, CHAR_IFACE, char_vtable, uuid), "characteristic");
	check(sd_bus_call_method_async(bus, NULL, "org.bluez", "/org/bluez/hci0", "org.bluez.GattManager1",
				       "RegisterApplication", on_registered, NULL, "oa{sv}", APPLICATION, 0),
	      "RegisterApplication");
}

/* --- through the daemon --- */

/* Returns the path in the answer, if there is one. */
static char *call(const char *object, const char *interface, const char *member, const char *types, ...)
{
	sd_bus_message *answer = NULL;
	const char *result = "";
	va_list arguments;
	char *copy;

	va_start(arguments, types);
	check(sd_bus_call_methodv(bus, SERVE_DAEMON, object, interface, member, NULL, &answer, types, arguments),
	      member);
	va_end(arguments);
	if (sd_bus_message_has_signature(answer, "o"))
		check(sd_bus_message_read(answer, "o", &result), member);
	copy = strdup(result);
	sd_bus_message_unref(answer);
	return copy;
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)userdata, (void)error;
	return check_answer(m);
}

/* An answer, or a value for all: a call with one value. */
static void send_value(const char *member, uint32_t id, sd_bus_message_handler_t handler)
{
	sd_bus_message *m;
	int r;

	check(sd_bus_message_new_method_call(bus, &m, SERVE_DAEMON, path, LOCAL_CHAR, member), member);
	r = id > 0 ? sd_bus_message_append(m, "u", id) : 0;
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', value, value_length);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_call_async(bus, NULL, m, handler, NULL, 0);
	sd_bus_message_unref(m);
	check(r, member);
}

static int on_read_request(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	uint32_t id;

	(void)userdata, (void)error;
	check(sd_bus_message_read(m, "usq", &id, NULL, NULL), "ReadRequest");
	send_value("RespondRead", id, on_answer);
	return 0;
}

static int on_write_request(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)userdata, (void)error;
	check(sd_bus_message_skip(m, "s"), "WriteRequest");
	take_value(m);
	return 0;
}

static int on_value_set(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)userdata, (void)error;
	check_answer(m);
	if (left > 0) {
		left--;
		value_count();
		send_value("SetValue", 0, on_value_set);
	}
	return 0;
}

static void serve_broker(void)
{
	char *session = call(SERVE_ROOT, SERVE_DAEMON ".Manager1", "OpenSession", "ua{sv}", 0, 0);
	char *service = call(session, SERVE_DAEMON ".Session1", "Service", "va{sv}", "s", SERVE_SERVICE, 1,
			     "nbr_chars", "q", 2);

	free(call(service, SERVE_DAEMON ".LocalService1", "Characteristic", "va{sv}", "s", SERVE_STORED, 1, "value", "ay",
		  SERVE_LENGTH, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19));
	path = call(service, SERVE_DAEMON ".LocalService1", "Characteristic", "va{sv}", "s", SERVE_BROKER_SDBUS, 1,
		    "read_timeout", "u", SERVE_READ_TIMEOUT_MS);
	check(sd_bus_match_signal(bus, NULL, SERVE_DAEMON, path, LOCAL_CHAR, "ReadRequest", on_read_request, NULL),
	      "ReadRequest");
	check(sd_bus_match_signal(bus, NULL, SERVE_DAEMON, path, LOCAL_CHAR, "WriteRequest", on_write_request, NULL),
	      "WriteRequest");
	free(call(path, LOCAL_CHAR, "Callback", "u", SERVE_CHAR_READ_EVENT | SERVE_CHAR_WRITE_EVENT));
	free(service);
	free(session);
	say_ready();
}

/* --- both --- */

static int on_burst(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	(void)source, (void)info, (void)userdata;
	if (!path) {
		for (unsigned int i = 0; i < SERVE_BURST; i++) {
			value_count();
			check(sd_bus_emit_properties_changed(bus, CHAR_PATH, CHAR_IFACE, "Value", NULL),
			      "a notification");
		}
		return 0;
	}
	left = SERVE_BURST - SERVE_WINDOW;
	for (unsigned int i = 0; i < SERVE_WINDOW; i++) {
		value_count();
		send_value("SetValue", 0, on_value_set);
	}
	return 0;
}

int main(int argc, char *argv[])
{
	sd_event *event;
	sigset_t signals;

	if (argc != 3 || (strcmp(argv[1], "straight") != 0 && strcmp(argv[1], "broker") != 0)) {
		fprintf(stderr, "Usage: serve-sdbus straight|broker ADDRESS\n");
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	check(sd_event_new(&event), "event loop");
	check(sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL), "SIGTERM");
	check(sd_event_add_signal(event, NULL, SIGUSR1, on_burst, NULL), "SIGUSR1");
	check(sd_bus_new(&bus), "bus");
	check(sd_bus_set_address(bus, argv[2]), "address");
	check(sd_bus_set_bus_client(bus, 1), "bus");
	check(sd_bus_start(bus), argv[2]);
	if (strcmp(argv[1], "straight") == 0)
		serve_straight();
	else
		serve_broker();
	check(sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL), "event loop");
	check(sd_event_loop(event), "event loop");
	sd_bus_flush_close_unref(bus);
	sd_event_unref(event);
	free(path);
	return 0;
}
