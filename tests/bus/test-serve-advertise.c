/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising: what a session says, byte for byte on air; what is refused; and that it goes on until it is
 * ended. */
#include "serve-fixture.h"

#define NAME_29 "abcdefghijklmnopqrstuvwxyz012"

typedef struct Case {
	const char *keys, *adv, *rsp;
} Case;

START_TEST(what_is_said)
{
	static const Case cases[] = {
		{ "'name': <'LoPy'>", "020106", "05094c6f5079" },
		{ "'name': <'" NAME_29 "'>", "020106",
		  "1e096162636465666768696a6b6c6d6e6f707172737475767778797a303132" },
		{ "'name': <'Gr\u00fcn'>", "020106", "06094772c3bc6e" },
		{ "", "020106", "-" },
		{ "'manufacturer_data': <[byte 0x4c, 0, 1, 2]>", "05ff4c000102020106", "-" },
		{ "'manufacturer_data': <'Pycom'>", "06ff5079636f6d020106", "-" },
		{ "'manufacturer_data': <{uint16 0x4c: <[byte 1, 2]>}>", "05ff4c000102020106", "-" },
		{ "'service_data': <[byte 0x0d, 0x18, 7]>", "04160d1807020106", "-" },
		{ "'service_data': <'ab1'>", "0416616231020106", "-" },
		{ "'service_data': <{'180d': <[byte 7]>}>", "04160d1807020106", "-" },
		{ "'service_data': <{'12345678': <[byte 7]>}>", "06207856341207020106", "-" },
		{ "'service_data': <{'" OURS_UUID "': <[byte 7]>}>", "1221ab8967452301"
		  "9b8a5e4f1d1c20003b5a07020106", "-" },
		{ "'service_uuid': <uint16 0x180d>", "03030d18020106", "-" },
		{ "'service_uuid': <'abc123'>", "050523c1ab00020106", "-" },
		{ "'service_uuid': <'1234567890123456'>", "110736353433323130393837363534333231020106", "-" },
		{ "'service_uuid': <[<uint16 0x180d>, <'180f'>]>", "05030d180f18020106", "-" },
		{ "'service_uuid': <[<uint16 0x180d>, <uint32 0x12345678>]>", "03030d18050578563412020106",
		  "-" },
		{ "'appearance': <uint16 833>", "03194103020106", "-" },
		{ "'tx_power': <true>, 'service_uuid': <'180d'>", "03030d18020106020a00", "-" },
		{ "'tx_power': <false>, 'service_uuid': <'180d'>", "03030d18020106", "-" },
		{ "'discoverable': <false>, 'service_uuid': <'180d'>", "02010403030d18", "-" },
		{ "'discoverable': <false>, 'name': <'LoPy'>", "020104", "05094c6f5079" },
		{ "'name': <'All'>, 'service_uuid': <'180d'>, 'manufacturer_data': <[byte 1, 0, 2]>,"
		  " 'service_data': <[byte 0x0f, 0x18, 3]>, 'appearance': <uint16 833>",
		  "03030d1804ff01000204160f180303194103020106", "0409416c6c" },
		{ "'manufacturer_data': <[byte 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,"
		  " 22, 23, 24, 25]>", "1bff010002030405060708090a0b0c0d0e0f10111213141516171819020106",
		  "-" },
		{ "'discoverable': <false>, 'manufacturer_data': <[byte 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,"
		  " 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28]>",
		  "1eff010002030405060708090a0b0c0d0e0f101112131415161718191a1b1c", "-" },
	};
	g_autofree char *session = open_session(client, 0);

	advertise(client, session, false);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		set_advertisement(client, session, cases[i].keys);
		advertise(client, session, true);
		wait_on_air(cases[i].adv, cases[i].rsp);
	}
	advertise(client, session, true); /* once more is no error */
	advertise(client, session, false);
	wait_off_air(NULL, NULL, SOON);
}
END_TEST

typedef struct Raw {
	const char *adv, *rsp;	/* "": empty */
	const char *on_air;	/* the advertisement, where it is not the same; NULL: the same */
	const char *refused;	/* a word of NotSupported */
} Raw;

