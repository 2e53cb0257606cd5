/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done with an attribute, and in which order: reads, writes; and those who, being told, ask for more. */
#include <string.h>

#include "bed-attrs.h"

START_TEST(test_reads_share)
{
	static const struct {
		uint16_t offset;
		int error;
		const char *value;
	} cases[] = {
		{ 0, 0, "whole" }, { 0, 0, "whole" }, { 3, 0, "le" }, { 4, 0, "e" }, { 5, 0, "" },
		{ 6, E_ATT_ERROR, "" }, { 512, E_ATT_ERROR, "" },
	};
	Asker askers[ARRAY_SIZE(cases)] = { 0 }, after = { 0 };
	Bed bed;

	bed_init_link(&bed);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_int_eq(bed_read(bed.attr, cases[i].offset, &askers[i]), 0);
	bed_expect(&bed, "read(3)");
	bed_answer(&bed, 0, 0, "whole");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert_uint_eq(askers[i].called, 1);
		ck_assert_int_eq(askers[i].error, cases[i].error);
		ck_assert_str_eq(askers[i].text, cases[i].error ? ATT_PAST_THE_END : "");
		ck_assert_str_eq(askers[i].value, cases[i].value);
	}
	ck_assert_uint_eq(g_bytes_get_size(bed.attr->value), 5);
	ck_assert_int_eq(bed_read(bed.attr, 2, &after), 0);
	bed_answer(&bed, 0, E_ATT_ERROR, NULL);
	ck_assert_int_eq(after.error, E_ATT_ERROR);
	ck_assert_str_eq(after.text, "said the edge");
	ck_assert_uint_eq(g_bytes_get_size(bed.attr->value), 5);
	/* the whole of what it is now is known, whatever part was asked for */
	ck_assert_int_eq(bed_read(bed.attr, 2, &after), 0);
	bed_answer(&bed, 0, 0, "new");
	ck_assert_str_eq(after.value, "w");
	ck_assert_uint_eq(g_bytes_get_size(bed.attr->value), 3);
	bed_expect(&bed, "read(3) read(3)");
	bed_end(&bed);
}
END_TEST

START_TEST(test_order)
{
	Asker before = { 0 }, one = { 0 }, two = { 0 }, after = { 0 }, other = { 0 };
	Attr *attr;
	Bed bed;

	bed_init_link(&bed);
	attr = bed_attr(bed.link, ATTR_CHARACTERISTIC, 9, bed.service, "read");
	bed_forget(&bed);
	ck_assert_int_eq(bed_read(bed.attr, 0, &before), 0);
	ck_assert_int_eq(bed_write(bed.attr, bed.a, OP_WRITE_REQUEST, "1", &one), 0);
	ck_assert_int_eq(bed_write(bed.attr, bed.b, OP_WRITE_COMMAND, "2", &two), 0);
	/* it has to see the writes: it may not join the first read */
	ck_assert_int_eq(bed_read(bed.attr, 0, &after), 0);
	/* other attributes do not stand in this line, and may be done first */
	ck_assert_int_eq(bed_read(attr, 0, &other), 0);
	bed_expect(&bed, "read(3) read(9)");
	bed_answer(&bed, 1, 0, "nine");
	ck_assert_str_eq(other.value, "nine");
	ck_assert_uint_eq(before.called, 0);
	bed_answer(&bed, 0, 0, "old");
	bed_answer(&bed, 0, E_TIMED_OUT, NULL);
	bed_answer(&bed, 0, 0, NULL);
	ck_assert_int_eq(one.error, E_TIMED_OUT);
	ck_assert_int_eq(two.error, 0);
	bed_answer(&bed, 0, 0, "new");
	ck_assert_str_eq(before.value, "old");
	ck_assert_str_eq(after.value, "new");
	bed_expect(&bed, "write(3) command(3) read(3)");
	bed_end(&bed);
}
END_TEST

