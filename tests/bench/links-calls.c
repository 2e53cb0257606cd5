/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes. */
#include "links-calls.h"

#include <string.h>

#define PROGRAMS 16
#define TURN_MS 500
#define BREATH_US 1000 /* between two reads, that what the first has set off is over */
#define RETRY_MS 10 /* until a program whose call has failed tries again */

static GVariant *call_params(Way way, bool write)
{
	static const uint8_t bytes[LINKS_SMALL_LENGTH];
	GVariant *value;

	if (!write)
		return g_variant_new("(a{sv})", NULL);
	value = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, sizeof(bytes), 1);
	return way == WAY_BROKER ? g_variant_new("(va{sv})", value, NULL) :
				   g_variant_new("(@aya{sv})", value, NULL);
}

static const char *call_method(Way way, bool write)
{
	if (way == WAY_BROKER)
		return write ? "Write" : "Read";
	return write ? "WriteValue" : "ReadValue";
}

/* --- latency --- */

typedef struct Length {
	const char *handle;
	unsigned int length;
	char *paths[_WAY_MAX];
	GArray *times[_WAY_MAX]; /* of double: milliseconds */
} Length;

static void time_read(Length *length, Way way, Client *program)
{
	int64_t start = g_get_monotonic_time();
	g_autoptr(GVariant) reply =
		client_expect(program, length->paths[way], bed_iface(way), call_method(way, false),
			      call_params(way, false), "(ay)");
	double ms = (double)(g_get_monotonic_time() - start) / 1000;
	g_autoptr(GVariant) value = g_variant_get_child_value(reply, 0);

	ck_assert_uint_eq(g_variant_get_size(value), length->length);
	g_array_append_val(length->times[way], ms);
	g_usleep(BREATH_US);
}

static void add_latency(Bed *bed, const char *group, Length *length)
{
	static const unsigned int points[] = { 50, 99 };

	figures_add(bed->figures, group, "", 0, length->times[WAY_BROKER]->len, "%u bytes: reads each way",
		    length->length);
	for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
		double ms[_WAY_MAX];

		for (Way way = 0; way < _WAY_MAX; way++) {
			ms[way] = bench_percentile(length->times[way], points[i]);
			figures_add(bed->figures, group, "ms", 3, ms[way], "%u bytes, p%u: %s",
				    length->length, points[i], way_names[way]);
		}
		figures_add(bed->figures, group, "", 2, ms[WAY_BROKER] / ms[WAY_BLUEZ],
			    "%u bytes, p%u: bluebrokerd : straight", length->length, points[i]);
	}
}

void links_measure_latency(Bed *bed, unsigned int air_ms)
{
	Length lengths[] = { { LINKS_SMALL, LINKS_SMALL_LENGTH, { 0 }, { 0 } },
			     { LINKS_LONG, LINKS_LONG_LENGTH, { 0 }, { 0 } } };
	g_autofree char *name =
		g_strdup_printf("a read, the peripheral answers after %u ms", air_ms);
	const char *group = g_intern_string(name);
	Client *programs[_WAY_MAX];
	int64_t end;

	for (Way way = 0; way < _WAY_MAX; way++) {
		programs[way] = bed_add_program(bed, way);
		for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
			lengths[i].paths[way] = bed_path(bed, way, lengths[i].handle);
			lengths[i].times[way] = g_array_new(FALSE, FALSE, sizeof(double));
		}
	}

	bed_set_latency(bed, air_ms);
	end = g_get_monotonic_time() + (int64_t)bed->seconds * 2 * G_USEC_PER_SEC;
	for (unsigned int turn = 0; g_get_monotonic_time() < end; turn++) {
		/* now this way first, now that one */
		Way first = turn % 2 == 0 ? WAY_BROKER : WAY_BLUEZ;

		for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++)
			for (Way way = 0; way < _WAY_MAX; way++)
				time_read(&lengths[i], way ^ first, programs[way ^ first]);
	}

	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++)
		add_latency(bed, group, &lengths[i]);
	for (Way way = 0; way < _WAY_MAX; way++) {
		client_free(programs[way]);
		for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
			g_free(lengths[i].paths[way]);
			g_array_unref(lengths[i].times[way]);
		}
	}
}

/* --- crowds --- */

typedef struct Crowd {
	Bed *bed;
	Way way;
	bool writes, running;
	char *path;
	Client *programs[PROGRAMS];
	unsigned int busy; /* programs that wait for an answer, or to try again */
	unsigned int done, failed, in_progress, on_air;
	double seconds, cpu[_PROCESS_MAX];
} Crowd;

typedef struct Turn {
	Crowd *crowd;
	Client *program;
} Turn;

static void turn_begin(Turn *turn);

static int on_retry(void *turn)
{
	turn_begin(turn);
	return G_SOURCE_REMOVE;
}

