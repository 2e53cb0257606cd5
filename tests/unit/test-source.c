/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the HCI monitor is tried again, and when it is not: with a monitor that the tests give and take away. */
#include "brokers.h"
#include "source.h"

/* What the kernel says, and what was asked of it. */
static int answer;
static unsigned tries, closed;
static size_t listened;
static const MonitorOps *monitor_ops;
static void *monitor_userdata;
static char one_monitor;

int monitor_new(Monitor **ret, sd_event *event UNUSED, int64_t priority UNUSED, const MonitorOps *ops, void *userdata)
{
	tries++;
	if (answer < 0)
		return answer;
	monitor_ops = ops;
	monitor_userdata = userdata;
	*ret = (Monitor *)&one_monitor;
	return 0;
}

Monitor *monitor_free(Monitor *monitor)
{
	closed += monitor != NULL;
	return NULL;
}

int monitor_listen(Monitor *monitor UNUSED, const uint16_t *indices UNUSED, size_t n)
{
	listened = n;
	return 0;
}

/* A world whose radios' scans and comings the source hears of, as in the daemon. */
typedef struct Bed {
	World world;	/* first: the edges are called with it */
	sd_event *event;
	Source source;
	BrokerOps ops;
	Radio *radio;
	Session *session;
} Bed;

static void bed_scan(void *userdata, Radio *radio UNUSED, const ScanWish *wish UNUSED)
{
	source_listen(&((Bed *)userdata)->source);
}

static void bed_added(void *userdata, Radio *radio UNUSED)
{
	source_radio_added(&((Bed *)userdata)->source);
}

static void bed_removed(void *userdata, Radio *radio UNUSED)
{
	source_listen(&((Bed *)userdata)->source);
}

static int bed_open(Bed *bed, ConfigSource source, int first_answer)
{
	*bed = (Bed){ 0 };
	world_init(&bed->world);
	bed->world.config.source = source;
	bed->ops = *bed->world.broker->ops;
	bed->ops.radio_scan = bed_scan;
	bed->ops.radio_added = bed_added;
	bed->ops.radio_removed = bed_removed;
	bed->world.broker->ops = &bed->ops;
	tries = closed = 0;
	listened = 0;
	answer = first_answer;
	ck_assert_int_ge(sd_event_new(&bed->event), 0);
	return source_open(&bed->source, bed->event, 0, &bed->world.config, bed->world.broker);
}

static void bed_plug(Bed *bed)
{
	bed->radio = world_radio(&bed->world, 1, 0, true);
	bed->session = world_session(&bed->world, bed->radio, 1, ":1.1");
}

static void bed_close(Bed *bed)
{
	world_end(&bed->world);
	source_close(&bed->source);
	sd_event_unref(bed->event);
}

/* Is there a next try, and about when? It is made now. */
static void bed_retry(Bed *bed)
{
	uint64_t now = 0, due = 0;

	ck_assert_ptr_nonnull(bed->source.retry);
	ck_assert_int_ge(sd_event_now(bed->event, CLOCK_BOOTTIME, &now), 0);
	ck_assert_int_ge(sd_event_source_get_time(bed->source.retry, &due), 0);
	ck_assert_uint_le(due, now + SOURCE_RETRY);
	ck_assert_uint_gt(due + 1 * USEC_PER_SEC, now);
	ck_assert_int_ge(sd_event_source_set_time(bed->source.retry, 0), 0);
	ck_assert_int_gt(sd_event_run(bed->event, 10 * USEC_PER_SEC), 0);
}

static void expect_source(const Bed *bed, const char *source)
{
	ck_assert_str_eq(radio_source(bed->radio), source);
}

START_TEST(test_comes_with_time)
{
	Bed bed;

	ck_assert_int_eq(bed_open(&bed, SOURCE_AUTO, -EAFNOSUPPORT), 0);
	bed_plug(&bed);
	expect_source(&bed, "dbus");
	/* nobody scans, so nobody is worse off */
	ck_assert_ptr_null(bed.source.retry);
	ck_assert_int_eq(world_start(&bed.world, bed.session, -1), 0);
	tries = 0;
	bed_retry(&bed);
	bed_retry(&bed);
	ck_assert_uint_eq(tries, 2);
	expect_source(&bed, "dbus");

	answer = 0;
	bed_retry(&bed);
	ck_assert_uint_eq(tries, 3);
	expect_source(&bed, "hci-monitor");
	ck_assert_uint_eq(listened, 1);
	ck_assert_ptr_null(bed.source.retry);
	session_stop_scan(bed.session, "stopped");
	ck_assert_uint_eq(listened, 0);
	bed_close(&bed);
	ck_assert_uint_eq(closed, 1);
}
END_TEST

START_TEST(test_comes_with_a_radio)
{
	Bed bed;

	ck_assert_int_eq(bed_open(&bed, SOURCE_AUTO, -EAFNOSUPPORT), 0);
	ck_assert_uint_eq(tries, 1);
	answer = 0;
	bed_plug(&bed);
	ck_assert_uint_eq(tries, 2);
	expect_source(&bed, "hci-monitor");
	/* it is there: another radio is no reason */
	world_radio(&bed.world, 2, 1, true);
	ck_assert_uint_eq(tries, 2);
	bed_close(&bed);
}
END_TEST

START_TEST(test_fails_and_comes_back)
{
	static const ConfigSource sources[] = { SOURCE_AUTO, SOURCE_HCI_MONITOR };
	Bed bed;

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		ck_assert_int_eq(bed_open(&bed, sources[i], 0), 0);
		bed_plug(&bed);
		ck_assert_int_eq(world_start(&bed.world, bed.session, -1), 0);
		expect_source(&bed, "hci-monitor");
		answer = -ENOBUFS;
		monitor_ops->failed(monitor_userdata, -EIO);
		ck_assert_uint_eq(closed, 1);
		expect_source(&bed, "dbus");
		bed_retry(&bed);
		expect_source(&bed, "dbus");
		answer = 0;
		bed_retry(&bed);
		expect_source(&bed, "hci-monitor");
		ck_assert_uint_eq(listened, 1);
		bed_close(&bed);
	}
}
END_TEST

START_TEST(test_waits_for_a_scan)
{
	Bed bed;

	ck_assert_int_eq(bed_open(&bed, SOURCE_AUTO, -EPERM), 0);
	bed_plug(&bed);
	ck_assert_int_eq(world_start(&bed.world, bed.session, -1), 0);
	ck_assert_ptr_nonnull(bed.source.retry);
	session_stop_scan(bed.session, "stopped");
	ck_assert_ptr_null(bed.source.retry);
	bed_close(&bed);
}
END_TEST

START_TEST(test_obeys_the_configuration)
{
	Bed bed;

	ck_assert_int_eq(bed_open(&bed, SOURCE_HCI_MONITOR, -EPERM), -EPERM);
	bed_close(&bed);

	ck_assert_int_eq(bed_open(&bed, SOURCE_DBUS, 0), 0);
	bed_plug(&bed);
	ck_assert_int_eq(world_start(&bed.world, bed.session, -1), 0);
	ck_assert_uint_eq(tries, 0);
	ck_assert_ptr_null(bed.source.retry);
	expect_source(&bed, "dbus");
	bed_close(&bed);
}
END_TEST

UNIT_MAIN("source", test_comes_with_time, test_comes_with_a_radio, test_fails_and_comes_back, test_waits_for_a_scan,
	  test_obeys_the_configuration)