START_TEST(test_cancel)
{
	Asker running = { 0 }, write = { 0 }, read = { 0 }, more = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(bed_read(bed.attr, 0, &running), 0);
	ck_assert_int_eq(bed_write(bed.attr, bed.a, OP_WRITE_REQUEST, "1", &write), 0);
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), 0);
	ck_assert_int_eq(bed_read(bed.attr, 0, &more), 0);
	wait_cancel(&running.wait.wait);
	wait_cancel(&running.wait.wait);
	wait_cancel(&write.wait.wait);
	wait_cancel(&read.wait.wait);
	wait_cancel(&more.wait.wait);
	/* what is on the air goes on; what stood in line for nobody does not block the others */
	ck_assert_uint_eq(bed.attr->ops.length, 1);
	bed_answer(&bed, 0, 0, "x");
	bed_expect(&bed, "read(3)");
	ck_assert_uint_eq(bed.running->len, 0);
	ck_assert_uint_eq(running.called + write.called + read.called + more.called, 0);

	/* nor is it begun again on a link that is mended */
	ck_assert_int_eq(bed_write(bed.attr, bed.a, OP_WRITE_REQUEST, "1", &write), 0);
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), 0);
	wait_cancel(&write.wait.wait);
	attr_op_suspend(bed.attr);
	attr_op_next(bed.attr);
	bed_expect(&bed, "write(3) forget(3) read(3)");
	bed_answer(&bed, 0, 0, "x");
	ck_assert_str_eq(read.value, "x");
	bed_end(&bed);
}
END_TEST

/* A session that lets go takes with it what stands in line for it alone. */
START_TEST(test_session_leaves)
{
	Asker running = { 0 }, writes[60] = { 0 }, read = { 0 }, shared = { 0 }, other = { 0 };
	uint64_t holds;
	Bed bed;

	bed_init_link(&bed);
	holds = bed_charged(&bed);
	ck_assert_int_eq(bed_write(bed.attr, bed.a, OP_WRITE_REQUEST, "1", &running), 0);
	for (size_t i = 0; i < ARRAY_SIZE(writes); i++)
		ck_assert_int_eq(bed_write(bed.attr, bed.a, OP_WRITE_REQUEST, "2", &writes[i]), 0);
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), 0);	/* for a */
	ck_assert_int_eq(bed_read_for(bed.attr, bed.b, 1, &shared), 0);
	ck_assert_int_eq(bed_write(bed.attr, bed.b, OP_WRITE_REQUEST, "3", &other), 0);
	ck_assert_uint_eq(bed.attr->ops.length, 63);
	bed_release(&bed, bed.link, bed.a);
	for (size_t i = 0; i < ARRAY_SIZE(writes); i++)
		ck_assert_int_eq(writes[i].error, E_NOT_CONNECTED);
	ck_assert_str_eq(writes[0].text, "the session let go of the link");
	ck_assert_int_eq(read.error, E_NOT_CONNECTED);
	ck_assert_uint_eq(running.called + shared.called + other.called, 0);
	ck_assert_uint_eq(bed.attr->ops.length, 3);
	bed_answer(&bed, 0, 0, NULL);
	bed_answer(&bed, 0, 0, "xy");
	bed_answer(&bed, 0, 0, NULL);
	ck_assert_int_eq(running.error, 0);
	ck_assert_uint_eq(running.called, 1);
	ck_assert_str_eq(shared.value, "y");
	ck_assert_uint_eq(other.called, 1);
	bed_expect(&bed, "write(3) read(3) write(3)");
	ck_assert_uint_eq(bed_charged(&bed), holds / 2); /* b's */
	bed_end(&bed);
}
END_TEST

/* Paid for as long as it is there, whoever has left. */
START_TEST(test_operations_are_charged)
{
	Asker running = { 0 }, write = { 0 }, read = { 0 }, more = { 0 };
	static const uint8_t value[512];
	User *user;
	uint64_t one, holds;
	Bed bed;

	bed_init_link(&bed);
	holds = bed_charged(&bed);
	ck_assert_int_eq(bed_write_at(bed.attr, bed.a, OP_WRITE_REQUEST, 0, value, sizeof(value), &running), 0);
	one = bed_charged(&bed);
	ck_assert_uint_ge(one - holds, sizeof(AttrOp) + sizeof(value));
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), 0);
	ck_assert_int_eq(bed_read(bed.attr, 3, &more), 0);	/* joins */
	ck_assert_uint_eq(bed_charged(&bed), one + sizeof(AttrOp));
	wait_cancel(&read.wait.wait);
	ck_assert_uint_eq(bed_charged(&bed), one + sizeof(AttrOp));
	wait_cancel(&more.wait.wait);
	ck_assert_uint_eq(bed_charged(&bed), one);

	bed_spend(&bed);
	ck_assert_int_eq(bed_write(bed.attr, bed.b, OP_WRITE_REQUEST, "", &write), E_LIMIT_REACHED);
	ck_assert_ptr_nonnull(strstr(write.text, "BytesPerUser"));
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), E_LIMIT_REACHED);
	ck_assert_uint_eq(bed.attr->ops.length, 1);
	bed_earn(&bed);

	/* its program, its sessions and all others of the user leave; BlueZ has it still */
	wait_cancel(&running.wait.wait);
	user = user_ref(bed.a->user);
	ck_assert_int_eq(bed_connect(&bed, 5, bed_session(&bed, bed.radio, 9, ":1.9"), &(Connecter){ 0 }), 0);
	sessions_drop(bed.a, bed.now);
	sessions_drop(bed.b, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), one - holds);
	bed_answer(&bed, 0, 0, NULL);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), 0);
	user_unref(user);
	bed_end(&bed);
}
END_TEST

