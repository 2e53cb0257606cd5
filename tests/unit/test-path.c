/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Object paths: each has one form, and what is written is read back. */
#include "service/path.h"

#include <string.h>

#include "bed-attrs.h"

static PathKind kind_of(const char *below)
{
	char path[300];

	g_snprintf(path, sizeof(path), "%s%s", PATH_ROOT, below);
	return path_parse(path).kind;
}

START_TEST(test_kinds)
{
	static const struct {
		const char *below;
		PathKind kind;
	} cases[] = {
		{ "", PATH_MANAGER },
		{ "/hci0", PATH_ADAPTER },
		{ "/hci65535", PATH_ADAPTER },
		{ "/hci0/session/1", PATH_PRIVATE_SESSION },
		{ "/hci0/session/uid4294967295", PATH_USER_SESSION },
		{ "/hci3/device/AA_BB_CC_DD_EE_0F", PATH_LINK },
		{ "/hci3/device/AA_BB_CC_DD_EE_0F/service00af", PATH_SERVICE },
		{ "/hci3/device/AA_BB_CC_DD_EE_0F/service00af/char00b0", PATH_CHARACTERISTIC },
		{ "/hci3/device/AA_BB_CC_DD_EE_0F/service00af/char00b0/desc00b2", PATH_DESCRIPTOR },
		{ "/hci0/session/1/service0", PATH_LOCAL_SERVICE },
		{ "/hci0/session/uid7/service1/char2", PATH_LOCAL_CHARACTERISTIC },
		{ "/hci0/session/uid7/service1/char2/desc3", PATH_LOCAL_DESCRIPTOR },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_msg(kind_of(cases[i].below) == cases[i].kind, "%s", cases[i].below);
}
END_TEST

/* A path that we would not have written is none: an object has one. */
START_TEST(test_other_forms)
{
	static const char *const none[] = {
		"x",
		"/",
		"/hci",
		"/hci00",
		"/hci01",
		"/hci-1",
		"/hci+1",
		"/hci 1",
		"/hci65536",
		"/hci0/",
		"/hci0x",
		"/hci0/session",
		"/hci0/session/",
		"/hci0/session/01",
		"/hci0/session/uid",
		"/hci0/session/uid4294967296",
		"/hci0/session/18446744073709551616",
		"/hci0/session/1/",
		"/hci0/session/1/service",
		"/hci0/session/1/service00",
		"/hci0/session/1/service4294967296",
		"/hci0/session/1/char0",
		"/hci0/session/1/service0/desc0",
		"/hci0/session/1/service0/char0/desc0/",
		"/hci0/device",
		"/hci0/device/",
		"/hci0/device/AA_BB_CC_DD_EE_F",
		"/hci0/device/aa_bb_cc_dd_ee_ff",
		"/hci0/device/AA:BB:CC:DD:EE:FF",
		"/hci0/device/AABBCCDDEEFF00000",
		"/hci0/device/AA_BB_CC_DD_EE_FF/",
		"/hci0/device/AA_BB_CC_DD_EE_FF/service",
		"/hci0/device/AA_BB_CC_DD_EE_FF/service00AF",
		"/hci0/device/AA_BB_CC_DD_EE_FF/service0af",
		"/hci0/device/AA_BB_CC_DD_EE_FF/service000af",
		"/hci0/device/AA_BB_CC_DD_EE_FF/char00af",
		"/hci0/device/AA_BB_CC_DD_EE_FF/service00af/desc00b0",
		"/hci0/device/AA_BB_CC_DD_EE_FF/service00af/char00b0/desc00b1/x",
	};

	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		ck_assert_msg(kind_of(none[i]) == PATH_UNKNOWN, "%s", none[i]);
	ck_assert_int_eq(path_parse("").kind, PATH_UNKNOWN);
	ck_assert_int_eq(path_parse("/").kind, PATH_UNKNOWN);
	ck_assert_int_eq(path_parse("/org/bluez/hci0").kind, PATH_UNKNOWN);
}
END_TEST

START_TEST(test_content)
{
	Path path = path_parse(PATH_ROOT "/hci3/device/AA_BB_CC_DD_EE_0F/service00af/char00b0/desc00b2");
	char text[ADDR_STRING_SIZE];

	ck_assert_uint_eq(path.index, 3);
	ck_assert_uint_eq(path.handle, 0xb2);
	ck_assert_str_eq(addr_format(&path.addr, text), "AA:BB:CC:DD:EE:0F");

	path = path_parse(PATH_ROOT "/hci2/session/18446744073709551605/service7/char8/desc9");
	ck_assert(!path.of_user);
	ck_assert_uint_eq(path.index, 2);
	ck_assert_uint_eq(path.id, UINT64_MAX - 10);
	ck_assert_uint_eq(path.service, 7);
	ck_assert_uint_eq(path.characteristic, 8);
	ck_assert_uint_eq(path.descriptor, 9);

	path = path_parse(PATH_ROOT "/hci2/session/uid1000/service7");
	ck_assert(path.of_user);
	ck_assert_uint_eq(path.uid, 1000);
}
END_TEST

/* The longest there can be. What is longer is refused before anybody parses it. */
START_TEST(test_longest)
{
	static const char *const longest[] = {
		PATH_ROOT "/hci65535/device/AA_BB_CC_DD_EE_FF/service0001/char0002/desc0003",
		PATH_ROOT
		"/hci65535/session/18446744073709551606/service4294967295/char4294967295/desc4294967295",
		PATH_ROOT "/hci65535/session/uid4294967295/service4294967295/char4294967295/desc4294967295",
	};

	for (size_t i = 0; i < ARRAY_SIZE(longest); i++) {
		ck_assert_uint_lt(strlen(longest[i]), PATH_SIZE);
		ck_assert_int_ne(path_parse(longest[i]).kind, PATH_UNKNOWN);
	}
}
END_TEST

START_TEST(test_there_and_back)
{
	char text[PATH_SIZE];
	Reason reason;
	Session *user;
	Path path;
	Bed bed;

	bed_init_link(&bed);
	ck_assert_str_eq(path_of_radio(bed.radio, text), PATH_ROOT "/hci0");
	ck_assert_int_eq(path_parse(path_of_session(bed.b, text)).kind, PATH_PRIVATE_SESSION);
	ck_assert_uint_eq(path_parse(text).id, bed.b->id);
	ck_assert_str_eq(path_of_signals(bed.b, text), path_of_session(bed.b, (char[PATH_SIZE]){ 0 }));

	ck_assert_int_eq(sessions_get_user(bed.radio, &bed.face, 7, bed.now, &user, &reason), 0);
	ck_assert_str_eq(path_of_session(user, text), PATH_ROOT "/hci0/session/uid7");
	ck_assert_str_eq(path_of_signals(user, text), PATH_ROOT "/hci0");

	path = path_parse(path_of_link(bed.link, text));
	ck_assert_int_eq(path.kind, PATH_LINK);
	ck_assert(addr_equal(&path.addr, &bed.link->addr));
	path = path_parse(path_of_attr(bed.attr, text));
	ck_assert_int_eq(path.kind, PATH_CHARACTERISTIC);
	ck_assert_uint_eq(path.handle, bed.attr->handle);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("path", test_kinds, test_other_forms, test_content, test_longest, test_there_and_back)
