/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a read takes on the daemon's socket, and on the system bus: one program, one peripheral. */
#include "face-reads.h"

#include <stdio.h>
#include <systemd/sd-bus.h>

#include "links-bed.h"

#define ADAPTER "org.bluez.Adapter1"
#define BREATH_US 1000 /* between two reads, that what the first has set off is over */
#define GOAL 1.15 /* of what it takes on the bus */

typedef enum Where {
	ON_FACE,
	ON_BUS,
	_WHERE_MAX,
} Where;

static const char *const where_names[_WHERE_MAX] = { [ON_FACE] = "on the socket", [ON_BUS] = "on the bus" };

typedef struct Length {
	const char *handle;
	unsigned int length;
	char *path;
	GArray *times[_WHERE_MAX]; /* of double: milliseconds */
} Length;

static sd_bus *connect_to(const char *address)
{
	sd_bus *bus = NULL;
	int r;

	r = sd_bus_new(&bus);
	if (r >= 0)
		r = sd_bus_set_address(bus, address);
	if (r >= 0)
		r = sd_bus_set_bus_client(bus, 1);
	if (r >= 0)
		r = sd_bus_start(bus);
	ck_assert_msg(r >= 0, "%s: %s", address, g_strerror(-r));
	return bus;
}

/* The program on the socket has to hold the link, too. */
static void connect_device(sd_bus *bus)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call_method(bus, "org.bluez", BLUEZ_ADAPTER, ADAPTER, "ConnectDevice", &error, NULL,
				   "a{sv}", 2, "Address", "s", LINKS_ADDRESS, "AddressType", "s", "random");

	ck_assert_msg(r >= 0, "ConnectDevice: %s", error.message);
	sd_bus_error_free(&error);
}

static void time_read(Length *length, Where where, sd_bus *bus)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int64_t start = g_get_monotonic_time();
	const void *value;
	size_t got = 0;
	double ms;
	int r;

	r = sd_bus_call_method(bus, "org.bluez", length->path, "org.bluez.GattCharacteristic1", "ReadValue",
			       &error, &reply, "a{sv}", 0);
	ms = (double)(g_get_monotonic_time() - start) / 1000;
	ck_assert_msg(r >= 0 && sd_bus_message_read_array(reply, 'y', &value, &got) >= 0, "ReadValue: %s",
		      error.message ? error.message : g_strerror(-r));
	ck_assert_uint_eq(got, length->length);
	g_array_append_val(length->times[where], ms);
	sd_bus_message_unref(reply);
	g_usleep(BREATH_US);
}

static void tell(Figures *figures, const char *group, const Length *length)
{
	static const unsigned int points[] = { 50, 99 };

	figures_add(figures, group, "", 0, length->times[ON_FACE]->len, "%u bytes: reads each",
		    length->length);
	for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
		double ms[_WHERE_MAX];

		for (Where where = 0; where < _WHERE_MAX; where++) {
			ms[where] = bench_percentile(length->times[where], points[i]);
			figures_add(figures, group, "ms", 3, ms[where], "%u bytes, p%u: %s", length->length,
				    points[i], where_names[where]);
		}
		figures_add_goal(figures, group, "", 2, ms[ON_FACE] / ms[ON_BUS], GOAL,
				 "%u bytes, p%u: on the socket : on the bus", length->length, points[i]);
	}
}

static void measure(Bed *bed, sd_bus *const buses[static _WHERE_MAX], unsigned int air_ms)
{
	Length lengths[] = { { LINKS_SMALL, LINKS_SMALL_LENGTH, NULL, { 0 } },
			     { LINKS_LONG, LINKS_LONG_LENGTH, NULL, { 0 } } };
	g_autofree char *name = g_strdup_printf("a read, the peripheral answers after %u ms", air_ms);
	const int64_t end = g_get_monotonic_time() + (int64_t)bed->seconds * G_USEC_PER_SEC;

	bed_set_latency(bed, air_ms);
	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		lengths[i].path = bed_path(bed, WAY_BLUEZ, lengths[i].handle);
		for (Where where = 0; where < _WHERE_MAX; where++)
			lengths[i].times[where] = g_array_new(FALSE, FALSE, sizeof(double));
	}
	for (unsigned int turn = 0; g_get_monotonic_time() < end; turn++)
		for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++)
			for (Where where = 0; where < _WHERE_MAX; where++) /* now this first, now that */
				time_read(&lengths[i], where ^ (turn & 1), buses[where ^ (turn & 1)]);
	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		tell(bed->figures, g_intern_string(name), &lengths[i]);
		for (Where where = 0; where < _WHERE_MAX; where++)
			g_array_unref(lengths[i].times[where]);
		g_free(lengths[i].path);
	}
}

void face_measure_reads(unsigned int seconds)
{
	static const unsigned int air_ms[] = { 0, 10 };
	Bed *bed = bed_new(seconds);
	sd_bus *buses[_WHERE_MAX] = { connect_to(world_face(bed->world)),
				      connect_to(world_address(bed->world)) };

	connect_device(buses[ON_FACE]);
	for (size_t i = 0; i < G_N_ELEMENTS(air_ms); i++)
		measure(bed, buses, air_ms[i]);
	figures_print_table(bed->figures, stdout);
	for (Where where = 0; where < _WHERE_MAX; where++)
		sd_bus_flush_close_unref(buses[where]);
	bed_free(bed);
}