START_TEST(test_permissions)
{
	static const struct {
		const char *flags;
		OpKind kind;
		int expected;
		const char *text;
	} cases[] = {
		{ "read", OP_READ, 0, "" },
		{ "write", OP_READ, E_NOT_PERMITTED, "characteristic 0x0009 cannot be read" },
		{ "write", OP_WRITE_REQUEST, 0, "" },
		{ "write", OP_WRITE_COMMAND, E_NOT_PERMITTED,
		  "characteristic 0x0009 cannot be written without response (type: request)" },
		{ "write-without-response", OP_WRITE_COMMAND, 0, "" },
		{ "write-without-response", OP_WRITE_REQUEST, E_NOT_PERMITTED,
		  "characteristic 0x0009 cannot be written with response (type: command)" },
		{ "read", OP_WRITE_REQUEST, E_NOT_PERMITTED, "characteristic 0x0009 cannot be written" },
		{ "write", OP_WRITE_RELIABLE, E_NOT_PERMITTED,
		  "characteristic 0x0009 cannot be written reliably (type: request)" },
		{ "write,reliable-write", OP_WRITE_RELIABLE, 0, "" },
		{ "read,write", OP_NOTIFY_ON, E_NOT_PERMITTED, "" },
		{ "indicate", OP_NOTIFY_ON, 1, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Asker asker = { 0 };
		Attr *attr;
		Bed bed;
		int r;

		bed_init_link(&bed);
		attr = bed_attr(bed.link, ATTR_CHARACTERISTIC, 9, bed.service, cases[i].flags);
		if (cases[i].kind == OP_READ)
			r = bed_read(attr, 0, &asker);
		else if (cases[i].kind == OP_NOTIFY_ON)
			r = bed_subscribe(attr, bed.a, ":1.1", &asker);
		else
			r = bed_write(attr, bed.a, cases[i].kind, "x", &asker);
		ck_assert_int_eq(r, cases[i].expected);
		ck_assert_str_eq(asker.text, cases[i].text);
		ck_assert_uint_eq(attr->ops.length, r <= 1 ? 1 : 0);
		bed_end(&bed);
	}
}
END_TEST

START_TEST(test_lengths)
{
	static const struct {
		OpKind kind;
		uint16_t mtu, offset;
		size_t length;
		int expected;
	} cases[] = {
		{ OP_WRITE_REQUEST, 23, 0, 512, 0 },
		{ OP_WRITE_REQUEST, 23, 0, 513, E_INVALID_ARGUMENTS },
		{ OP_WRITE_REQUEST, 23, 500, 12, 0 },
		{ OP_WRITE_REQUEST, 23, 500, 13, E_INVALID_ARGUMENTS },
		{ OP_WRITE_REQUEST, 23, UINT16_MAX, 1, E_INVALID_ARGUMENTS },
		{ OP_WRITE_REQUEST, 23, 0, 0, 0 },
		{ OP_WRITE_COMMAND, 23, 0, 20, 0 },
		{ OP_WRITE_COMMAND, 23, 0, 21, E_INVALID_ARGUMENTS },
		{ OP_WRITE_COMMAND, 517, 0, 512, 0 },
		{ OP_WRITE_COMMAND, 0, 0, 512, 0 },	/* not told: BlueZ has to say */
		{ OP_WRITE_COMMAND, 0, 0, 513, E_INVALID_ARGUMENTS },
		{ OP_WRITE_RELIABLE, 23, 0, 512, 0 },
	};
	static const uint8_t value[513];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Asker asker = { 0 };
		Bed bed;

		bed_init_link(&bed);
		bed.attr->mtu = cases[i].mtu;
		ck_assert_int_eq(bed_write_at(bed.attr, bed.a, cases[i].kind, cases[i].offset, value, cases[i].length, &asker),
				 cases[i].expected);
		if (cases[i].expected == 0)
			ck_assert_uint_eq(g_bytes_get_size(((AttrOp *)g_queue_peek_head(&bed.attr->ops))->value),
					  cases[i].length);
		else
			ck_assert_ptr_nonnull(strstr(asker.text, "value: "));
		bed_end(&bed);
	}
}
END_TEST

