/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes whose program is asked for each value: what waits, is answered, refused, or left alone. */
#include <string.h>

#include "bed-locals.h"
#include "core/attr.h"
#include "core/client.h"

#define WAIT (4500 * USEC_PER_MSEC)	/* less than bluetoothd waits */

typedef struct Asked {
	union {
		LocalRead read;
		LocalWrite write;
	};
	unsigned called;
	uint8_t att;
	char value[64];
} Asked;

static void take(Asked *asked, uint8_t att, GBytes *value)
{
	gsize length = 0;
	const char *bytes = value ? g_bytes_get_data(value, &length) : NULL;

	ck_assert_uint_lt(length, sizeof(asked->value));
	asked->called++;
	asked->att = att;
	if (length > 0)
		memcpy(asked->value, bytes, length);
	asked->value[length] = '\0';
}

static void on_read(Wait *wait, int error, const Reason *reason)
{
	Asked *asked = CONTAINER_OF(wait, Asked, read.wait);

	ck_assert(!wait_is_on(wait));
	ck_assert_ptr_null(reason);
	ck_assert_int_eq(wait->value != NULL, error == 0);
	take(asked, (uint8_t)error, wait->value);
	wait_deinit(wait);
}

static void on_write(Wait *wait, int error, const Reason *reason)
{
	Asked *asked = CONTAINER_OF(wait, Asked, write.wait);

	ck_assert(!wait_is_on(wait));
	ck_assert_ptr_null(reason);
	take(asked, (uint8_t)error, NULL);
	wait_deinit(wait);
}

/* True: it waits for its answer; else it has one. */
static bool reads(Bed *bed, LocalAttr *attr, uint8_t last, uint16_t offset, Asked *asked)
{
	const Addr addr = device_addr(last);
	GBytes *value = NULL;
	uint8_t att;

	*asked = (Asked){ 0 };
	wait_init(&asked->read.wait, &bed->broker->agenda, on_read);
	att = local_read(attr, &addr, 23, offset, &asked->read, bed->now, &value);
	if (wait_is_on(&asked->read.wait)) {
		ck_assert_uint_eq(att, 0);
		ck_assert_ptr_null(value);
		bed_settle(bed);
		return true;
	}
	take(asked, att, value);
	g_clear_pointer(&value, g_bytes_unref);
	bed_settle(bed);
	return false;
}

static bool writes(Bed *bed, LocalAttr *attr, uint8_t last, uint16_t offset, const char *text, Asked *asked)
{
	const LocalWritten written = { .client = device_addr(last), .offset = offset, .bytes = text,
				       .length = strlen(text), .type = "request" };
	uint8_t att;

	*asked = (Asked){ 0 };
	wait_init(&asked->write.wait, &bed->broker->agenda, on_write);
	att = local_write(attr, &written, &asked->write, bed->now);
	if (wait_is_on(&asked->write.wait)) {
		ck_assert_uint_eq(att, 0);
		bed_settle(bed);
		return true;
	}
	take(asked, att, NULL);
	bed_settle(bed);
	return false;
}

static int respond(Bed *bed, LocalAttr *attr, uint32_t id, const char *text)
{
	g_autoptr(GBytes) value = g_bytes_new(text, strlen(text));
	Reason reason = { "" };
	int r = local_respond(attr, id, value, &reason);

	bed_settle(bed);
	return r;
}

static int accept(Bed *bed, LocalAttr *attr, uint32_t id, uint8_t att)
{
	Reason reason = { "" };
	int r = local_accept(attr, id, att, &reason);

	ck_assert_int_eq(r != 0, *reason.text != '\0');
	bed_settle(bed);
	return r;
}

static void stored_is(const LocalAttr *attr, const char *text)
{
	ck_assert_uint_eq(g_bytes_get_size(attr->value), strlen(text));
	ck_assert_mem_eq(g_bytes_get_data(attr->value, NULL), text, strlen(text));
}

/* What was asked of the program about writes, a word each: edge's op. */
static void on_write_request(void *userdata, LocalAttr *attr UNUSED, uint32_t id, const Addr *client,
			     uint16_t offset, const char *type, GBytes *value)
{
	gsize length;
	const char *bytes = g_bytes_get_data(value, &length);

	bed_say(userdata, "write(%u,%u,%u,%s)=%.*s", id, client->bytes[5], offset, type, (int)length,
		bytes ? bytes : "");
}

