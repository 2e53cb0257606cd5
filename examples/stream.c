/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scans in a session of its own and prints what comes over its socket, until the daemon ends or it is interrupted: sequence,
 * address, dBm, bytes; and what was lost.
 * cc stream.c -o stream $(pkg-config --cflags --libs libsystemd) */
#include <bluebroker-stream.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>

#define NAME "com.example.Bluetooth"
#define SESSION "com.example.Bluetooth.Session1"

static void check(int r, const sd_bus_error *error)
{
	if (r < 0) {
		fprintf(stderr, "stream: %s\n", error->message ? error->message : strerror(-r));
		exit(1);
	}
}

static void print_report(const bb_stream_report *report)
{
	printf("%" PRIu64 " ", report->sequence);
	for (int i = 0; i < 6; i++)
		printf("%02X%s", report->address[i], i < 5 ? ":" : "");
	printf(" %4d ", report->rssi);
	for (int i = 0; i < report->length; i++)
		printf("%02x", report->data[i]);
	putchar('\n');
}

int main(void)
{
	static unsigned char datagram[BB_STREAM_DATAGRAM_MAX];
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *opened, *acquired;
	bb_stream_report report;
	bb_stream_iter iter;
	const char *session;
	uint64_t lost = 0;
	ssize_t length;
	sd_bus *bus;
	int fd;

	check(sd_bus_open_system(&bus), &e);
	check(sd_bus_call_method(bus, NAME, "/com/example/Bluetooth", "com.example.Bluetooth.Manager1", "OpenSession",
				 &e, &opened, "ua{sv}", 0, 1, "fifo", "u", 1024), &e);
	check(sd_bus_message_read(opened, "o", &session), &e);
	check(sd_bus_call_method(bus, NAME, session, SESSION, "AcquireAdvertisements", &e, &acquired, "a{sv}", 0), &e);
	check(sd_bus_message_read(acquired, "hu", &fd, NULL), &e);	/* the message owns fd */
	check(sd_bus_call_method(bus, NAME, session, SESSION, "StartScan", &e, NULL, "i", -1), &e);

	while ((length = recv(fd, datagram, sizeof(datagram), 0)) > 0 &&
	       bb_stream_open(datagram, (size_t)length, &iter) == 0) {
		while (bb_stream_next(&iter, &report) > 0)
			print_report(&report);
		if (iter.lost > lost)
			printf("%" PRIu64 " lost\n", iter.lost - lost);
		lost = iter.lost;
		fflush(stdout);
	}
	sd_bus_message_unref(acquired);
	sd_bus_message_unref(opened);
	sd_bus_flush_close_unref(bus);
	return 0;
}