/* BlueZ writes descriptors by request, whatever was asked for; and a write command from the value's first byte
 * on. */
START_TEST(test_commands)
{
	Asker asker = { 0 };
	Attr *descriptor;
	Bed bed;

	bed_init_link(&bed);
	descriptor = bed_attr(bed.link, ATTR_DESCRIPTOR, 4, bed.attr, "write");
	bed_forget(&bed);
	ck_assert_int_eq(bed_write_at(descriptor, bed.a, OP_WRITE_COMMAND, 2, "x", 1, &asker), 0);
	ck_assert_int_eq(((AttrOp *)g_ptr_array_index(bed.running, 0))->kind, OP_WRITE_REQUEST);
	bed_answer(&bed, 0, 0, NULL);
	ck_assert_uint_eq(asker.called, 1);
	ck_assert_int_eq(bed_write_at(bed.attr, bed.a, OP_WRITE_COMMAND, 2, "x", 1, &asker), E_INVALID_ARGUMENTS);
	ck_assert_int_eq(bed_write_at(bed.attr, bed.a, OP_WRITE_COMMAND, 0, "x", 1, &asker), 0);
	bed_answer(&bed, 0, 0, NULL);
	bed_forget(&bed);
	bed_end(&bed);
}
END_TEST

START_TEST(test_claimed)
{
	Asker asker = { 0 };
	Reason reason;
	Attr *part;
	Bed bed;

	bed_init_link(&bed);
	part = bed_attr(bed.link, ATTR_DESCRIPTOR, 4, bed.attr, "");
	ck_assert_int_eq(claim_take(bed.link, bed.attr, bed.a, &reason), 0);
	ck_assert_int_eq(bed_write(bed.attr, bed.b, OP_WRITE_REQUEST, "x", &asker), E_BUSY);
	ck_assert_int_eq(bed_write(part, bed.b, OP_WRITE_REQUEST, "x", &asker), E_BUSY);
	ck_assert_int_eq(bed_read(bed.attr, 0, &asker), 0);
	bed_answer(&bed, 0, 0, "x");
	ck_assert_int_eq(bed_write(part, bed.a, OP_WRITE_REQUEST, "x", &asker), 0);
	bed_answer(&bed, 0, 0, NULL);
	bed_release(&bed, bed.link, bed.a);
	ck_assert_int_eq(bed_write(bed.attr, bed.b, OP_WRITE_REQUEST, "x", &asker), 0);
	bed_end(&bed);
}
END_TEST

static void cancel_other(Asker *asker)
{
	wait_deinit(&((Asker *)asker->other)->wait.wait);
}

static void drop_session(Asker *asker)
{
	sessions_drop(asker->other, asker->bed->now);
}

static void remove_attr(Asker *asker)
{
	attr_vanished(asker->other);
}

static void read_again(Asker *asker)
{
	asker->then = NULL;
	ck_assert_int_eq(bed_read(asker->other, 0, asker), 0);
}

START_TEST(test_told_and_cancels)
{
	Asker first = { .then = cancel_other }, second = { 0 }, third = { 0 };
	Bed bed;

	bed_init_link(&bed);
	first.other = &second;
	ck_assert_int_eq(bed_read(bed.attr, 0, &first), 0);
	ck_assert_int_eq(bed_read(bed.attr, 0, &second), 0);
	bed_answer(&bed, 0, 0, "x");
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(second.called, 0);

	/* one that stands in line behind it, as all is cancelled */
	ck_assert_int_eq(bed_read(bed.attr, 0, &first), 0);
	ck_assert_int_eq(bed_write(bed.attr, bed.a, OP_WRITE_REQUEST, "x", &third), 0);
	ck_assert_int_eq(bed_read(bed.attr, 0, &second), 0);
	attr_vanished(bed.attr);
	bed_settle(&bed);
	ck_assert_uint_eq(first.called, 2);
	ck_assert_uint_eq(second.called, 0);
	ck_assert_int_eq(third.error, E_DOES_NOT_EXIST);
	bed_end(&bed);
}
END_TEST