static void on_confirmed(void *userdata, LocalAttr *attr UNUSED)
{
	bed_say(userdata, "confirmed");
}

static LocalAttr *asking(Bed *bed)
{
	LocalAttr *attr;

	bed_init_radio(bed);
	bed->face_ops.local_write_request = on_write_request;
	bed->face_ops.local_confirmed = on_confirmed;
	attr = bed_visible(bed, bed->a, "stored");
	attr->asks = true;
	return attr;
}

START_TEST(test_options)
{
	char word[] = "read", other[] = "authorize";
	char *flags[] = { word, other, NULL };
	LocalService *service;
	LocalOptions options;
	LocalAttr *attr = NULL;
	Reason reason;
	Uuid uuid;
	Bed bed;

	bed_init_radio(&bed);
	service = bed_service(bed.a, 1, true);
	options = local_options(bed.a, LOCAL_CHARACTERISTIC);
	ck_assert(!options.asks);
	ck_assert_ptr_null(options.flags);
	options.asks = true;
	options.flags = flags;
	uuid_from_int(0x4321, &uuid);
	ck_assert_int_eq(local_attr_new(service, NULL, &uuid, &options, bed.now, &attr, &reason), 0);
	ck_assert(attr->asks);
	/* a copy, which goes with the attribute */
	memset(word, 'x', 4);
	ck_assert_str_eq(attr->flags[0], "read");
	ck_assert_str_eq(attr->flags[1], "authorize");
	ck_assert_ptr_null(attr->flags[2]);
	bed_end(&bed);
}
END_TEST

/* Without anybody who listens, and without a time that was set. */
START_TEST(test_reads)
{
	Asked first, second;
	Reason reason;
	LocalAttr *attr;
	Bed bed;

	attr = asking(&bed);
	ck_assert(reads(&bed, attr, 5, 0, &first));
	ck_assert(reads(&bed, attr, 6, 0, &second));
	bed_expect(&bed, "ask1.0.0(1,5) ask1.0.0(2,6)");
	ck_assert_int_eq(respond(&bed, attr, 2, "two"), 0);
	ck_assert_uint_eq(second.called, 1);
	ck_assert_str_eq(second.value, "two");
	ck_assert_uint_eq(first.called, 0);
	ck_assert_int_eq(local_reject(attr, 1, 0x80, &reason), 0);
	bed_settle(&bed);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(first.att, 0x80);
	stored_is(attr, "stored");

	/* each is asked anew: no value is kept for the next */
	ck_assert(reads(&bed, attr, 6, 0, &second));
	ck_assert_int_eq(respond(&bed, attr, 3, "three"), 0);
	ck_assert_str_eq(second.value, "three");

	attr->permissions = PERM_WRITE;
	ck_assert(!reads(&bed, attr, 5, 0, &first));
	ck_assert_uint_eq(first.att, ATT_READ_NOT_PERMITTED);
	bed_end(&bed);
}
END_TEST

/* The rest of a value that was given is of the same value; a part without a begin is asked for. */
START_TEST(test_reads_on)
{
	Asked asked;
	LocalAttr *attr;
	Bed bed;

	attr = asking(&bed);
	bed_central(&bed, 5, true);
	ck_assert(reads(&bed, attr, 5, 0, &asked));
	ck_assert_int_eq(respond(&bed, attr, 1, "a long value"), 0);
	bed_forget(&bed);
	ck_assert(!reads(&bed, attr, 5, 2, &asked));
	ck_assert_str_eq(asked.value, "long value");
	ck_assert(!reads(&bed, attr, 5, 12, &asked));
	ck_assert_uint_eq(asked.att, 0);
	ck_assert_str_eq(asked.value, "");
	ck_assert(!reads(&bed, attr, 5, 13, &asked));
	ck_assert_uint_eq(asked.att, ATT_INVALID_OFFSET);
	bed_expect(&bed, "");

	bed_central(&bed, 6, true);
	bed_forget(&bed);
	ck_assert(reads(&bed, attr, 6, 2, &asked));
	bed_expect(&bed, "ask1.0.0(2,6)@2");
	ck_assert_int_eq(respond(&bed, attr, 2, "a long value"), 0);
	ck_assert_str_eq(asked.value, "long value");
	bed_central(&bed, 7, true);
	ck_assert(reads(&bed, attr, 7, 20, &asked));
	ck_assert_int_eq(respond(&bed, attr, 3, "short"), 0);
	ck_assert_uint_eq(asked.att, ATT_INVALID_OFFSET);
	bed_end(&bed);
}
END_TEST

