/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services of ours: their parts, what they cost, and when BlueZ is to show them. */
#include <errno.h>
#include <string.h>

#include "bed-adverts.h"
#include "bed-locals.h"
#include "core/attr.h"
#include "core/local-group.h"

#define SETTLE (50 * USEC_PER_MSEC)

static uint64_t charged(const Session *session)
{
	return user_charged(session->user, QUOTA_ATTRIBUTES);
}

START_TEST(test_defaults)
{
	LocalOptions options;
	Bed bed;

	bed_init_radio(&bed);
	options = local_options(bed.a, LOCAL_CHARACTERISTIC);
	ck_assert_uint_eq(options.permissions, 0x11);
	ck_assert_uint_eq(options.properties, 0x1a);
	ck_assert_ptr_null(options.value);
	ck_assert_uint_eq(options.read_timeout_ms, 0);
	options = local_options(bed.a, LOCAL_DESCRIPTOR);
	ck_assert_uint_eq(options.permissions, PERM_READ);
	ck_assert_uint_eq(options.properties, 0);
	/* a session with a pin means it */
	bed.a->options.pin_set = true;
	ck_assert_uint_eq(local_options(bed.a, LOCAL_CHARACTERISTIC).permissions,
			  PERM_READ_ENCRYPTED | PERM_WRITE_ENCRYPTED);
	ck_assert_uint_eq(local_options(bed.a, LOCAL_DESCRIPTOR).permissions, PERM_READ_ENCRYPTED);
	bed_end(&bed);
}
END_TEST

START_TEST(test_arguments)
{
	static const struct {
		uint32_t properties, permissions;
		size_t length;
		bool descriptor;
		const char *word;	/* NULL: taken */
	} rows[] = {
		{ PROP_READ, PERM_READ, 0, false, NULL },
		{ 0xff, 0x1ff, ATTR_VALUE_MAX, false, NULL },
		{ 0, PERM_READ, 0, false, "properties" },
		{ 0x100, PERM_READ, 0, false, "properties: 0x100" },
		{ PROP_READ, 0x200, 0, false, "permissions: 0x200" },
		{ PROP_READ, UINT32_MAX, 0, false, "permissions" },
		{ PROP_READ, 0, 0, false, NULL },
		{ PROP_READ, PERM_READ, ATTR_VALUE_MAX + 1, false, "value: 513 bytes, at most 512" },
		{ 0, PERM_READ, 5, true, NULL },
		{ 0, 0x200, 0, true, "permissions" },
		{ 0, PERM_READ, 70000, true, "value: 70000" },
	};
	LocalService *service = NULL;
	Reason reason = { "" };
	LocalAttr *parent;
	Bed bed;
	Uuid uuid;

	bed_init_radio(&bed);
	uuid_from_int(1, &uuid);
	ck_assert_int_eq(local_service_new(bed.a, &uuid, true, 0, true, &service, &reason),
			 E_INVALID_ARGUMENTS);
	ck_assert_ptr_nonnull(strstr(reason.text, "nbr_chars"));
	ck_assert_int_eq(local_service_new(bed.a, &uuid, true, LOCAL_CHARS_MAX + 1, true, &service, &reason),
			 E_INVALID_ARGUMENTS);
	ck_assert_ptr_null(service);
	ck_assert_uint_eq(charged(bed.a), 0);
	service = bed_service(bed.a, LOCAL_CHARS_MAX, true);
	parent = bed_local_attr(&bed, service, NULL, "");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		GBytes *value = rows[i].length > 0 ?
					g_bytes_new_take(g_malloc0(rows[i].length), rows[i].length) :
					NULL;
		const LocalOptions options = { .properties = rows[i].properties,
					       .permissions = rows[i].permissions,
					       .value = value, .read_timeout_ms = 1000 };
		const uint64_t before = charged(bed.a);
		LocalAttr *attr = NULL;
		int r = local_attr_new(service, rows[i].descriptor ? parent : NULL, &uuid, &options, bed.now,
				       &attr, &reason);

		ck_assert_msg(r == (rows[i].word ? E_INVALID_ARGUMENTS : 0), "row %zu: %d", i, r);
		ck_assert_uint_eq(charged(bed.a), before + !rows[i].word);
		if (r != 0) {
			ck_assert_ptr_null(attr);
			ck_assert_msg(strstr(reason.text, rows[i].word), "row %zu: %s", i, reason.text);
		} else {
			ck_assert_uint_eq(g_bytes_get_size(attr->value), rows[i].length);
			ck_assert_uint_eq(attr->read_timeout_ms, 1000);
		}
		g_clear_pointer(&value, g_bytes_unref);
	}
	bed_end(&bed);
}
END_TEST

