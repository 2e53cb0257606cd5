/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bed.h"

#include "bed-edges.h"
#include "reports.h"

void bed_init(Bed *bed)
{
	*bed = (Bed){
		.now = 1000 * USEC_PER_SEC,
		.batches_pass = true,
		.log = g_string_new(NULL),
		.rows = g_string_new(NULL),
		.running = g_ptr_array_new(),
		.adverts = g_ptr_array_new(),
		.services = g_ptr_array_new(),
	};
	config_init(&bed->config);
	bed_radio_edge(&bed->radio_ops);
	bed_face_edge(&bed->face_ops);
	bed->face = (Face){ .ops = &bed->face_ops, .userdata = bed };
	bed->broker = broker_new(&bed->config);
	broker_set_radio_side(bed->broker, &bed->radio_ops, bed);
	broker_add_face(bed->broker, &bed->face);
}

void bed_init_radio(Bed *bed)
{
	bed_init(bed);
	bed->radio = bed_radio(bed, 1, 0, true);
	bed->a = bed_session(bed, bed->radio, 1, ":1.1");
	bed->b = bed_session(bed, bed->radio, 1, ":1.2");
	bed->c = bed_session(bed, bed->radio, 2, ":1.3");
	bed_forget(bed);
}

void bed_end(Bed *bed)
{
	broker_free(bed->broker);
	ck_assert_uint_eq(bed->running->len, 0);
	ck_assert_uint_eq(bed->adverts->len, 0);
	ck_assert_uint_eq(bed->services->len, 0);
	ck_assert_uint_eq(bed->shown, 0);
	g_ptr_array_free(bed->running, TRUE);
	g_ptr_array_free(bed->adverts, TRUE);
	g_ptr_array_free(bed->services, TRUE);
	g_string_free(bed->log, TRUE);
	g_string_free(bed->rows, TRUE);
}

void bed_say(Bed *bed, const char *format, ...)
{
	va_list args;

	if (bed->log->len > 0)
		g_string_append_c(bed->log, ' ');
	va_start(args, format);
	g_string_append_vprintf(bed->log, format, args);
	va_end(args);
}

void bed_expect(Bed *bed, const char *log)
{
	bed_settle(bed);
	ck_assert_str_eq(bed->log->str, log);
	bed_forget(bed);
}

void bed_expect_rows(Bed *bed, const char *rows)
{
	ck_assert_str_eq(bed->rows->str, rows);
	g_string_truncate(bed->rows, 0);
}

void bed_forget(Bed *bed)
{
	g_string_truncate(bed->log, 0);
	g_string_truncate(bed->rows, 0);
}

void bed_tick(Bed *bed)
{
	agenda_run(&bed->broker->agenda, bed->now);
}

uint64_t bed_next(const Bed *bed)
{
	return agenda_next(&bed->broker->agenda);
}

void bed_settle(Bed *bed)
{
	unsigned runs = 0;

	/* called from a callback of core: the agenda is being run already */
	if (bed->broker->agenda.running)
		return;
	/* more runs at one moment mean that core would keep the processor busy */
	for (; bed_next(bed) <= bed->now; runs++) {
		must(runs < 100);
		bed_tick(bed);
	}
}

void bed_pass(Bed *bed, uint64_t microseconds)
{
	const uint64_t end = bed->now + microseconds;

	while (bed_next(bed) <= end) {
		bed->now = MAX(bed->now, bed_next(bed));
		bed_settle(bed);
	}
	bed->now = end;
}

Radio *bed_radio(Bed *bed, uint8_t last, unsigned index, bool powered)
{
	const Addr addr = { .bytes = { 0, 0xaa, 1, 0, 0, last } };
	RadioState state = { .name = "radio", .powered = powered, .instances = 5, .instances_free = 5 };
	Radio *radio = NULL;

	bed->broker->bluez_up = true;
	radio = radios_appeared(bed->broker, &addr, index, &state, bed->now);
	bed_settle(bed);
	return radio;
}

void bed_power(Bed *bed, Radio *radio, bool on)
{
	RadioState state = radio->bluez;

	state.powered = on;
	radios_update(radio, &state, bed->now);
	bed_settle(bed);
}

Session *bed_session(Bed *bed, Radio *radio, uid_t uid, const char *owner)
{
	const InitOptions options = { 0 };
	Reason reason = { "" };
	Session *session = NULL;

	ck_assert_int_eq(sessions_open(radio, &bed->face, uid, owner, &options, bed->now, &session, &reason), 0);
	bed_settle(bed);
	return session;
}

int bed_start(Bed *bed, Session *session, int seconds)
{
	Reason reason = { "" };
	int r = sessions_start_scan(session, seconds, bed->now, &reason);

	bed_settle(bed);
	return r;
}

void bed_report(Bed *bed, Radio *radio, const ReportInfo *info)
{
	Report *report = report_make(info);

	radios_report(radio, report, bed->now);
	report_unref(report);
	bed_settle(bed);
}

void bed_hear(Bed *bed, Radio *radio, uint16_t number)
{
	ReportInfo info = report_info(number, "\x02\x01\x06", 3);

	bed_report(bed, radio, &info);
}