/* Each is on air as it was given, structure by structure, or is refused with its place. */
static const Raw raws[] = {
	/* flags stand where BlueZ, or the kernel, puts them, which adds its own where there are none */
	{ "02010603030d18", "05094c6f5079", "03030d18020106", NULL },
	{ "03030d18020106", "", NULL, NULL },
	{ "02010403030d18", "", NULL, NULL },
	{ "03030d18020104", "", "02010403030d18", NULL },
	{ "04ff010009", "", "02010404ff010009", NULL },
	{ "0326010202010603270102", "", NULL, "0x27 at byte 7" },
	{ "03260102020106", "", NULL, NULL },
	{ "02010503030d18", "", NULL, "0x01 at byte 0" },
	{ "02010203030d18", "", NULL, "0x01 at byte 0" },
	{ "02010003030d18", "", NULL, "0x01 at byte 0" },
	{ "03030d1802011a", "", NULL, "0x01 at byte 4" },
	{ "0301060003030d18", "", NULL, "0x01 at byte 0" },
	{ "0101", "", NULL, "0x01 at byte 0" },
	{ "020106020106", "", NULL, "0x01 at byte 3" },
	/* names */
	{ "020106", "06094772c3bc6e", "020106", NULL },
	{ "020106", "1e096162636465666768696a6b6c6d6e6f707172737475767778797a303132", NULL, NULL },
	{ "020106", "05084c6f5079", NULL, "scan_rsp: AD type 0x08 at byte 0" },
	{ "02010605094c6f5079", "", NULL, "adv: AD type 0x09 at byte 3" },
	{ "02010605084c6f5079", "", NULL, "adv: AD type 0x08 at byte 3" },
	{ "020106", "054c6f50ff79", NULL, "scan_rsp: AD type 0x4c at byte 0" },
	{ "020106", "05094c6f50ff", NULL, "scan_rsp: AD type 0x09 at byte 0" },
	{ "020106", "05094c6f5000", NULL, "scan_rsp: AD type 0x09 at byte 0" },
	{ "020106", "0409efbfbf", NULL, "scan_rsp: AD type 0x09 at byte 0" },
	{ "020106", "0109", NULL, "scan_rsp: AD type 0x09 at byte 0" },
	{ "020106", "020941020942", NULL, "scan_rsp: AD type 0x09 at byte 3" },
	/* other things in the scan response */
	{ "020106", "04ff010009", NULL, "scan_rsp: AD type 0xff at byte 0" },
	{ "020106", "020941020a04", NULL, "scan_rsp: AD type 0x0a at byte 3" },
	{ "", "020106", NULL, "scan_rsp: AD type 0x01 at byte 0" },
	/* UUIDs of each width, and in other ones */
	{ "05030d180f18020106", "", NULL, NULL },
	{ "05030d180d18020106", "", NULL, NULL },
	{ "050578563412020106", "", NULL, NULL },
	{ "05050d180000020106", "", NULL, NULL },
	{ "110736353433323130393837363534333231020106", "", NULL, NULL },
	{ "1107fb349b5f80000080001000000d180100020106", "", NULL, NULL },
	{ "1107fb349b5f80000080001000000d180000020106", "", NULL, "0x07 at byte 0" },
	{ "03020d18020106", "", NULL, "0x02 at byte 0" },
	{ "050478563412020106", "", NULL, "0x04 at byte 0" },
	{ "110636353433323130393837363534333231020106", "", NULL, "0x06 at byte 0" },
	{ "03030d1803030f18", "", NULL, "0x03 at byte 4" },
	{ "0103020106", "", NULL, "0x03 at byte 0" },
	{ "03030d180505785634120314aabb051f78563412020106", "", NULL, NULL },
	{ "111536353433323130393837363534333231020106", "", NULL, NULL },
	{ "1115fb349b5f80000080001000000d180000020106", "", NULL, "0x15 at byte 0" },
	/* data of services and companies */
	{ "04160d180704160f1808020106", "", NULL, NULL },
	{ "0620785634120704160f1808020106", "", NULL, NULL },
	{ "06200d1800000704160f1808020106", "", NULL, NULL },
	{ "04160d180706200d18000007", "", NULL, "0x20 at byte 5" },
	{ "12213635343332313039383736353433323107020106", "", NULL, NULL },
	{ "1221fb349b5f80000080001000000d18000007", "", NULL, "0x21 at byte 0" },
	{ "03160d18020106", "", NULL, "0x16 at byte 0" },
	{ "03ff4c00020106", "", NULL, "0xff at byte 0" },
	{ "04ff4c000104ff4d000204ff00000304160d1804020106", "", NULL, NULL },
	{ "04ff4c000104ff4c0002", "", NULL, "0xff at byte 5" },
	{ "04ff4c000104ff4c0001", "", NULL, "0xff at byte 5" },
	{ "1bff010002030405060708090a0b0c0d0e0f10111213141516171819020106", "", NULL, NULL },
	/* others */
	{ "03194103020106", "", NULL, NULL },
	{ "0319ffff020106", "", NULL, "0x19 at byte 0" },
	{ "0319410303194203", "", NULL, "0x19 at byte 4" },
	{ "020afc020106", "", NULL, "0x0a at byte 0" },
	{ "0201061bff010002030405060708090a0b0c0d0e0f10111213141516171819", "",
	  "1bff010002030405060708090a0b0c0d0e0f10111213141516171819020106", NULL },
	{ "02240102250202260302fe04020106", "", NULL, NULL },
	{ "022401022402", "", NULL, "0x24 at byte 3" },
	{ "0124020106", "", NULL, "0x24 at byte 0" },
	/* the order */
	{ "04ff4c000103030d18", "", NULL, "0x03 at byte 5" },
	{ "03030d180314aabb04ff4c000104160d18070319410302240a020106", "", NULL, NULL },
	{ "0319410304160d1807", "", NULL, "0x16 at byte 4" },
	{ "05050d18000003030d18", "", NULL, "0x03 at byte 6" },
};