START_TEST(test_parts)
{
	LocalAttr *first, *second, *third, *attr;
	LocalService *service, *other;
	LocalOptions options;
	Reason reason;
	Bed bed;

	bed_init_radio(&bed);
	service = bed_service(bed.a, 2, true);
	other = bed_service(bed.a, 1, true);
	ck_assert_uint_eq(service->number, 0);
	ck_assert_uint_eq(other->number, 1);
	ck_assert_uint_eq(bed_service(bed.b, 1, true)->number, 0);
	first = bed_local_attr(&bed, service, NULL, "a");
	second = bed_local_attr(&bed, service, NULL, "b");
	/* behind their characteristic, in the order in which they came */
	(void)bed_local_attr(&bed, service, second, "b0");
	(void)bed_local_attr(&bed, service, first, "a0");
	third = bed_local_attr(&bed, service, first, "a1");
	(void)bed_local_attr(&bed, service, second, "b1");
	for (guint i = 0; i < service->attrs->len; i++) {
		static const char *const order[] = { "a", "a0", "a1", "b", "b0", "b1" };

		attr = g_ptr_array_index(service->attrs, i);
		ck_assert_uint_eq(g_bytes_get_size(attr->value), strlen(order[i]));
		ck_assert_mem_eq(g_bytes_get_data(attr->value, NULL), order[i], strlen(order[i]));
	}
	ck_assert_uint_eq(service->attrs->len, 6);
	ck_assert_ptr_eq(local_attr_find(service, LOCAL_CHARACTERISTIC, 1, 0), second);
	ck_assert_ptr_eq(local_attr_find(service, LOCAL_DESCRIPTOR, 0, 1), third);
	ck_assert_ptr_null(local_attr_find(service, LOCAL_CHARACTERISTIC, 2, 0));
	ck_assert_ptr_null(local_attr_find(service, LOCAL_DESCRIPTOR, 0, 2));
	ck_assert_ptr_eq(local_service_find(bed.a, 1), other);
	ck_assert_ptr_null(local_service_find(bed.b, 1));

	/* no more characteristics than it was made for, but descriptors */
	options = local_options(bed.a, LOCAL_CHARACTERISTIC);
	ck_assert_int_eq(local_attr_new(service, NULL, &first->uuid, &options, bed.now, &attr, &reason),
			 E_LIMIT_REACHED);
	ck_assert_ptr_nonnull(strstr(reason.text, "nbr_chars"));
	(void)bed_local_attr(&bed, service, first, "a2");

	/* a number is not given again */
	local_service_free(other);
	ck_assert_ptr_null(local_service_find(bed.a, 1));
	ck_assert_uint_eq(bed_service(bed.a, 1, true)->number, 2);
	bed_end(&bed);
}
END_TEST