static void on_answer(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	Turn *turn = data;

	if (reply) {
		turn->crowd->done++;
		turn_begin(turn);
		return;
	}
	turn->crowd->failed++;
	if (strstr(error->message, "InProgress"))
		turn->crowd->in_progress++;
	else
		fprintf(stderr, "%s: %s\n", way_names[turn->crowd->way], error->message);
	g_timeout_add(RETRY_MS, on_retry, turn);
}

static void turn_begin(Turn *turn)
{
	Crowd *crowd = turn->crowd;

	if (!crowd->running) {
		crowd->busy--;
		g_free(turn);
		return;
	}
	g_dbus_connection_call(client_connection(turn->program),
			       crowd->way == WAY_BROKER ? WORLD_NAME : "org.bluez", crowd->path,
			       bed_iface(crowd->way), call_method(crowd->way, crowd->writes),
			       call_params(crowd->way, crowd->writes), NULL,
			       G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_answer, turn);
}

static void crowd_run(Crowd *crowd)
{
	const char *what = crowd->writes ? "writes" : "reads";
	double before[_PROCESS_MAX], after[_PROCESS_MAX];
	unsigned int on_air = bed_count(crowd->bed, LINKS_SMALL, what);
	int64_t start = g_get_monotonic_time();

	bed_get_cpu(crowd->bed, before);
	crowd->running = true;
	crowd->busy = PROGRAMS;
	for (unsigned int i = 0; i < PROGRAMS; i++) {
		Turn *turn = g_new(Turn, 1);

		*turn = (Turn){ crowd, crowd->programs[i] };
		turn_begin(turn);
	}
	wait_ms(TURN_MS);
	crowd->running = false;
	while (crowd->busy > 0)
		g_main_context_iteration(NULL, TRUE);

	crowd->seconds += (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
	bed_get_cpu(crowd->bed, after);
	for (int i = 0; i < _PROCESS_MAX; i++)
		crowd->cpu[i] += after[i] - before[i];
	crowd->on_air += bed_count(crowd->bed, LINKS_SMALL, what) - on_air;
}

static void crowd_tell(const Crowd *crowd, const char *group)
{
	Figures *figures = crowd->bed->figures;
	const char *way = way_names[crowd->way];

	figures_add(figures, group, "/s", 0, crowd->done / crowd->seconds, "%s: done", way);
	figures_add(figures, group, "/s", 0, crowd->on_air / crowd->seconds, "%s: requests on the air",
		    way);
	figures_add(figures, group, "", 2, (double)crowd->done / MAX(crowd->on_air, 1),
		    "%s: done a request on the air", way);
	figures_add(figures, group, "", 0, crowd->in_progress, "%s: failed with InProgress", way);
	figures_add(figures, group, "", 0, crowd->failed - crowd->in_progress, "%s: failed otherwise",
		    way);
	figures_add(figures, group, "%", 1, 100.0 * crowd->failed / MAX(crowd->done + crowd->failed, 1),
		    "%s: failed, of all calls", way);
	for (int i = 0; i < _PROCESS_MAX; i++)
		figures_add(figures, group, "us", 1, crowd->cpu[i] * 1e6 / MAX(crowd->done, 1),
			    "%s: CPU each: %s", way, process_names[i]);
}

void links_measure_crowd(Bed *bed, bool writes, unsigned int air_ms)
{
	g_autofree char *name = g_strdup_printf("%u programs %s 20 bytes at once, the peripheral "
						"answers after %u ms",
						PROGRAMS, writes ? "write" : "read", air_ms);
	const char *group = g_intern_string(name);
	Crowd crowds[_WAY_MAX] = { 0 };

	for (Way way = 0; way < _WAY_MAX; way++) {
		crowds[way].bed = bed;
		crowds[way].way = way;
		crowds[way].writes = writes;
		crowds[way].path = bed_path(bed, way, LINKS_SMALL);
		for (unsigned int i = 0; i < PROGRAMS; i++)
			crowds[way].programs[i] = bed_add_program(bed, way);
	}

	bed_set_latency(bed, air_ms);
	for (unsigned int ms = 0; ms < bed->seconds * 1000; ms += TURN_MS)
		for (Way way = 0; way < _WAY_MAX; way++)
			crowd_run(&crowds[way]);

	for (Way way = 0; way < _WAY_MAX; way++) {
		crowd_tell(&crowds[way], group);
		for (unsigned int i = 0; i < PROGRAMS; i++)
			client_free(crowds[way].programs[i]);
		g_free(crowds[way].path);
	}
	figures_add(bed->figures, group, "", 2,
		    crowds[WAY_BROKER].done / crowds[WAY_BROKER].seconds /
			    (crowds[WAY_BLUEZ].done / crowds[WAY_BLUEZ].seconds),
		    "done/s, bluebrokerd : straight");
}