static void set_raw(const char *path, const Raw *row)
{
	g_autoptr(GVariant) params =
		g_variant_ref_sink(g_variant_new("(@ay@ay)", bytes_of(row->adv), bytes_of(row->rsp)));
	g_autofree char *text = g_variant_print(params, TRUE);

	if (row->refused)
		tell_fails(client, path, "Session1", "SetAdvertisementRaw", text, "NotSupported",
			   row->refused);
	else
		tell(client, path, "Session1", "SetAdvertisementRaw", text);
}

START_TEST(raw)
{
	static const Raw first = { "03030d18020106", "020941", NULL, NULL };
	g_autofree char *session = open_session(client, 0);
	const char *adv = "03030d18020106", *rsp = "020941";

	set_raw(session, &first);
	advertise(client, session, true);
	wait_on_air(adv, rsp);
	for (size_t i = 0; i < G_N_ELEMENTS(raws); i++) {
		const Raw *row = &raws[i];

		set_raw(session, row);
		if (!row->refused) {
			adv = row->on_air ? row->on_air : row->adv;
			rsp = row->rsp[0] ? row->rsp : "-";
		}
		/* it is when the call returns; and one that was refused has changed nothing */
		wait_on_air(adv, rsp);
	}

	tell_fails(client, session, "Session1", "SetAdvertisementRaw", "([byte 9, 9, 1], @ay [])",
		   "InvalidArguments", "byte 0");
	tell_fails(client, session, "Session1", "SetAdvertisementRaw", "(@ay [], [byte 2, 10, 0, 9])",
		   "InvalidArguments", "scan_rsp");
	tell_fails(client, session, "Session1", "SetAdvertisementRaw", "([byte 2, 0x1b, 1], @ay [])",
		   "NotSupported", "0x1b");
	tell_fails(client, session, "Session1", "SetAdvertisementRaw",
		   "([byte 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0], @ay [])",
		   "InvalidArguments",
		   "32 bytes");
	wait_on_air(adv, rsp);
}
END_TEST

/* Every AD type: as given, or refused by its name. On air are a few of those that are alike. */
START_TEST(raw_types)
{
	g_autofree char *session = advertise_as(client, "x"), *other = open_session(client, 0);
	unsigned int taken = 0;

	for (unsigned int type = 0; type <= 255; type++) {
		/* data that each may have, and that says nothing new about lengths */
		const char *length = type == 0x21 ? "12" : type == 0x19 ? "03" : "11";
		const char *content = type == 0x19 ? "4103" :
				      type == 0x21 ? "3635343332313039383736353433323107" :
						     "36353433323130393837363534333231";
		g_autofree char *hex = g_strdup_printf("%s%02x%s020106", length, type, content);
		g_autofree char *word = g_strdup_printf("0x%02x at byte 0", type);
		const bool on_air = type < 0x30 || type % 64 == 0 || type == 0xff;
		g_autoptr(GVariant) reply = NULL;
		g_autoptr(GError) error = NULL;

		if (type == 0x01 || type == 0x0a) /* of one byte */
			continue;
		reply = client_call(client, on_air ? session : other, "Session1", "SetAdvertisementRaw",
				    g_variant_new("(@ay@ay)", bytes_of(hex), bytes_of("")), NULL, &error);
		if (!reply)
			ck_assert_msg(strstr(error->message, "NotSupported") && strstr(error->message, word),
				      "%s", error->message);
		taken += reply != NULL;
		if (reply && on_air)
			wait_on_air(hex, "-");
	}
	ck_assert_uint_eq(taken, 256 - 2 - 27);
}
END_TEST