START_TEST(test_quota)
{
	LocalService *service = NULL;
	LocalOptions options;
	LocalAttr *attr = NULL;
	Reason reason;
	Bed bed;
	Uuid uuid;
	uint64_t bytes;
	User *user;
	int r;

	bed_init_radio(&bed);
	user = user_ref(bed.a->user);
	uuid_from_int(1, &uuid);
	options = local_options(bed.a, LOCAL_CHARACTERISTIC);
	/* 1,000 services of one user: there is a limit, and it is of all the user's sessions together */
	for (unsigned i = 0; i < 1000; i++) {
		r = local_service_new(i % 2 ? bed.a : bed.b, &uuid, true, 3, true, &service, &reason);
		ck_assert_int_eq(r, i < bed.config.attributes_per_user ? 0 : E_LIMIT_REACHED);
	}
	ck_assert_ptr_nonnull(strstr(reason.text, "AttributesPerUser"));
	ck_assert_uint_eq(user_charged(user, QUOTA_ATTRIBUTES), bed.config.attributes_per_user);
	ck_assert_int_eq(local_attr_new(service, NULL, &uuid, &options, bed.now, &attr, &reason),
			 E_LIMIT_REACHED);
	ck_assert_ptr_null(attr);
	/* others have their own */
	(void)bed_local_attr(&bed, bed_service(bed.c, 1, true), NULL, "");
	ck_assert_uint_eq(charged(bed.c), 2);

	/* what goes is given back */
	local_service_free(service);
	service = bed_service(bed.a, 1, true);
	local_service_free(service);
	service = bed_service(bed.a, 1, true);
	sessions_drop(bed.b, bed.now);
	attr = bed_local_attr(&bed, service, NULL, "x");
	(void)bed_local_attr(&bed, service, attr, "y");
	/* room for values of any length, and who listens */
	bytes = user_charged(user, QUOTA_BYTES);
	ck_assert_uint_ge(bytes, 2 * ATTR_VALUE_MAX);
	ck_assert_int_eq(local_listen(attr, ":1.9", EVENT_CHAR_READ, &reason), 0);
	ck_assert_int_eq(local_listen(attr, ":1.9", EVENT_CHAR_WRITE, &reason), 0);
	ck_assert_uint_ge(user_charged(user, QUOTA_BYTES), bytes + sizeof(LocalListener));
	local_peer_gone(attr, ":1.9");
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), bytes);
	ck_assert_int_eq(local_listen(attr, ":1.9", EVENT_CHAR_READ, &reason), 0);
	sessions_drop(bed.a, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(user_charged(user, QUOTA_ATTRIBUTES), 0);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), 0);
	ck_assert_uint_eq(bed.shown, 2);
	user_unref(user);
	bed_end(&bed);
}
END_TEST

/* By itself once it is complete, and 50 ms after its last part. */
START_TEST(test_starts_by_itself)
{
	LocalService *service;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	service = bed_service(bed.a, 2, true);
	attr = bed_local_attr(&bed, service, NULL, "a");
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "");
	(void)bed_local_attr(&bed, service, NULL, "b");
	bed_pass(&bed, SETTLE - 1);
	(void)bed_local_attr(&bed, service, attr, "d");
	bed_pass(&bed, SETTLE - 1);
	bed_expect(&bed, "");
	bed_pass(&bed, 1);
	bed_expect(&bed, "register1.0");
	bed_registered(&bed, service, 0);
	ck_assert_int_eq(service->state, LOCAL_UP);
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "");

	/* a part that comes later: shown anew with it */
	local_placed(service, 20);
	(void)bed_local_attr(&bed, service, attr, "e");
	ck_assert_uint_eq(service->handle, 0);
	bed_pass(&bed, SETTLE);
	bed_expect(&bed, "unregister1.0 register1.0");

	/* and one that comes before the answer, which is quick or takes long */
	for (unsigned late = 0; late < 2; late++) {
		(void)bed_local_attr(&bed, service, attr, "f");
		if (late)
			bed_pass(&bed, 10 * SETTLE);
		bed_expect(&bed, "");
		bed_registered(&bed, service, 0);
		bed_pass(&bed, SETTLE);
		bed_expect(&bed, "unregister1.0 register1.0");
	}
	bed_registered(&bed, service, 0);

	/* one that is not to start by itself does not, and stays as it is when stopped */
	service = bed_service(bed.a, 1, false);
	attr = bed_local_attr(&bed, service, NULL, "a");
	(void)bed_local_attr(&bed, service, attr, "d");
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

