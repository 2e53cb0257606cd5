/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of our attributes: peers read, write and subscribe; programs listen and answer. */
#include <errno.h>
#include <string.h>

#include "bed-locals.h"
#include "core/attr.h"

typedef struct Reader {
	LocalRead read;
	unsigned called;
	uint8_t att;
	char value[ATTR_VALUE_MAX + 1];
} Reader;

static void reader_take(Reader *reader, uint8_t att, GBytes *value)
{
	gsize length = 0;
	const char *bytes = value ? g_bytes_get_data(value, &length) : "";

	reader->att = att;
	if (length > 0)
		memcpy(reader->value, bytes, length);
	reader->value[length] = '\0';
}

static void on_reader(Wait *wait, int error, const Reason *reason UNUSED)
{
	Reader *reader = CONTAINER_OF(wait, Reader, read.wait);

	ck_assert(!wait_is_on(wait));
	ck_assert_int_eq(wait->value != NULL, error == 0);
	reader->called++;
	reader_take(reader, (uint8_t)error, wait->value);
	wait_deinit(wait);
}

/* Central number last reads. True: it has its answer; it is in reader. */
static bool central_reads(Bed *bed, LocalAttr *attr, uint8_t last, uint16_t offset, Reader *reader)
{
	const Addr addr = device_addr(last);
	GBytes *value = NULL;
	uint8_t att;

	*reader = (Reader){ 0 };
	wait_init(&reader->read.wait, &bed->broker->agenda, on_reader);
	att = local_read(attr, &addr, 23, offset, &reader->read, bed->now, &value);
	bed_settle(bed);
	if (att == 0 && !value)
		return false;
	ck_assert(!wait_is_on(&reader->read.wait));
	reader_take(reader, att, value);
	g_clear_pointer(&value, g_bytes_unref);
	return true;
}

/* One that is answered at once. */
static uint8_t central_writes(LocalAttr *attr, uint8_t last, uint16_t offset, const char *bytes,
			      size_t length)
{
	Bed *bed = attr->service->session->broker->userdata;
	const LocalWritten written = { .client = device_addr(last), .offset = offset, .bytes = bytes,
				       .length = length };
	LocalWrite write = { 0 };
	const uint8_t att = local_write(attr, &written, &write, bed->now);

	ck_assert(!wait_is_on(&write.wait));
	bed_settle(bed);
	return att;
}

static int set_value(LocalAttr *attr, GBytes *value, Reason *reason)
{
	FlowWait wait = { 0 };
	int r = local_set_value(attr, value, &wait, reason);

	ck_assert_int_ne(r, -EAGAIN);
	flow_wait_deinit(&wait);
	bed_settle(attr->service->session->broker->userdata);
	return r;
}

static int respond(LocalAttr *attr, uint32_t id, const char *text)
{
	GBytes *value = g_bytes_new(text, strlen(text));
	Reason reason = { "" };
	int r = local_respond(attr, id, value, &reason);

	bed_settle(attr->service->session->broker->userdata);
	g_bytes_unref(value);
	return r;
}

static LocalAttr *asking(Bed *bed, uint32_t timeout)
{
	LocalAttr *attr = bed_visible(bed, bed->a, "stored");

	attr->read_timeout_ms = timeout;
	ck_assert_int_eq(local_listen(attr, ":1.1", EVENT_CHAR_READ, &(Reason){ "" }), 0);
	return attr;
}

START_TEST(test_stored)
{
	Reader reader;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "stored");
	ck_assert(central_reads(&bed, attr, 5, 0, &reader));
	ck_assert_str_eq(reader.value, "stored");
	/* the parts of a long value are not a read each; only reads inside are answered */
	ck_assert(central_reads(&bed, attr, 5, 4, &reader));
	ck_assert_str_eq(reader.value, "ed");
	ck_assert(central_reads(&bed, attr, 5, 6, &reader));
	ck_assert_uint_eq(reader.att, 0);
	ck_assert_str_eq(reader.value, "");
	ck_assert(central_reads(&bed, attr, 5, 7, &reader));
	ck_assert_uint_eq(reader.att, ATT_INVALID_OFFSET);
	ck_assert(central_reads(&bed, attr, 5, UINT16_MAX, &reader));
	ck_assert_uint_eq(reader.att, ATT_INVALID_OFFSET);
	bed_expect(&bed, "ask1.0.0(0,5)");
	ck_assert_uint_eq(local_take_events(attr), EVENT_CHAR_READ);
	ck_assert_uint_eq(local_take_events(attr), 0);

	/* a listener without a time to wait for, and a time without one who listens for reads */
	ck_assert_int_eq(local_listen(attr, ":1.1", EVENT_CHAR_READ, &(Reason){ "" }), 0);
	ck_assert(central_reads(&bed, attr, 5, 0, &reader));
	attr->read_timeout_ms = 1000;
	ck_assert_int_eq(local_listen(attr, ":1.1", EVENT_CHAR_WRITE, &(Reason){ "" }), 0);
	ck_assert(central_reads(&bed, attr, 5, 0, &reader));
	bed_expect(&bed, "ask1.0.0(0,5) ask1.0.0(0,5)");

	attr->permissions = PERM_WRITE;
	ck_assert(central_reads(&bed, attr, 5, 0, &reader));
	ck_assert_uint_eq(reader.att, ATT_READ_NOT_PERMITTED);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