/* BlueZ takes intervals since 5.77, before with --experimental only. */
static void expect_intervals(const char *session, const char *params)
{
	if (world_bluez_since(world, 77))
		tell(client, session, "Session1", "SetAdvertisementParams", params);
	else
		tell_fails(client, session, "Session1", "SetAdvertisementParams", params, "NotSupported",
			   "adv_int_min");
}

START_TEST(parameters)
{
	static const struct {
		const char *keys, *error, *contains;
	} cases[] = {
		{ "'adv_int_min': <uint16 1>, 'adv_int_max': <uint16 160>", "InvalidArguments",
		  "adv_int_min" },
		{ "'adv_type': <byte 1>", "NotSupported", "adv_type" },
		{ "'adv_type': <byte 9>", "InvalidArguments", "adv_type" },
		{ "'own_addr_type': <byte 1>", "NotSupported", "own_addr_type" },
		{ "'channel_map': <byte 1>", "NotSupported", "channel_map" },
		{ "'adv_filter_policy': <byte 1>", "NotSupported", "adv_filter_policy" },
		{ "'speed': <byte 1>", "InvalidArguments", "speed" },
		{ "'adv_type': <'0'>", "InvalidArguments", "adv_type" },
	};
	g_autofree char *session = open_session(client, 0), *text = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *one = g_strdup_printf("({%s},)", cases[i].keys);

		tell_fails(client, session, "Session1", "SetAdvertisementParams", one, cases[i].error,
			   cases[i].contains);
	}
	expect_intervals(session, "({'adv_int_min': <uint16 160>},)");
	expect_intervals(session, "({'adv_int_max': <uint16 160>},)");
	tell(client, session, "Session1", "SetAdvertisementParams",
	     "({'own_addr_type': <byte 0>, 'channel_map': <byte 7>, 'adv_filter_policy': <byte 0>},)");
	set_advertisement(client, session, "'service_uuid': <'180d'>");
	tell(client, session, "Session1", "SetAdvertisementParams", "({'adv_type': <byte 3>},)");
	advertise(client, session, true);
	wait_on_air("02010403030d18", "-");
	text = air_cmd(air, "onair *");
	ck_assert_msg(strstr(text, ":3:") != NULL, "connectable: %s", text);
	central_appear(0);
	ck_assert(!air_try(air, "connect cen0 *"));
	tell(client, session, "Session1", "SetAdvertisementParams", "({'adv_type': <byte 0>},)");
	wait_on_air("03030d18020106", "-");
	central_connect(0);
}
END_TEST

START_TEST(refusals)
{
	static const struct {
		const char *keys, *contains;
	} cases[] = {
		{ "'name': <'" NAME_29 "3'>", "name: 30 bytes" },
		{ "'manufacturer_data': <[byte 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,"
		  " 22, 23, 24, 25]>, 'appearance': <uint16 1>", "35 bytes" },
		{ "'manufacturer_data': <[byte 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,"
		  " 22, 23, 24, 25, 26]>", "32 bytes" },
		{ "'manufacturer_data': <[byte 1]>", "manufacturer_data" },
		{ "'manufacturer_data': <uint16 1>", "manufacturer_data" },
		{ "'service_data': <'a'>", "service_data" },
		{ "'service_data': <{'hello': <[byte 7]>}>", "service_data" },
		{ "'service_uuid': <'hello'>", "service_uuid" },
		{ "'service_uuid': <[<'180d'>, <1.5>]>", "service_uuid" },
		{ "'nmae': <'x'>", "nmae" },
		{ "'name': <7>", "name" },
		{ "'discoverable': <byte 1>", "discoverable" },
		{ "'name': <'a'>, 'name': <'b'>", "name" },
	};
	g_autofree char *session = open_session(client, 0);

	tell_fails(client, session, "Session1", "Advertise", "(true,)", "NotReady", "SetAdvertisement");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf("({%s},)", cases[i].keys);

		tell_fails(client, session, "Session1", "SetAdvertisement", text, "InvalidArguments",
			   cases[i].contains);
	}
	tell_fails(client, session, "Session1", "Advertise", "(true,)", "NotReady", "SetAdvertisement");
	ck_assert(!is_on_air(NULL, NULL));
}
END_TEST

