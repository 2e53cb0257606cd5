/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The peripheral of Pycom's documentation: advertises as "LoPy", says who connects, and offers two services with a counter
 * that goes up with each read. Ends with Ctrl-C.
 * cc lopy.c -o lopy $(pkg-config --cflags --libs libsystemd) */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define NAME "com.example.Bluetooth"
#define SESSION NAME ".Session1"
#define SERVICE NAME ".LocalService1"
#define CHARACTERISTIC NAME ".LocalCharacteristic1"
#define CLIENT_CONNECTED 0x02u
#define CLIENT_DISCONNECTED 0x04u
#define CHAR_READ_EVENT 0x08u
#define CHAR_WRITE_EVENT 0x10u

static sd_bus *bus;
static unsigned first_reads, second_reads;
static char *first, *second; /* the characteristics' paths */

static int check(int r, const sd_bus_error *error)
{
	if (r < 0) {
		fprintf(stderr, "lopy: %s\n", error && error->message ? error->message : strerror(-r));
		exit(1);
	}
	return r;
}

/* Returns the path in the answer, if there is one. */
static char *call(const char *path, const char *interface, const char *member, const char *types, ...)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *answer;
	const char *object = "";
	va_list arguments;

	va_start(arguments, types);
	check(sd_bus_call_methodv(bus, NAME, path, interface, member, &e, &answer, types, arguments), &e);
	va_end(arguments);
	if (sd_bus_message_has_signature(answer, "o"))
		check(sd_bus_message_read(answer, "o", &object), NULL);
	object = strdup(object);
	sd_bus_message_unref(answer);
	return (char *)object;
}

static int on_client(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *address;

	(void)userdata, (void)error;
	check(sd_bus_message_read(m, "s", &address), NULL);
	printf("%s %s\n", sd_bus_message_is_signal(m, SESSION, "ClientConnected") ? "Client connected" :
										   "Client disconnected", address);
	return fflush(stdout);
}

/* A peer reads, and waits for our answer. */
static int on_read(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *path = sd_bus_message_get_path(m), *client;
	uint32_t id;

	(void)userdata, (void)error;
	check(sd_bus_message_read(m, "usq", &id, &client, NULL), NULL);
	if (strcmp(path, first) == 0)
		free(call(path, CHARACTERISTIC, "RespondRead", "uv", id, "u", ++first_reads));
	else
		free(call(path, CHARACTERISTIC, "RespondRead", "uv", id, "q", 0x1234 + ++second_reads));
	return 0;
}

static int on_write(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const uint8_t *value;
	const char *client;
	size_t length;

	(void)userdata, (void)error;
	check(sd_bus_message_read(m, "s", &client), NULL);
	check(sd_bus_message_read_array(m, 'y', (const void **)&value, &length), NULL);
	printf("%s writes", client);
	for (size_t i = 0; i < length; i++)
		printf(" %02x", value[i]);
	putchar('\n');
	return fflush(stdout);
}

static void listen_for(const char *interface, const char *member, sd_bus_message_handler_t handler)
{
	check(sd_bus_match_signal(bus, NULL, NAME, NULL, interface, member, handler, NULL), NULL);
}

int main(void)
{
	char *session, *service;

	check(sd_bus_open_system(&bus), NULL);
	listen_for(SESSION, "ClientConnected", on_client);
	listen_for(SESSION, "ClientDisconnected", on_client);
	listen_for(CHARACTERISTIC, "ReadRequest", on_read);
	listen_for(CHARACTERISTIC, "WriteRequest", on_write);

	session = call("/com/example/Bluetooth", NAME ".Manager1", "OpenSession", "ua{sv}", 0, 0);
	service = call(session, SESSION, "Service", "va{sv}", "s", "1234567890123456", 0);
	first = call(service, SERVICE, "Characteristic", "va{sv}", "s", "ab34567890123456", 2, "value", "y", 5,
		     "read_timeout", "u", 2000);
	free(service);
	service = call(session, SESSION, "Service", "va{sv}", "q", 1234, 0);
	second = call(service, SERVICE, "Characteristic", "va{sv}", "q", 4567, 2, "value", "q", 0x1234, "read_timeout", "u",
		      2000);
	free(call(first, CHARACTERISTIC, "Callback", "u", CHAR_READ_EVENT | CHAR_WRITE_EVENT));
	free(call(second, CHARACTERISTIC, "Callback", "u", CHAR_READ_EVENT));

	free(call(session, SESSION, "Callback", "u", CLIENT_CONNECTED | CLIENT_DISCONNECTED));
	free(call(session, SESSION, "SetAdvertisement", "a{sv}", 2, "name", "s", "LoPy", "service_uuid", "s",
		  "1234567890123456"));
	free(call(session, SESSION, "Advertise", "b", 1));
	printf("advertising as LoPy\n");
	fflush(stdout);
	for (;;) {
		while (check(sd_bus_process(bus, NULL), NULL) > 0)
			;
		check(sd_bus_wait(bus, UINT64_MAX), NULL);
	}
}