START_TEST(test_ask)
{
	Reader first, second, third;
	Reason reason;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = asking(&bed, 2000);
	ck_assert(!central_reads(&bed, attr, 5, 0, &first));
	ck_assert(!central_reads(&bed, attr, 6, 0, &second));
	ck_assert(!central_reads(&bed, attr, 7, 0, &third));
	bed_expect(&bed, "ask1.0.0(1,5) ask1.0.0(2,6) ask1.0.0(3,7)");
	/* in any order, each to its own */
	ck_assert_int_eq(respond(attr, 2, "two"), 0);
	ck_assert_int_eq(local_reject(attr, 1, 0, &reason), E_INVALID_ARGUMENTS);
	ck_assert_int_eq(local_reject(attr, 1, 0x80, &reason), 0);
	bed_settle(&bed);
	ck_assert_str_eq(second.value, "two");
	ck_assert_uint_eq(first.att, 0x80);
	/* ids that wait no more, or never did */
	ck_assert_int_eq(respond(attr, 2, "again"), E_DOES_NOT_EXIST);
	ck_assert_int_eq(respond(attr, 0, "x"), E_DOES_NOT_EXIST);
	ck_assert_int_eq(respond(attr, 4711, "x"), E_DOES_NOT_EXIST);
	ck_assert_int_eq(local_reject(attr, 1, 0x80, &reason), E_DOES_NOT_EXIST);
	ck_assert_ptr_nonnull(strstr(reason.text, "no read 1"));
	/* a central that left */
	wait_cancel(&third.read.wait);
	wait_cancel(&third.read.wait);
	ck_assert_int_eq(respond(attr, 3, "x"), E_DOES_NOT_EXIST);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(second.called, 1);
	ck_assert_uint_eq(third.called, 0);
	/* a central that reads on has the rest of the same value, and is not asked for; others have the
	 * stored one */
	bed_forget(&bed);
	ck_assert(central_reads(&bed, attr, 6, 1, &second));
	ck_assert_str_eq(second.value, "wo");
	ck_assert(central_reads(&bed, attr, 7, 1, &first));
	ck_assert_str_eq(first.value, "tored");
	bed_expect(&bed, "");

	/* the id is never 0 */
	bed.broker->next_read = UINT32_MAX;
	ck_assert(!central_reads(&bed, attr, 5, 0, &first));
	ck_assert(!central_reads(&bed, attr, 6, 0, &second));
	bed_expect(&bed, "ask1.0.0(4294967295,5) ask1.0.0(1,6)");
	bed_pass(&bed, 3 * USEC_PER_SEC);
	bed_end(&bed);
}
END_TEST

START_TEST(test_too_long)
{
	GBytes *value = g_bytes_new_take(g_malloc0(ATTR_VALUE_MAX + 1), ATTR_VALUE_MAX + 1);
	Reason reason;
	Reader reader;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = asking(&bed, 2000);
	ck_assert(!central_reads(&bed, attr, 5, 0, &reader));
	ck_assert_int_eq(local_respond(attr, 1, value, &reason), E_INVALID_ARGUMENTS);
	ck_assert_int_eq(set_value(attr, value, &reason), E_INVALID_ARGUMENTS);
	ck_assert_ptr_nonnull(strstr(reason.text, "513 bytes, at most 512"));
	ck_assert_uint_eq(g_bytes_get_size(attr->value), 6);
	/* it waits all the same */
	ck_assert_uint_eq(reader.called, 0);
	ck_assert_int_eq(respond(attr, 1, "ok"), 0);
	g_bytes_unref(value);
	bed_end(&bed);
}
END_TEST

