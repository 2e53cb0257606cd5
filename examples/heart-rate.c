/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The quick usage example of Pycom's page: scans for a device called "Heart Rate", connects to it, lists its services and
 * characteristics with the value of each that can be read, and disconnects.
 * cc heart-rate.c -o heart-rate $(pkg-config --cflags --libs libsystemd) */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define NAME "com.example.Bluetooth"
#define SESSION NAME ".Session1"
#define LINK NAME ".Connection1"
#define SERVICE NAME ".RemoteService1"
#define CHARACTERISTIC NAME ".RemoteCharacteristic1"
#define ADV_NAME_CMPL 0x09
#define PROP_READ 0x02

static sd_bus *bus;

static int check(int r, const sd_bus_error *error)
{
	if (r < 0) {
		fprintf(stderr, "heart-rate: %s\n", error && error->message ? error->message : strerror(-r));
		exit(1);
	}
	return r;
}

static sd_bus_message *call(const char *path, const char *interface, const char *member, const char *types, ...)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *answer;
	va_list arguments;

	va_start(arguments, types);
	check(sd_bus_call_methodv(bus, NAME, path, interface, member, &e, &answer, types, arguments), &e);
	va_end(arguments);
	return answer;
}

/* Whether the advertising data has this complete name. */
static int has_name(const char *session, const void *data, size_t length, const char *name)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *question, *answer;
	const char *text = "";

	check(sd_bus_message_new_method_call(bus, &question, NAME, session, SESSION, "ResolveAdvData"), NULL);
	check(sd_bus_message_append_array(question, 'y', data, length), NULL);
	check(sd_bus_message_append(question, "y", ADV_NAME_CMPL), NULL);
	check(sd_bus_call(bus, question, 0, &e, &answer), &e);
	check(sd_bus_message_enter_container(answer, 'a', "v"), NULL);
	if (check(sd_bus_message_at_end(answer, 0), NULL) == 0)
		check(sd_bus_message_read(answer, "v", "s", &text), NULL);
	return strcmp(text, name) == 0;
}

/* Waits until a device of that name is heard, and returns its address. */
static const char *find(const char *session, const char *name)
{
	const char *address;
	sd_bus_message *adv;
	const void *data;
	size_t length;

	for (;; usleep(50 * 1000)) {
		adv = call(session, SESSION, "GetAdv", "");
		check(sd_bus_message_enter_container(adv, 'a', "(syynay)"), NULL);
		if (check(sd_bus_message_enter_container(adv, 'r', "syynay"), NULL) > 0) {
			check(sd_bus_message_read(adv, "syyn", &address, NULL, NULL, NULL), NULL);
			check(sd_bus_message_read_array(adv, 'y', &data, &length), NULL);
			if (has_name(session, data, length, name))
				return address;
		}
		sd_bus_message_unref(adv);
	}
}

static void show(const char *path, const char *interface, const char *indent)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	char *uuid;

	check(sd_bus_get_property_string(bus, NAME, path, interface, "UUID", &e, &uuid), &e);
	printf("%s%s", indent, uuid);
	free(uuid);
}

static void show_characteristic(const char *path)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	const uint8_t *value;
	uint32_t properties;
	size_t length;

	show(path, CHARACTERISTIC, "  characteristic ");
	check(sd_bus_get_property_trivial(bus, NAME, path, CHARACTERISTIC, "Properties", &e, 'u', &properties), &e);
	if (properties & PROP_READ) {
		check(sd_bus_message_read_array(call(path, CHARACTERISTIC, "Read", "a{sv}", 0), 'y', (const void **)&value,
						&length), NULL);
		printf(" =");
		for (size_t i = 0; i < length; i++)
			printf(" %02x", value[i]);
	}
	putchar('\n');
}

int main(void)
{
	const char *session, *link, *path;
	sd_bus_message *services, *parts;

	check(sd_bus_open_system(&bus), NULL);
	check(sd_bus_message_read(call("/com/example/Bluetooth", NAME ".Manager1", "OpenSession", "ua{sv}", 0, 0), "o",
				  &session), NULL);
	call(session, SESSION, "StartScan", "i", -1);
	check(sd_bus_message_read(call(session, SESSION, "Connect", "sa{sv}", find(session, "Heart Rate"), 1, "timeout",
				       "u", 20000), "o", &link), NULL);
	call(session, SESSION, "StopScan", "");

	services = call(link, LINK, "Services", "");
	check(sd_bus_message_enter_container(services, 'a', "o"), NULL);
	while (check(sd_bus_message_read(services, "o", &path), NULL) > 0) {
		show(path, SERVICE, "service ");
		putchar('\n');
		parts = call(path, SERVICE, "Characteristics", "");
		check(sd_bus_message_enter_container(parts, 'a', "o"), NULL);
		while (check(sd_bus_message_read(parts, "o", &path), NULL) > 0)
			show_characteristic(path);
	}
	call(link, LINK, "Disconnect", "");
	sd_bus_flush_close_unref(bus);
	return 0;
}