START_TEST(test_writes)
{
	Asked first, second, third;
	LocalAttr *attr;
	Bed bed;

	attr = asking(&bed);
	ck_assert(writes(&bed, attr, 5, 0, "a", &first));
	ck_assert(writes(&bed, attr, 6, 3, "bc", &second));
	ck_assert(writes(&bed, attr, 5, 0, "", &third));
	bed_expect(&bed, "write(1,5,0,request)=a write(2,6,3,request)=bc write(3,5,0,request)=");
	ck_assert_int_eq(accept(&bed, attr, 2, 0), 0);
	ck_assert_int_eq(accept(&bed, attr, 1, 0x81), 0);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(first.att, 0x81);
	ck_assert_uint_eq(second.called, 1);
	ck_assert_uint_eq(second.att, 0);
	ck_assert_uint_eq(third.called, 0);

	/* those that wait no more, or never did; a read is no write */
	ck_assert_int_eq(accept(&bed, attr, 1, 0), E_DOES_NOT_EXIST);
	ck_assert_int_eq(accept(&bed, attr, 0, 0), E_DOES_NOT_EXIST);
	ck_assert_int_eq(respond(&bed, attr, 3, "x"), E_DOES_NOT_EXIST);
	wait_cancel(&third.write.wait);
	ck_assert_int_eq(accept(&bed, attr, 3, 0), E_DOES_NOT_EXIST);
	ck_assert_uint_eq(third.called, 0);
	/* nothing is stored, nobody is notified, and no event is noted: it is the program's value */
	stored_is(attr, "stored");
	bed_expect(&bed, "");
	ck_assert_uint_eq(local_take_events(attr), 0);
	bed_end(&bed);
}
END_TEST