START_TEST(test_start)
{
	Starter first = { 0 }, second = { 0 }, third = { 0 };
	LocalService *service;
	Bed bed;

	bed_init_radio(&bed);
	service = bed_service(bed.a, 3, false);
	(void)bed_local_attr(&bed, service, NULL, "a");
	/* at once, however few it has */
	ck_assert_int_eq(bed_start_service(&bed, service, &first), 1);
	ck_assert_int_eq(bed_start_service(&bed, service, &second), 1);
	ck_assert_int_eq(bed_start_service(&bed, service, &third), 1);
	wait_cancel(&third.wait);
	wait_cancel(&third.wait);
	bed_expect(&bed, "register1.0");
	bed_registered(&bed, service, 0);
	ck_assert_uint_eq(first.called + second.called, 2);
	ck_assert_int_eq(first.error + second.error, 0);
	ck_assert_uint_eq(third.called, 0);
	ck_assert_int_eq(bed_start_service(&bed, service, &third), 0);
	/* an answer too many */
	local_registered(service, -EAGAIN, NULL, bed.now);
	ck_assert_int_eq(service->state, LOCAL_UP);

	/* another part: who asks now does not wait for more, and is told when all is there */
	(void)bed_local_attr(&bed, service, NULL, "b");
	ck_assert_int_eq(bed_start_service(&bed, service, &first), 1);
	bed_expect(&bed, "unregister1.0 register1.0");
	(void)bed_local_attr(&bed, service, NULL, "c");
	bed_registered(&bed, service, 0);
	ck_assert_uint_eq(first.called, 1);
	bed_pass(&bed, SETTLE);
	bed_expect(&bed, "unregister1.0 register1.0");
	bed_registered(&bed, service, 0);
	ck_assert_uint_eq(first.called, 2);
	ck_assert_int_eq(first.error, 0);

	local_service_stop(service);
	local_service_stop(service);
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "unregister1.0");
	ck_assert_int_eq(bed_start_service(&bed, service, &first), 1);
	bed_expect(&bed, "register1.0");
	bed_end(&bed);
	ck_assert_int_eq(first.error, E_DOES_NOT_EXIST);
}
END_TEST

START_TEST(test_not_now)
{
	Starter starter = { 0 };
	LocalService *service;
	Bed bed;

	bed_init_radio(&bed);
	service = bed_service(bed.a, 1, false);
	(void)bed_local_attr(&bed, service, NULL, "a");
	bed_power(&bed, bed.radio, false);
	ck_assert_int_eq(bed_start_service(&bed, service, &starter), E_NOT_READY);
	bed_bluez_gone(&bed);
	ck_assert_int_eq(bed_start_service(&bed, service, &starter), E_BLUEZ_UNAVAILABLE);
	bed_pass(&bed, USEC_PER_SEC);
	ck_assert_ptr_null(strstr(bed.log->str, "register"));
	bed_bluez_back(&bed, true);
	bed_pass(&bed, USEC_PER_SEC);
	/* it was refused: nothing stands */
	ck_assert_ptr_null(strstr(bed.log->str, "register"));
	ck_assert_int_eq(bed_start_service(&bed, service, &starter), 1);
	bed_end(&bed);
}
END_TEST

