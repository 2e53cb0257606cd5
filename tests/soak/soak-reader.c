/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that reads a storm from the daemon's socket and counts: soak-reader FILE INDEX SLEEP. FILE is a SoakShared, INDEX
 * its place there. SLEEP: seconds that it sleeps between two looks, 0 for one that always reads. Ends when it is killed, or
 * the daemon goes. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <bluebroker-stream.h>

#include "soak.h"

#define NAME "com.example.Bluetooth"
#define SESSION NAME ".Session1"
#define FIFO 16384	/* reports: some seconds in which it gets no turn */
#define AGAIN_US 100000

/* Begins to scan; -1: not now. */
static int open_stream(sd_bus *bus)
{
	sd_bus_message *opened = NULL, *acquired = NULL;
	const char *session;
	int fd, r;

	r = sd_bus_call_method(bus, NAME, "/com/example/Bluetooth", NAME ".Manager1", "OpenSession", NULL, &opened, "ua{sv}", 0,
			       1, "fifo", "u", FIFO);
	if (r < 0)
		return -1;
	r = sd_bus_message_read(opened, "o", &session);
	if (r >= 0)
		r = sd_bus_call_method(bus, NAME, session, SESSION, "AcquireAdvertisements", NULL, &acquired, "a{sv}", 0);
	if (r >= 0)
		r = sd_bus_message_read(acquired, "hu", &fd, NULL);
	if (r >= 0)
		r = sd_bus_call_method(bus, NAME, session, SESSION, "StartScan", NULL, NULL, "i", -1);
	if (r >= 0)
		fd = dup(fd);	/* the message owns it */
	else
		(void)sd_bus_call_method(bus, NAME, session, SESSION, "Close", NULL, NULL, NULL);
	sd_bus_message_unref(acquired);
	sd_bus_message_unref(opened);
	return r < 0 ? -1 : fd;
}

static void count(SoakReader *reader, const bb_stream_report *report)
{
	uint64_t number = 0;

	/* another program may advertise, too */
	if (report->length < 8 || report->address[0] != 0xc0)
		return;
	for (int i = 1; i <= 4; i++)
		number = number << 8 | report->data[report->length - i];
	if (reader->received == 0)
		reader->first = number;
	else if (number < reader->next)
		reader->disordered++;
	else
		reader->missed += number - reader->next;
	reader->next = number + 1;
	reader->received++;
}

/* False: nothing is there now, or ever. */
static bool take(SoakReader *reader, int fd, int flags)
{
	static uint8_t bytes[BB_STREAM_DATAGRAM_MAX];
	const ssize_t length = recv(fd, bytes, sizeof(bytes), flags);
	bb_stream_report report;
	bb_stream_iter iter;

	if (length <= 0)
		return false;
	if (bb_stream_open(bytes, (size_t)length, &iter) < 0) {
		fputs("soak-reader: that is no datagram\n", stderr);
		exit(1);
	}
	while (bb_stream_next(&iter, &report) > 0)
		count(reader, &report);
	reader->lost = iter.lost;
	return true;
}

int main(int argc, char *argv[])
{
	SoakShared *shared = MAP_FAILED;
	SoakReader *reader;
	int file, fd, asleep;
	sd_bus *bus;

	if (argc != 4)
		return 2;
	file = open(argv[1], O_RDWR | O_CLOEXEC);
	if (file >= 0)
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (shared == MAP_FAILED || sd_bus_open_system(&bus) < 0) {
		perror("soak-reader");
		return 1;
	}
	reader = &shared->readers[atoi(argv[2])];
	asleep = atoi(argv[3]);
	/* bluetoothd may just be away */
	while ((fd = open_stream(bus)) < 0)
		(void)usleep(AGAIN_US);
	reader->ready = true;

	for (;;) {
		for (int i = 0; i < asleep && !__atomic_load_n(&shared->is_over, __ATOMIC_RELAXED); i++)
			sleep(1);
		if (asleep == 0 && !take(reader, fd, 0))
			break;
		while (asleep > 0 && take(reader, fd, MSG_DONTWAIT))
			;
		/* the rest comes as fast as it is read */
		if (asleep > 0 && shared->is_over)
			(void)usleep(AGAIN_US);
	}
	fputs("soak-reader: the daemon has closed the socket\n", stderr);
	return 1;
}
