/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scans for ten seconds in a session of its own and prints what it hears: address, dBm, bytes.
 * cc scan.c -o scan $(pkg-config --cflags --libs libsystemd) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define NAME "com.example.Bluetooth"
#define SESSION "com.example.Bluetooth.Session1"

static int check(int r, const sd_bus_error *error)
{
	if (r < 0) {
		fprintf(stderr, "scan: %s\n", error->message ? error->message : strerror(-r));
		exit(1);
	}
	return r;
}

int main(void)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *opened, *answer;
	sd_bus *bus;
	const char *session, *address;
	const unsigned char *data;
	int scanning = 1;
	int16_t rssi;
	size_t length;

	check(sd_bus_open_system(&bus), &e);
	check(sd_bus_call_method(bus, NAME, "/com/example/Bluetooth", "com.example.Bluetooth.Manager1", "OpenSession",
				 &e, &opened, "ua{sv}", 0, 1, "fifo", "u", 1024), &e);
	check(sd_bus_message_read(opened, "o", &session), &e);
	check(sd_bus_call_method(bus, NAME, session, SESSION, "StartScan", &e, NULL, "i", 10), &e);

	for (; scanning; usleep(200 * 1000)) {
		check(sd_bus_call_method(bus, NAME, session, SESSION, "IsScanning", &e, &answer, ""), &e);
		check(sd_bus_message_read(answer, "b", &scanning), &e);
		sd_bus_message_unref(answer);

		check(sd_bus_call_method(bus, NAME, session, SESSION, "GetAdvertisements", &e, &answer, ""), &e);
		check(sd_bus_message_enter_container(answer, 'a', "(syynay)"), &e);
		while (check(sd_bus_message_enter_container(answer, 'r', "syynay"), &e) > 0) {
			check(sd_bus_message_read(answer, "syyn", &address, NULL, NULL, &rssi), &e);
			check(sd_bus_message_read_array(answer, 'y', (const void **)&data, &length), &e);
			printf("%s %4d ", address, rssi);
			for (size_t i = 0; i < length; i++)
				printf("%02x", data[i]);
			putchar('\n');
			check(sd_bus_message_exit_container(answer), &e);
		}
		sd_bus_message_unref(answer);
	}
	sd_bus_message_unref(opened);
	sd_bus_flush_close_unref(bus);
	return 0;
}