/* What BlueZ would refuse is refused before, and what is on air stays there. */
START_TEST(refused_on_air)
{
	static const struct {
		const char *method, *params, *error, *contains;
	} cases[] = {
		{ "SetAdvertisement", "({'manufacturer_data': <[byte 0x4c, 0]>},)", "NotSupported",
		  "manufacturer_data" },
		{ "SetAdvertisement", "({'manufacturer_data': <'ab'>},)", "NotSupported",
		  "manufacturer_data" },
		{ "SetAdvertisement", "({'manufacturer_data': <{uint16 0x4c: <@ay []>}>},)", "NotSupported",
		  "manufacturer_data" },
		{ "SetAdvertisement", "({'manufacturer_data': <{uint16 0x4c: <[byte 1]>, 0x4d: <@ay []>}>},)",
		  "NotSupported",
		  "manufacturer_data" },
		{ "SetAdvertisement", "({'service_data': <[byte 0x0d, 0x18]>},)", "NotSupported",
		  "service_data" },
		{ "SetAdvertisement", "({'service_data': <{'180d': <@ay []>}>},)", "NotSupported",
		  "service_data" },
		{ "SetAdvertisement", "({'service_data': <{'12345678': <@ay []>}>},)", "NotSupported",
		  "service_data" },
		{ "SetAdvertisement", "({'service_data': <{'" OURS_UUID "': <@ay []>}>},)", "NotSupported",
		  "service_data" },
		{ "SetAdvertisement", "({'appearance': <uint16 0xffff>},)", "NotSupported", "appearance" },
		{ "SetAdvertisement", "({'name': <'" NAME_29 "3'>},)", "InvalidArguments", "name" },
		{ "SetAdvertisement",
		  "({'service_uuid': <['180d', '180f', '1812', '1234567890123456', '180e', '1810']>},)",
		  "InvalidArguments", "" },
		{ "SetAdvertisementRaw", "([byte 3, 0xff, 0x4c, 0], @ay [])", "NotSupported",
		  "0xff at byte 0" },
		{ "SetAdvertisementParams", "({'adv_type': <byte 1>},)", "NotSupported", "adv_type" },
	};
	g_autofree char *session = advertise_as(client, "stays"), *hex = name_hex("stays");

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		tell_fails(client, session, "Session1", cases[i].method, cases[i].params, cases[i].error,
			   cases[i].contains);
		ck_assert_msg(is_on_air("020106", hex), "%s%s", cases[i].method, cases[i].params);
	}
	expect_intervals(session, "({'adv_int_min': <uint16 160>, 'adv_int_max': <uint16 320>},)");
	wait_on_air("020106", hex);
	/* flags that what nobody connects to does not have: whichever comes last is refused */
	tell(client, session, "Session1", "SetAdvertisementRaw",
	     "([byte 3, 3, 0x0d, 0x18, 2, 1, 6], @ay [])");
	wait_on_air("03030d18020106", "-");
	tell_fails(client, session, "Session1", "SetAdvertisementParams", "({'adv_type': <byte 3>},)",
		   "NotSupported", "0x01 at byte 4");
	ck_assert(is_on_air("03030d18020106", "-"));
	tell(client, session, "Session1", "SetAdvertisementRaw",
	     "([byte 2, 1, 4, 3, 3, 0x0d, 0x18], @ay [])");
	tell(client, session, "Session1", "SetAdvertisementParams", "({'adv_type': <byte 3>},)");
	wait_on_air("02010403030d18", "-");
	tell_fails(client, session, "Session1", "SetAdvertisementRaw", "([byte 2, 1, 6], @ay [])",
		   "NotSupported", "0x01 at byte 0");
	ck_assert(is_on_air("02010403030d18", "-"));
}
END_TEST