START_TEST(test_refused)
{
	Starter starter = { 0 };
	LocalService *service;
	Bed bed;

	bed_init_radio(&bed);
	service = bed_service(bed.a, 1, true);
	(void)bed_local_attr(&bed, service, NULL, "a");
	/* what is worth another try is tried every second, and who waits goes on waiting */
	ck_assert_int_eq(bed_start_service(&bed, service, &starter), 1);
	for (unsigned i = 0; i < 3; i++) {
		bed_expect(&bed, "register1.0");
		bed_registered(&bed, service, -EAGAIN);
		bed_pass(&bed, USEC_PER_SEC - 1);
		bed_expect(&bed, "");
		bed_pass(&bed, 1);
	}
	ck_assert_uint_eq(starter.called, 0);
	/* nor is what it says of a place that something else may have taken */
	bed_expect(&bed, "register1.0");
	local_placed(service, 20);
	bed_registered(&bed, service, E_FAILED);
	ck_assert_uint_eq(service->handle, 0);
	ck_assert_uint_eq(starter.called, 0);
	bed_pass(&bed, USEC_PER_SEC);
	/* for good */
	bed_registered(&bed, service, E_FAILED);
	ck_assert_uint_eq(starter.called, 1);
	ck_assert_int_eq(starter.error, E_FAILED);
	ck_assert_str_eq(starter.text, "said the edge");
	bed_expect(&bed, "register1.0");
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "");
	/* until somebody asks again */
	ck_assert_int_eq(bed_start_service(&bed, service, &starter), 1);
	bed_expect(&bed, "register1.0");
	bed_registered(&bed, service, 0);
	ck_assert_int_eq(starter.error, 0);
	bed_end(&bed);
}
END_TEST

/* Stopped or removed before the answer, which then comes for nobody. */
START_TEST(test_stop_meanwhile)
{
	Starter starter = { 0 };
	LocalService *service;
	Bed bed;

	bed_init_radio(&bed);
	service = bed_service(bed.a, 1, false);
	(void)bed_local_attr(&bed, service, NULL, "a");
	ck_assert_int_eq(bed_start_service(&bed, service, &starter), 1);
	local_service_stop(service);
	bed_settle(&bed);
	ck_assert_uint_eq(starter.called, 1);
	ck_assert_int_eq(starter.error, E_NOT_READY);
	local_registered(service, 0, NULL, bed.now);
	ck_assert_int_eq(service->state, LOCAL_DOWN);
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "register1.0 unregister1.0");

	/* stopped while it waits for another try */
	ck_assert_int_eq(bed_start_service(&bed, service, &starter), 1);
	bed_registered(&bed, service, -EAGAIN);
	local_service_stop(service);
	bed_settle(&bed);
	ck_assert_uint_eq(starter.called, 2);
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "register1.0");

	/* or while it settles */
	service = bed_service(bed.a, 1, true);
	(void)bed_local_attr(&bed, service, NULL, "a");
	local_service_stop(service);
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "");

	ck_assert_int_eq(bed_start_service(&bed, service, &starter), 1);
	local_service_free(service);
	bed_settle(&bed);
	ck_assert_uint_eq(starter.called, 3);
	ck_assert_int_eq(starter.error, E_DOES_NOT_EXIST);
	bed_expect(&bed, "register1.1 unregister1.1");
	bed_end(&bed);
}
END_TEST