START_TEST(test_told_and_ends_the_link)
{
	Asker asker = { .then = drop_session }, behind = { 0 };
	Session *session;
	Link *link;
	Attr *attr;
	Bed bed;

	/* a link of others is freed at once, and with it the attribute whose operation ends */
	bed_init_link(&bed);
	session = bed_session(&bed, bed.radio, 1, ":1.9");
	bed.devices[6] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(bed_connect(&bed, 6, session, &(Connecter){ 0 }), 0);
	link = bed_link(&bed, 6);
	attr = bed_attr(link, ATTR_CHARACTERISTIC, 9, NULL, "read,write");
	asker.bed = &bed;
	asker.other = session;
	ck_assert_int_eq(bed_read(attr, 0, &asker), 0);
	ck_assert_int_eq(bed_write(attr, session, OP_WRITE_REQUEST, "x", &behind), 0);
	bed_answer(&bed, 0, 0, "x");
	ck_assert_uint_eq(asker.called, 1);
	ck_assert_int_eq(behind.error, E_DOES_NOT_EXIST);
	ck_assert_ptr_null(bed_link(&bed, 6));

	/* as the link is lost */
	asker.other = bed.a;
	ck_assert_int_eq(bed_read(bed.attr, 0, &asker), 0);
	bed_device(&bed, 5, false, false);
	ck_assert_uint_eq(asker.called, 2);
	ck_assert_ptr_null(bed_link(&bed, 5));
	bed_end(&bed);

	/* the attribute itself goes */
	bed_init_link(&bed);
	asker = (Asker){ .then = remove_attr, .other = bed.attr };
	ck_assert_int_eq(bed_read(bed.attr, 0, &asker), 0);
	ck_assert_int_eq(bed_write(bed.attr, bed.a, OP_WRITE_REQUEST, "x", &behind), 0);
	bed_answer(&bed, 0, 0, "x");
	ck_assert_int_eq(behind.error, E_DOES_NOT_EXIST);
	bed_end(&bed);
}
END_TEST

static void connect_anew(Asker *asker)
{
	ck_assert_int_eq(bed_connect(asker->bed, 6, asker->bed->a, asker->other), 0);
}

/* The link that is being freed is not the one that they get. */
START_TEST(test_told_and_connects_anew)
{
	Asker asker = { .then = connect_anew };
	Connecter connecter = { 0 }, anew = { 0 };
	Attr *attr;
	Bed bed;

	bed_init_link(&bed);
	asker.bed = &bed;
	asker.other = &anew;
	bed.devices[6] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(bed_connect(&bed, 6, bed.a, &connecter), 0);
	attr = bed_attr(bed_link(&bed, 6), ATTR_CHARACTERISTIC, 9, NULL, "read");
	ck_assert_int_eq(bed_read(attr, 0, &asker), 0);
	bed_release(&bed, bed_link(&bed, 6), bed.a);
	ck_assert_uint_eq(asker.called, 1);
	ck_assert_int_eq(asker.error, E_DOES_NOT_EXIST);
	bed_expect(&bed, "+link6 +9 read(9) forget(9) -9 -link6 +link6");
	ck_assert(hold_is_there(bed_link(&bed, 6), bed.a));
	ck_assert_uint_eq(bed_link(&bed, 6)->attrs->len, 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_told_and_asks_again)
{
	Asker asker = { .then = read_again };
	Bed bed;

	bed_init_link(&bed);
	asker.other = bed.attr;
	ck_assert_int_eq(bed_read(bed.attr, 0, &asker), 0);
	bed_answer(&bed, 0, 0, "x");
	bed_expect(&bed, "read(3) read(3)");
	bed_answer(&bed, 0, 0, "y");
	ck_assert_str_eq(asker.value, "y");
	/* over a lost link: it is done when the link is back */
	asker.then = read_again;
	ck_assert_int_eq(bed_read(bed.attr, 0, &asker), 0);
	bed_device(&bed, 5, false, false);
	ck_assert_uint_eq(asker.called, 3);
	bed_forget(&bed);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "read(3)");
	bed_answer(&bed, 0, 0, "z");
	ck_assert_str_eq(asker.value, "z");
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("attr-op", test_reads_share, test_order, test_cancel, test_session_leaves,
	  test_operations_are_charged, test_permissions, test_lengths, test_commands, test_claimed,
	  test_told_and_cancels, test_told_and_ends_the_link, test_told_and_connects_anew, test_told_and_asks_again)