/* Each goes on, whatever the others do. */
START_TEST(several)
{
	g_autofree char *first = advertise_as(client, "first"), *second = advertise_as(client, "second");
	g_autofree char *first_hex = name_hex("first"), *second_hex = name_hex("second"),
			*new_hex = name_hex("new");

	for (int i = 0; i < 2; i++) {
		wait_on_air(NULL, first_hex);
		wait_on_air(NULL, second_hex);
	}
	set_advertisement(client, first, "'name': <'new'>");
	wait_on_air(NULL, new_hex);
	wait_on_air(NULL, second_hex);
	close_session(client, first);
	wait_off_air(NULL, new_hex, SOON);
	wait_on_air(NULL, second_hex);
	wait_off_air(NULL, first_hex, SOON);
	tell(client, second, "Session1", "Deinit", NULL);
	wait_off_air(NULL, NULL, SOON);
}
END_TEST

START_TEST(goes_on_over_clients)
{
	g_autofree char *session = advertise_as(client, "stays"), *hex = name_hex("stays");

	central_appear(0);
	central_appear(1);
	for (int i = 0; i < 3; i++) {
		central_connect(0);
		wait_on_air(NULL, hex);
		central_connect(1);
		wait_on_air(NULL, hex);
		central_disconnect(0);
		wait_on_air(NULL, hex);
		central_disconnect(1);
		wait_on_air(NULL, hex);
	}
}
END_TEST

START_TEST(goes_on_over_power)
{
	g_autofree char *session = advertise_as(client, "stays"), *other = open_session(client, 0),
			*hex = name_hex("stays");

	world_power(world, "hci0", false);
	wait_off_air(NULL, NULL, SOON);
	set_advertisement(client, other, "'name': <'x'>");
	tell_fails(client, other, "Session1", "Advertise", "(true,)", "NotReady", "");
	world_power(world, "hci0", true);
	wait_on_air("020106", hex);
	/* changed while it is off */
	world_power(world, "hci0", false);
	set_advertisement(client, session, "'name': <'stays'>, 'service_uuid': <'180d'>");
	world_power(world, "hci0", true);
	wait_on_air("03030d18020106", hex);
	world_power(world, "hci0", false);
	advertise(client, session, false);
	world_power(world, "hci0", true);
	wait_ms(500);
	wait_off_air(NULL, NULL, 0);
}
END_TEST

/* One call, one connection, as a script does it. */
static void call_once(uid_t uid, const char *method, const char *text)
{
	Client *by = new_client_as(uid);

	tell(by, "hci0", "Session1", method, text);
	client_free(by);
}

START_TEST(user_session)
{
	g_autofree char *hex = name_hex("script"), *other = name_hex("other");

	call_once(SOME_UID, "SetAdvertisement", "({'name': <'script'>},)");
	call_once(SOME_UID, "Advertise", "(true,)");
	wait_on_air("020106", hex);
	/* another user's is another one */
	call_once(OTHER_UID, "SetAdvertisement", "({'name': <'other'>},)");
	call_once(OTHER_UID, "Advertise", "(true,)");
	wait_on_air(NULL, other);
	wait_on_air(NULL, hex);
	call_once(SOME_UID, "Advertise", "(false,)");
	wait_off_air(NULL, hex, SOON);
	wait_on_air(NULL, other);
	call_once(OTHER_UID, "Deinit", NULL);
	wait_off_air(NULL, NULL, SOON);
}
END_TEST

START_TEST(instances)
{
	g_autoptr(GVariant) all = client_get(client, "hci0", "Adapter1", "AdvertisingInstances");
	g_autoptr(GVariant) before = client_get(client, "hci0", "Adapter1", "AdvertisingInstancesFree"),
			    after = NULL;
	g_autofree char *session = NULL;

	ck_assert_uint_eq(g_variant_get_byte(all), g_variant_get_byte(before));
	client_subscribe(client, NULL, PROPERTIES, "PropertiesChanged", NULL);
	session = advertise_as(client, "one");
	expect_changed(client, "hci0", "AdvertisingInstancesFree", "0x04");
	after = client_get(client, "hci0", "Adapter1", "AdvertisingInstancesFree");
	ck_assert_uint_eq(g_variant_get_byte(after), g_variant_get_byte(before) - 1u);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_is_said, raw, raw_types, parameters, refusals, refused_on_air, several,
		goes_on_over_clients, goes_on_over_power, user_session, instances, NULL
	};

	return serve_main("serve-advertise", tests, NULL, 120);
}
