/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the HCI monitor is tried again, and when it is not: with a monitor that the tests give and take
 * away. */
#include "bed.h"
#include "source.h"

/* What the kernel says, and what was asked of it. */
static int answer;
static unsigned tries, closed;
static size_t listened;
static const MonitorOps *monitor_ops;
static void *monitor_userdata;
static char one_monitor;

int monitor_new(Monitor **ret, sd_event *event UNUSED, int64_t priority UNUSED, const MonitorOps *ops,
		void *userdata)
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
typedef struct Rig {
	Bed bed;	/* first: the edges are called with it */
	sd_event *event;
	Source source;
	Face face;
	Radio *radio;
	Session *session;
} Rig;

static void rig_changed(void *userdata, Radio *radio UNUSED, unsigned changes)
{
	if (changes & RADIO_DESIRED_SCAN)
		source_listen(&((Rig *)userdata)->source);
}

static void rig_added(void *userdata, Radio *radio UNUSED)
{
	source_radio_added(&((Rig *)userdata)->source);
}

static void rig_removed(void *userdata, const Radio *radio UNUSED, unsigned index UNUSED)
{
	source_listen(&((Rig *)userdata)->source);
}

static int rig_open(Rig *rig, ConfigSource source, int first_answer)
{
	static const FaceOps ops = {
		.radio_added = rig_added,
		.radio_removed = rig_removed,
		.radio_changed = rig_changed,
	};

	*rig = (Rig){ 0 };
	bed_init(&rig->bed);
	rig->bed.config.source = source;
	rig->face = (Face){ .ops = &ops, .userdata = rig };
	broker_add_face(rig->bed.broker, &rig->face);
	tries = closed = 0;
	listened = 0;
	answer = first_answer;
	ck_assert_int_ge(sd_event_new(&rig->event), 0);
	return source_open(&rig->source, rig->event, 0, &rig->bed.config, rig->bed.broker);
}

static void rig_plug(Rig *rig)
{
	rig->radio = bed_radio(&rig->bed, 1, 0, true);
	rig->session = bed_session(&rig->bed, rig->radio, 1, ":1.1");
}

static void rig_close(Rig *rig)
{
	bed_end(&rig->bed);
	source_close(&rig->source);
	sd_event_unref(rig->event);
}

/* Is there a next try, and about when? It is made now. */
static void rig_retry(Rig *rig)
{
	uint64_t now = 0, due = 0;

	ck_assert_ptr_nonnull(rig->source.retry);
	ck_assert_int_ge(sd_event_now(rig->event, CLOCK_BOOTTIME, &now), 0);
	ck_assert_int_ge(sd_event_source_get_time(rig->source.retry, &due), 0);
	ck_assert_uint_le(due, now + SOURCE_RETRY);
	ck_assert_uint_gt(due + 1 * USEC_PER_SEC, now);
	ck_assert_int_ge(sd_event_source_set_time(rig->source.retry, 0), 0);
	ck_assert_int_gt(sd_event_run(rig->event, 10 * USEC_PER_SEC), 0);
}

static void expect_source(const Rig *rig, const char *source)
{
	ck_assert_str_eq(radio_source(rig->radio), source);
}

START_TEST(test_comes_with_time)
{
	Rig rig;

	ck_assert_int_eq(rig_open(&rig, SOURCE_AUTO, -EAFNOSUPPORT), 0);
	rig_plug(&rig);
	expect_source(&rig, "dbus");
	/* nobody scans, so nobody is worse off */
	ck_assert_ptr_null(rig.source.retry);
	ck_assert_int_eq(bed_start(&rig.bed, rig.session, -1), 0);
	tries = 0;
	rig_retry(&rig);
	rig_retry(&rig);
	ck_assert_uint_eq(tries, 2);
	expect_source(&rig, "dbus");

	answer = 0;
	rig_retry(&rig);
	ck_assert_uint_eq(tries, 3);
	expect_source(&rig, "hci-monitor");
	ck_assert_uint_eq(listened, 1);
	ck_assert_ptr_null(rig.source.retry);
	sessions_stop_scan(rig.session, "stopped");
	bed_settle(&rig.bed);
	ck_assert_uint_eq(listened, 0);
	rig_close(&rig);
	ck_assert_uint_eq(closed, 1);
}
END_TEST

START_TEST(test_comes_with_a_radio)
{
	Rig rig;

	ck_assert_int_eq(rig_open(&rig, SOURCE_AUTO, -EAFNOSUPPORT), 0);
	ck_assert_uint_eq(tries, 1);
	answer = 0;
	rig_plug(&rig);
	ck_assert_uint_eq(tries, 2);
	expect_source(&rig, "hci-monitor");
	/* it is there: another radio is no reason */
	bed_radio(&rig.bed, 2, 1, true);
	ck_assert_uint_eq(tries, 2);
	rig_close(&rig);
}
END_TEST

START_TEST(test_fails_and_comes_back)
{
	static const ConfigSource sources[] = { SOURCE_AUTO, SOURCE_HCI_MONITOR };
	Rig rig;

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		ck_assert_int_eq(rig_open(&rig, sources[i], 0), 0);
		rig_plug(&rig);
		ck_assert_int_eq(bed_start(&rig.bed, rig.session, -1), 0);
		expect_source(&rig, "hci-monitor");
		answer = -ENOBUFS;
		monitor_ops->failed(monitor_userdata, -EIO);
		ck_assert_uint_eq(closed, 1);
		expect_source(&rig, "dbus");
		rig_retry(&rig);
		expect_source(&rig, "dbus");
		answer = 0;
		rig_retry(&rig);
		expect_source(&rig, "hci-monitor");
		ck_assert_uint_eq(listened, 1);
		rig_close(&rig);
	}
}
END_TEST

START_TEST(test_waits_for_a_scan)
{
	Rig rig;

	ck_assert_int_eq(rig_open(&rig, SOURCE_AUTO, -EPERM), 0);
	rig_plug(&rig);
	ck_assert_int_eq(bed_start(&rig.bed, rig.session, -1), 0);
	ck_assert_ptr_nonnull(rig.source.retry);
	sessions_stop_scan(rig.session, "stopped");
	bed_settle(&rig.bed);
	ck_assert_ptr_null(rig.source.retry);
	rig_close(&rig);
}
END_TEST

START_TEST(test_obeys_the_configuration)
{
	Rig rig;

	ck_assert_int_eq(rig_open(&rig, SOURCE_HCI_MONITOR, -EPERM), -EPERM);
	rig_close(&rig);

	ck_assert_int_eq(rig_open(&rig, SOURCE_DBUS, 0), 0);
	rig_plug(&rig);
	ck_assert_int_eq(bed_start(&rig.bed, rig.session, -1), 0);
	ck_assert_uint_eq(tries, 0);
	ck_assert_ptr_null(rig.source.retry);
	expect_source(&rig, "dbus");
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("source", test_comes_with_time, test_comes_with_a_radio, test_fails_and_comes_back,
	  test_waits_for_a_scan, test_obeys_the_configuration)
