/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations on attributes on the connection to bluetoothd, of which the test has the other end. */
#include "bluez/gatt-call.h"

#include <errno.h>
#include <string.h>

#include "bed-attrs.h"
#include "bluez/call-queue.h"
#include "side.h"

/* As many calls as may wait do. */
static void fill_line(Side *side)
{
	BluezCall *call;
	int r;

	do
		r = bluez_call(&side->bluez, "/", "org.example.Other", "Other", &call, NULL, NULL, NULL);
	while (r == 0);
	ck_assert_int_eq(r, -EBUSY);
}

static bool is_other(sd_bus_message *m)
{
	const char *member = sd_bus_message_get_member(m);

	/* whether bluetoothd answers at all is asked on a slow machine */
	return strcmp(member, "Other") == 0 || strcmp(member, "Ping") == 0;
}

/* Answers all that is asked until it is of an attribute; runs the loop until then. */
static sd_bus_message *first_but_others(Side *side)
{
	for (;;) {
		sd_bus_message *m;

		wire_run(&side->wire);
		m = g_queue_pop_head(&side->wire.asked);
		if (!m) {
			ck_assert_int_ge(sd_event_run(side->bluez.event, UINT64_MAX), 0);
			continue;
		}
		if (!is_other(m))
			return m;
		ck_assert_int_ge(sd_bus_reply_method_return(m, NULL), 0);
		sd_bus_message_unref(m);
	}
}

/* The operation that core has just begun, begun in a full line. */
static void start_busy(Side *side)
{
	AttrOp *op = g_ptr_array_steal_index(side->bed.running, 0);

	fill_line(side);
	gatt_call_start(&side->bluez, op);
}

START_TEST(test_read_when_busy)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *asked = NULL;
	Asker asker = { 0 };
	Side side;

	side_init(&side, bed_init_link);
	ck_assert_int_eq(bed_read(side.bed.attr, 0, &asker), 0);
	start_busy(&side);
	asked = first_but_others(&side);
	ck_assert_str_eq(sd_bus_message_get_member(asked), "ReadValue");
	ck_assert_uint_eq(asker.called, 0);
	ck_assert_int_ge(sd_bus_reply_method_return(asked, "ay", 1, 'x'), 0);
	wire_run(&side.wire);
	bed_settle(&side.bed);
	ck_assert_uint_eq(asker.called, 1);
	ck_assert_int_eq(asker.error, 0);
	ck_assert_str_eq(asker.value, "x");
	bed_forget(&side.bed);
	side_end(&side);
}
END_TEST

/* Nobody waits for that, but bluetoothd has to be told. */
START_TEST(test_switch_when_busy)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *asked = NULL;
	Side side;

	side_init(&side, bed_init_link);
	bed_notify(&side.bed);
	listener_unsubscribe(side.bed.attr, side.bed.a);
	bed_settle(&side.bed);
	start_busy(&side);
	asked = first_but_others(&side);
	ck_assert_str_eq(sd_bus_message_get_member(asked), "StopNotify");
	ck_assert_int_ge(sd_bus_reply_method_return(asked, NULL), 0);
	wire_run(&side.wire);
	ck_assert(!side.bed.attr->upstream);
	bed_forget(&side.bed);
	side_end(&side);
}
END_TEST

/* Who asked has left meanwhile: it is not sent. */
START_TEST(test_left_when_busy)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *asked = NULL;
	Asker left = { 0 }, next = { 0 };
	Side side;

	side_init(&side, bed_init_link);
	ck_assert_int_eq(bed_write(side.bed.attr, side.bed.a, OP_WRITE_REQUEST, "1", &left), 0);
	start_busy(&side);
	ck_assert_int_eq(bed_read(side.bed.attr, 0, &next), 0);
	wait_cancel(&left.wait.wait);
	while (side.bed.running->len == 0) {
		ck_assert_int_ge(sd_event_run(side.bluez.event, UINT64_MAX), 0);
		bed_settle(&side.bed);
	}
	bed_answer(&side.bed, 0, 0, "x");
	ck_assert_str_eq(next.value, "x");
	ck_assert_uint_eq(left.called, 0);
	bed_forget(&side.bed);
	side_end(&side);
}
END_TEST

UNIT_MAIN("bluez-gatt", test_read_when_busy, test_switch_when_busy, test_left_when_busy)