/* As long as read_timeout says, or as bluetoothd waits; then the stored value, as it is by then. */
START_TEST(test_timeout)
{
	static const struct {
		uint32_t asked, waits;
	} rows[] = { { 1, 1 }, { 2000, 2000 }, { 4500, 4500 }, { 4501, 4500 }, { UINT32_MAX, 4500 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		GBytes *value = g_bytes_new("new", 3);
		Reader reader, later;
		Reason reason;
		LocalAttr *attr;
		Bed bed;

		bed_init_radio(&bed);
		attr = asking(&bed, rows[i].asked);
		ck_assert(!central_reads(&bed, attr, 5, 0, &reader));
		bed_pass(&bed, rows[i].waits * USEC_PER_MSEC - 1);
		ck_assert_uint_eq(reader.called, 0);
		ck_assert(!central_reads(&bed, attr, 6, 0, &later));
		ck_assert_int_eq(set_value(attr, value, &reason), 0);
		bed_pass(&bed, 1);
		ck_assert_uint_eq(reader.called, 1);
		ck_assert_str_eq(reader.value, "new");
		ck_assert_uint_eq(later.called, 0);
		bed_pass(&bed, rows[i].waits * USEC_PER_MSEC);
		ck_assert_uint_eq(later.called, 1);
		g_bytes_unref(value);
		bed_end(&bed);
	}
}
END_TEST

/* Nobody is left who could answer, or nothing that could be. */
START_TEST(test_ends)
{
	Reader first, second;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = asking(&bed, 2000);
	ck_assert_int_eq(local_listen(attr, ":1.2", EVENT_CHAR_READ | EVENT_CHAR_WRITE, &(Reason){ "" }), 0);
	ck_assert_int_eq(local_listen(attr, ":1.3", EVENT_CHAR_WRITE, &(Reason){ "" }), 0);
	ck_assert(!central_reads(&bed, attr, 5, 0, &first));
	ck_assert(!central_reads(&bed, attr, 6, 0, &second));
	ck_assert_int_eq(local_listen(attr, ":1.1", 0, &(Reason){ "" }), 0);
	ck_assert_int_eq(local_listen(attr, ":1.1", 0, &(Reason){ "" }), 0);
	ck_assert_uint_eq(first.called, 0);
	/* the one that dies is the last that listens for reads */
	broker_peer_gone(bed.broker, ":1.77", bed.now);
	ck_assert_uint_eq(first.called, 0);
	broker_peer_gone(bed.broker, ":1.2", bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(first.called + second.called, 2);
	ck_assert_str_eq(first.value, "stored");
	ck_assert_uint_eq(attr->listeners->len, 1);

	/* it wants to hear of writes only from now on */
	ck_assert_int_eq(local_listen(attr, ":1.1", EVENT_CHAR_READ, &(Reason){ "" }), 0);
	ck_assert(!central_reads(&bed, attr, 5, 0, &first));
	ck_assert_int_eq(local_listen(attr, ":1.1", EVENT_CHAR_WRITE, &(Reason){ "" }), 0);
	bed_settle(&bed);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_str_eq(first.value, "stored");

	/* the service is stopped, and removed with its session */
	ck_assert_int_eq(local_listen(attr, ":1.1", EVENT_CHAR_READ, &(Reason){ "" }), 0);
	ck_assert(!central_reads(&bed, attr, 5, 0, &first));
	local_service_stop(attr->service);
	bed_settle(&bed);
	ck_assert_uint_eq(first.called, 1);
	ck_assert(!central_reads(&bed, attr, 5, 0, &first));
	sessions_drop(bed.a, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_str_eq(first.value, "stored");
	bed_end(&bed);
}
END_TEST

/* More centrals' reads than may wait at one attribute: the others have the stored value at once. */
START_TEST(test_many)
{
	Reader readers[20];
	LocalAttr *attr;
	unsigned waiting = 0;
	Bed bed;

	bed_init_radio(&bed);
	attr = asking(&bed, 2000);
	for (unsigned i = 0; i < ARRAY_SIZE(readers); i++) {
		if (central_reads(&bed, attr, (uint8_t)i, 0, &readers[i]))
			ck_assert_str_eq(readers[i].value, "stored");
		else
			waiting++;
	}
	ck_assert_uint_eq(waiting, 16);
	bed_pass(&bed, 2 * USEC_PER_SEC);
	for (unsigned i = 0; i < waiting; i++)
		ck_assert_uint_eq(readers[i].called, 1);
	bed_end(&bed);
}
END_TEST

START_TEST(test_write)
{
	static const char zeros[ATTR_VALUE_MAX + 1];
	static const struct {
		uint16_t offset;
		const char *bytes;
		size_t length;
		uint8_t att;
		const char *value;
	} rows[] = {
		{ 0, "new", 3, 0, "new" },
		{ 0, "", 0, 0, "" },
		{ 3, "d", 1, 0, "stod" },
		{ 6, "!", 1, 0, "stored!" },
		{ 6, "", 0, 0, "stored" },
		{ 7, "x", 1, ATT_INVALID_OFFSET, "stored" },
		{ UINT16_MAX, "x", 1, ATT_INVALID_OFFSET, "stored" },
		{ 0, zeros, 513, ATT_INVALID_LENGTH, "stored" },
		{ 6, zeros, 507, ATT_INVALID_LENGTH, "stored" },
		{ 2, zeros, SIZE_MAX, ATT_INVALID_LENGTH, "stored" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		LocalAttr *attr;
		gsize length;
		Bed bed;

		bed_init_radio(&bed);
		attr = bed_visible(&bed, bed.a, "stored");
		ck_assert_uint_eq(central_writes(attr, 5, rows[i].offset, rows[i].bytes, rows[i].length),
				  rows[i].att);
		(void)g_bytes_get_data(attr->value, &length);
		ck_assert_uint_eq(length, strlen(rows[i].value));
		if (length > 0)
			ck_assert_mem_eq(g_bytes_get_data(attr->value, NULL), rows[i].value, length);
		ck_assert_uint_eq(local_take_events(attr), rows[i].att ? 0 : EVENT_CHAR_WRITE);
		ck_assert_int_eq(bed.log->len > 0, rows[i].att == 0);
		bed_end(&bed);
	}
}
END_TEST

START_TEST(test_writes_in_order)
{
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "stored");
	ck_assert_uint_eq(central_writes(attr, 5, 0, "a", 1), 0);
	ck_assert_uint_eq(central_writes(attr, 6, 0, "a", 1), 0);
	ck_assert_uint_eq(central_writes(attr, 5, 1, "b", 1), 0);
	bed_expect(&bed, "written1.0.0(5)=a written1.0.0(6)=a written1.0.0(5)=ab");
	/* whoever subscribed is not told of what a central wrote */
	bed_central_subscribes(attr, 5, true);
	bed_forget(&bed);
	ck_assert_uint_eq(central_writes(attr, 5, 0, "c", 1), 0);
	bed_expect(&bed, "written1.0.0(5)=c");
	attr->permissions = PERM_READ;
	ck_assert_uint_eq(central_writes(attr, 5, 0, "d", 1), ATT_WRITE_NOT_PERMITTED);
	bed_expect(&bed, "");
	attr->permissions = PERM_WRITE_ENCRYPTED;
	ck_assert_uint_eq(central_writes(attr, 5, 0, "d", 1), 0);
	bed_end(&bed);
}
END_TEST

/* BlueZ hands a value on to those who subscribed, of whom it may not have told yet. */
START_TEST(test_notify)
{
	GBytes *value = g_bytes_new("v", 1);
	Reason reason;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "stored");
	ck_assert_int_eq(set_value(attr, value, &reason), 0);
	/* the same once more is told once more */
	ck_assert_int_eq(set_value(attr, value, &reason), 0);
	bed_expect(&bed, "notify1.0.0=v notify1.0.0=v");
	attr->properties = PROP_READ | PROP_WRITE;
	ck_assert_int_eq(set_value(attr, value, &reason), 0);
	bed_expect(&bed, "");
	attr->properties = PROP_INDICATE;
	ck_assert_int_eq(set_value(attr, value, &reason), 0);
	bed_expect(&bed, "notify1.0.0=v");
	g_bytes_unref(value);
	bed_end(&bed);
}
END_TEST

typedef struct Setter {
	FlowWait wait;
	LocalAttr *attr;
	size_t length;		/* of what it sets */
	unsigned called;
	bool gives_up;
} Setter;

static int setter_set(Setter *setter, size_t length)
{
	GBytes *value = g_bytes_new_take(g_strnfill(length, 'v'), length);
	Reason reason;
	int r = local_set_value(setter->attr, value, &setter->wait, &reason);

	setter->length = length;
	g_bytes_unref(value);
	return r;
}

static void on_room(Wait *wait, int error, const Reason *reason)
{
	Setter *setter = CONTAINER_OF(wait, Setter, wait.wait);

	ck_assert_int_eq(error, 0);
	ck_assert_ptr_null(reason);
	setter->called++;
	if (!setter->gives_up)
		ck_assert_int_eq(setter_set(setter, setter->length), 0);
	flow_wait_deinit(&setter->wait);
}

static void setter_init(Setter *setter, Bed *bed, LocalAttr *attr)
{
	*setter = (Setter){ .attr = attr };
	wait_init(&setter->wait.wait, &bed->broker->agenda, on_room);
}

static void setter_leave(Setter *setter)
{
	wait_deinit(&setter->wait.wait);
	flow_wait_deinit(&setter->wait);
}

static void taken(Bed *bed)
{
	local_flow_taken(bed->broker);
	bed_settle(bed);
}

/* What BlueZ has not taken is bounded, by user; what waits is in order, and nothing overtakes it. */
START_TEST(test_flow)
{
	Setter first, second, third, other, gone;
	uint64_t on_the_way;
	Bed bed;

	bed_init_radio(&bed);
	bed.slow = true;
	setter_init(&first, &bed, bed_visible(&bed, bed.a, "stored"));
	setter_init(&second, &bed, first.attr);
	setter_init(&third, &bed, first.attr);
	setter_init(&gone, &bed, first.attr);
	setter_init(&other, &bed, bed_visible(&bed, bed.c, "stored"));
	ck_assert_int_eq(setter_set(&first, 300), 0);
	while (setter_set(&gone, ATTR_VALUE_MAX) == 0)
		;
	on_the_way = user_charged(bed.a->user, QUOTA_VALUES);
	ck_assert_uint_le(on_the_way, LOCAL_FLOW_MAX);
	ck_assert_uint_gt(on_the_way, LOCAL_FLOW_MAX - 2 * ATTR_VALUE_MAX);
	/* a short one would fit, but not before the one that waits; of another user, it goes */
	ck_assert_uint_le(on_the_way + 200 + 1, LOCAL_FLOW_MAX);
	ck_assert_int_eq(setter_set(&first, 100), -EAGAIN);
	ck_assert_int_eq(setter_set(&second, 1), -EAGAIN);
	ck_assert_int_eq(setter_set(&other, 1), 0);
	setter_leave(&gone);
	setter_leave(&gone);
	bed_settle(&bed);
	ck_assert_uint_eq(first.called + second.called, 0);
	ck_assert_uint_eq(user_charged(bed.a->user, QUOTA_VALUES), on_the_way);
	taken(&bed);
	/* the answer is about the first, behind which it was asked */
	ck_assert_uint_eq(user_charged(bed.a->user, QUOTA_VALUES), on_the_way - 500 + 300 + 201);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(second.called, 1);
	ck_assert_uint_eq(gone.called, 0);
	while (setter_set(&third, ATTR_VALUE_MAX) == 0)
		;
	/* the session goes meanwhile, or BlueZ */
	setter_leave(&third);
	taken(&bed);
	taken(&bed); /* those that were sent behind what was asked */
	ck_assert_uint_eq(user_charged(bed.a->user, QUOTA_VALUES), 0);
	ck_assert_uint_eq(user_charged(bed.c->user, QUOTA_VALUES), 0);
	ck_assert_int_eq(setter_set(&third, ATTR_VALUE_MAX), 0);

	/* one that is told and does not try after all leaves its place to the next */
	while (setter_set(&gone, ATTR_VALUE_MAX) == 0)
		;
	gone.gives_up = true;
	ck_assert_int_eq(setter_set(&second, ATTR_VALUE_MAX), -EAGAIN);
	taken(&bed);
	ck_assert_uint_eq(gone.called, 1);
	ck_assert_uint_eq(second.called, 2);
	bed_end(&bed);
}
END_TEST

/* What was sent behind the question is asked about next; if that cannot be done, none may wait for the
 * answer. */
START_TEST(test_flow_unasked)
{
	Setter setter;
	Bed bed;

	bed_init_radio(&bed);
	bed.slow = true;
	setter_init(&setter, &bed, bed_visible(&bed, bed.a, "stored"));
	ck_assert_int_eq(setter_set(&setter, 1), 0);
	ck_assert_int_eq(setter_set(&setter, 1), 0);
	while (setter_set(&setter, ATTR_VALUE_MAX) == 0)
		;
	bed.slow = false;
	taken(&bed);
	ck_assert_uint_eq(setter.called, 1);
	ck_assert_uint_eq(user_charged(bed.a->user, QUOTA_VALUES), 0);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("local-value", test_stored, test_ask, test_too_long, test_timeout, test_ends, test_many, test_write,
	  test_writes_in_order, test_notify, test_flow, test_flow_unasked)