/* bluetoothd forgets all; it comes back in the order of creation, so that handles stay. */
START_TEST(test_forgotten)
{
	Starter starter = { 0 };
	LocalService *late;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "a");
	(void)bed_visible(&bed, bed.b, "b");
	(void)bed_visible(&bed, bed.a, "c");
	local_service_stop(bed_visible(&bed, bed.c, "d")->service);
	late = bed_service(bed.c, 1, false);
	(void)bed_local_attr(&bed, late, NULL, "e");
	ck_assert_int_eq(bed_start_service(&bed, late, &starter), 1);
	bed_central_subscribes(attr, 5, true);
	bed_central_subscribes(attr, 6, true);
	local_placed(late, 20);
	bed_forget(&bed);

	bed_bluez_gone(&bed);
	/* that it did not take one any more says nothing of its place */
	local_refused(late, -EAGAIN, NULL, bed.now);
	ck_assert_uint_eq(late->handle, 20);
	ck_assert_uint_eq(bed.services->len, 0);
	ck_assert_uint_eq(local_subscribers(attr), 0);
	/* who waits is told; what was wanted still is */
	ck_assert_uint_eq(starter.called, 1);
	ck_assert_int_eq(starter.error, E_NOT_READY);
	bed_expect(&bed,
		   "unregister1.0 off1.0.0(5)=0 off1.0.0(6)=0 unregister2.0 unregister1.1 unregister3.1 "
		   "removed0");
	/* a part added meanwhile comes with it */
	(void)bed_local_attr(&bed, attr->service, attr, "x");
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_bluez_back(&bed, true);
	bed_pass(&bed, SETTLE);
	bed_expect(&bed, "added0 register1.0 register2.0 register1.1 register3.1");
	while (bed.services->len > 0 && late->state != LOCAL_UP)
		for (guint i = 0; i < bed.services->len; i++)
			bed_registered(&bed, g_ptr_array_index(bed.services, i), 0);
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

/* Services of one application come and go together. */
START_TEST(test_group)
{
	LocalService *first, *second;
	Starter starter = { 0 };
	Reason reason = { "" };
	uint64_t before;
	Bed bed;

	bed_init_radio(&bed);
	first = bed_service(bed.a, 1, false);
	second = bed_service(bed.a, 1, false);
	(void)bed_local_attr(&bed, first, NULL, "a");
	(void)bed_local_attr(&bed, second, NULL, "b");
	local_group_join(second, first);
	before = charged(bed.a);
	ck_assert_int_eq(local_group_include(second, first, &reason), 0);
	ck_assert_uint_eq(charged(bed.a), before + 1);
	ck_assert_int_eq(bed_start_service(&bed, first, &starter), 1);
	bed_expect(&bed, "register1.0");
	local_placed(first, 20);
	/* the handle of any of them may be taken */
	bed_registered(&bed, first, E_FAILED);
	ck_assert_int_eq(second->state, LOCAL_DOWN);
	ck_assert_uint_eq(first->handle, 0);
	ck_assert_uint_eq(starter.called, 0);
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "register1.0");
	bed_registered(&bed, first, 0);
	ck_assert_int_eq(second->state, LOCAL_UP);
	ck_assert_uint_eq(starter.called, 1);
	/* the radio goes and comes back */
	bed_bluez_gone(&bed);
	ck_assert_int_eq(second->state, LOCAL_DOWN);
	bed_expect(&bed, "unregister1.0 removed0");
	bed_bluez_back(&bed, true);
	bed_pass(&bed, SETTLE);
	bed_expect(&bed, "added0 register1.0");
	bed_registered(&bed, first, 0);
	sessions_drop(bed.a, bed.now);
	bed_settle(&bed);
	bed_expect(&bed, "unregister1.0");
	bed_end(&bed);
}
END_TEST

/* What is included is charged as an attribute. */
START_TEST(test_includes_are_charged)
{
	LocalService *first, *second;
	Reason reason = { "" };
	uint64_t left;
	Bed bed;

	bed_init_radio(&bed);
	first = bed_service(bed.a, 1, false);
	second = bed_service(bed.a, 1, false);
	local_group_join(second, first);
	left = user_limit(bed.a->user, QUOTA_ATTRIBUTES) - charged(bed.a);
	for (uint64_t i = 0; i < left; i++)
		ck_assert_int_eq(local_group_include(second, first, &reason), 0);
	ck_assert_int_eq(local_group_include(second, first, &reason), E_LIMIT_REACHED);
	ck_assert_ptr_nonnull(strstr(reason.text, "AttributesPerUser"));
	sessions_drop(bed.a, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(charged(bed.b), 0);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("local", test_defaults, test_arguments, test_parts, test_quota, test_starts_by_itself, test_start,
	  test_not_now, test_refused, test_stop_meanwhile, test_forgotten, test_group,
	  test_includes_are_charged)