/* Refused without asking. */
START_TEST(test_writes_refused)
{
	char longer[ATTR_VALUE_MAX + 2];
	Asked asked;
	LocalAttr *attr;
	Bed bed;

	attr = asking(&bed);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert(!writes(&bed, attr, 5, 0, longer, &asked));
	ck_assert_uint_eq(asked.att, ATT_INVALID_LENGTH);
	attr->permissions = PERM_READ;
	ck_assert(!writes(&bed, attr, 5, 0, "x", &asked));
	ck_assert_uint_eq(asked.att, ATT_WRITE_NOT_PERMITTED);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

START_TEST(test_timeout)
{
	Asked read, write, later;
	LocalAttr *attr;
	Bed bed;

	attr = asking(&bed);
	/* that was set for others, who have a stored value to fall back to */
	attr->read_timeout_ms = 1;
	ck_assert(reads(&bed, attr, 5, 0, &read));
	ck_assert(writes(&bed, attr, 5, 0, "a", &write));
	bed_pass(&bed, WAIT - 1);
	ck_assert_uint_eq(read.called + write.called, 0);
	ck_assert(writes(&bed, attr, 6, 0, "b", &later));
	bed_pass(&bed, 1);
	ck_assert_uint_eq(read.called, 1);
	ck_assert_uint_eq(read.att, ATT_UNLIKELY);
	ck_assert_uint_eq(write.called, 1);
	ck_assert_uint_eq(write.att, ATT_UNLIKELY);
	ck_assert_uint_eq(later.called, 0);
	ck_assert_int_eq(accept(&bed, attr, 2, 0), E_DOES_NOT_EXIST);
	bed_pass(&bed, WAIT);
	ck_assert_uint_eq(later.called, 1);
	ck_assert_uint_eq(later.att, ATT_UNLIKELY);
	bed_end(&bed);
}
END_TEST

/* Its questions end; those of the other go on. */
START_TEST(test_central_leaves)
{
	Asked read, write, other;
	LocalAttr *attr;
	Bed bed;

	attr = asking(&bed);
	bed_central(&bed, 5, true);
	bed_central(&bed, 6, true);
	ck_assert(reads(&bed, attr, 5, 0, &read));
	ck_assert(writes(&bed, attr, 5, 0, "a", &write));
	ck_assert(writes(&bed, attr, 6, 0, "b", &other));
	bed_central(&bed, 5, false);
	ck_assert_uint_eq(read.called, 1);
	ck_assert_uint_eq(read.att, ATT_UNLIKELY);
	ck_assert_uint_eq(write.called, 1);
	ck_assert_uint_eq(write.att, ATT_UNLIKELY);
	ck_assert_uint_eq(other.called, 0);
	ck_assert_int_eq(accept(&bed, attr, 2, 0), E_DOES_NOT_EXIST);
	ck_assert_int_eq(accept(&bed, attr, 3, 0), 0);
	ck_assert_uint_eq(other.called, 1);
	ck_assert_uint_eq(other.att, 0);
	bed_end(&bed);
}
END_TEST

/* The service is stopped, or goes with its session: nobody waits on, and what is stored is not told. */
START_TEST(test_service_goes)
{
	Asked read, write;
	LocalAttr *attr;
	Bed bed;

	attr = asking(&bed);
	ck_assert(reads(&bed, attr, 5, 0, &read));
	ck_assert(writes(&bed, attr, 5, 0, "a", &write));
	local_service_stop(attr->service);
	bed_settle(&bed);
	ck_assert_uint_eq(read.called, 1);
	ck_assert_uint_eq(read.att, ATT_UNLIKELY);
	ck_assert_str_eq(read.value, "");
	ck_assert_uint_eq(write.called, 1);
	ck_assert_uint_eq(write.att, ATT_UNLIKELY);
	ck_assert(reads(&bed, attr, 5, 0, &read));
	ck_assert(writes(&bed, attr, 5, 0, "a", &write));
	sessions_drop(bed.a, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(read.called, 1);
	ck_assert_uint_eq(write.called, 1);
	ck_assert_uint_eq(write.att, ATT_UNLIKELY);
	bed_end(&bed);
}
END_TEST

/* A connection that listened, as to any attribute, and goes: the program is asked on another way. */
START_TEST(test_needs_no_listener)
{
	Asked read;
	LocalAttr *attr;
	Bed bed;

	attr = asking(&bed);
	ck_assert_int_eq(local_listen(attr, ":1.1", EVENT_CHAR_READ, &(Reason){ "" }), 0);
	ck_assert(reads(&bed, attr, 5, 0, &read));
	ck_assert_int_eq(local_listen(attr, ":1.1", 0, &(Reason){ "" }), 0);
	bed_settle(&bed);
	ck_assert_uint_eq(read.called, 0);
	ck_assert_int_eq(respond(&bed, attr, 1, "x"), 0);
	ck_assert_str_eq(read.value, "x");
	bed_end(&bed);
}
END_TEST

/* More than may wait are refused, not kept; each that waits has its end. */
START_TEST(test_many)
{
	static Asked asked[100];
	LocalAttr *attr;
	unsigned waiting = 0;
	Bed bed;

	attr = asking(&bed);
	for (size_t i = 0; i < 20; i++) {
		waiting += reads(&bed, attr, (uint8_t)i, 0, &asked[i]);
		ck_assert_uint_eq(asked[i].att, i < 16 ? 0 : ATT_UNLIKELY);
	}
	ck_assert_uint_eq(waiting, 16);
	bed_pass(&bed, WAIT);
	for (size_t i = 0; i < 20; i++)
		ck_assert_uint_eq(asked[i].called, 1);

	waiting = 0;
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		waiting += writes(&bed, attr, 5, 0, "x", &asked[i]);
	ck_assert_uint_eq(waiting, 64);
	bed_pass(&bed, WAIT);
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		ck_assert_uint_eq(asked[i].called, 1);
		ck_assert_uint_eq(asked[i].att, ATT_UNLIKELY);
	}
	bed_end(&bed);
}
END_TEST

START_TEST(test_confirmed)
{
	LocalAttr *attr;
	Bed bed;

	attr = asking(&bed);
	local_confirmed(attr);
	bed_expect(&bed, "confirmed");
	/* a face that has no words for it */
	bed.face_ops.local_confirmed = NULL;
	local_confirmed(attr);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("local-asks", test_options, test_reads, test_reads_on, test_writes, test_writes_refused,
	  test_timeout, test_central_leaves, test_service_goes, test_needs_no_listener, test_many,
	  test_confirmed)
