/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ResolveAdvData: AD structures of a type, out of any bytes. */
#include <string.h>

#include "scan-fixture.h"

#define LONGEST 1650

static char *resolve(const char *path, GVariant *data, unsigned int type)
{
	g_autoptr(GVariant) reply = client_expect(client, path, SESSION, "ResolveAdvData",
						  g_variant_new("(@ayy)", data, (uint8_t)type), "(av)");
	g_autoptr(GVariant) values = g_variant_get_child_value(reply, 0);

	return g_variant_print(values, TRUE);
}

static const struct {
	const char *data;
	unsigned int type;
	const char *values; /* typed text */
} resolutions[] = {
	/* flags, TX power, names */
	{ "020106", 0x01, "[<byte 0x06>]" },
	{ "0101", 0x01, "[<byte 0x00>]" },
	{ "03010605", 0x01, "[<byte 0x06>]" },
	{ "020a04", 0x0a, "[<int16 4>]" },
	{ "020af4", 0x0a, "[<int16 -12>]" },
	{ "020a80", 0x0a, "[<int16 -128>]" },
	{ "010a", 0x0a, "@av []" },
	{ "0b0948656172742052617465", 0x09, "[<'Heart Rate'>]" },
	{ "03084142", 0x08, "[<'AB'>]" },
	{ "03084142", 0x09, "@av []" },
	{ "0109", 0x09, "[<''>]" },
	{ "0409c3a941", 0x09, "[<'\303\251A'>]" },
	/* bad UTF-8, a NUL in a name, a character cut off */
	{ "0409fffe41", 0x09, "[<'\357\277\275\357\277\275A'>]" },
	{ "0309c341", 0x09, "[<'\357\277\275A'>]" },
	{ "030941c3", 0x09, "[<'A\357\277\275'>]" },
	{ "0302221108094553502d415400", 0x09, "[<'ESP-AT'>]" },
	{ "0a09506572646978203300", 0x09, "[<'Perdix 3'>]" },
	{ "14094f5441000000000082000200f06e42755a5a60", 0x09, "[<'OTA'>]" },
	{ "03090041", 0x09, "[<''>]" },
	{ "05084100424302094403084500", 0x08, "[<'A'>, <'E'>]" },
	/* characters that are valid, but not for every reader of a bus */
	{ "060941efbfbf42", 0x09, "[<'A\357\277\275B'>]" },
	{ "0708efb790efbfbe", 0x08, "[<'\357\277\275\357\277\275'>]" },
	/* everything else is raw */
	{ "03030d18", 0x03, "[<[byte 0x0d, 0x18]>]" },
	{ "05ff4c000215", 0xff, "[<[byte 0x4c, 0x00, 0x02, 0x15]>]" },
	{ "04161a1807", 0x16, "[<[byte 0x1a, 0x18, 0x07]>]" },
	{ "03194103", 0x19, "[<[byte 0x41, 0x03]>]" },
	{ "01ff", 0xff, "[<@ay []>]" },
	{ "02000102ff05", 0x00, "[<[byte 0x01]>]" },
	/* several, in order */
	{ "02010603020d180302ab0103020f18", 0x02,
	  "[<[byte 0x0d, 0x18]>, <[byte 0xab, 0x01]>, <[byte 0x0f, 0x18]>]" },
	{ "02010602010503094142", 0x01, "[<byte 0x06>, <byte 0x05>]" },
	{ "020941020942", 0x09, "[<'A'>, <'B'>]" },
	/* absent */
	{ "", 0x09, "@av []" },
	{ "020106", 0x09, "@av []" },
	{ "020106", 0xfe, "@av []" },
	/* early termination, padding, malformed tails */
	{ "00", 0x09, "@av []" },
	{ "0201060000000309414200", 0x09, "@av []" },
	{ "0201060000000309414200", 0x01, "[<byte 0x06>]" },
	{ "02010605094142", 0x09, "@av []" },
	{ "02010605094142", 0x01, "[<byte 0x06>]" },
	{ "ff09414243", 0x09, "@av []" },
	{ "02010609", 0x01, "[<byte 0x06>]" },
	{ "02010609", 0x09, "@av []" },
	{ "02", 0x01, "@av []" },
	{ "0201", 0x01, "@av []" },
};

START_TEST(table)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(resolutions); i++) {
		g_autofree char *values =
			resolve(session, bytes_of(resolutions[i].data), resolutions[i].type);
		g_autoptr(GVariant) got = g_variant_parse(G_VARIANT_TYPE("av"), values, NULL, NULL, NULL);
		g_autoptr(GVariant) wanted =
			g_variant_parse(G_VARIANT_TYPE("av"), resolutions[i].values, NULL, NULL, NULL);

		ck_assert_msg(got && wanted && g_variant_equal(got, wanted), "%s, type %u: not %s, but %s",
			      resolutions[i].data, resolutions[i].type, resolutions[i].values, values);
	}
}
END_TEST

static GVariant *filled(size_t length, int with, unsigned int step)
{
	g_autofree uint8_t *data = g_malloc(length + 1);

	memset(data, with, length + 1);
	for (size_t i = 0; step > 0 && i < length; i += step)
		data[i] = (uint8_t)(step - 1);
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, length, 1);
}

/* How many values there are in the answer. */
static size_t resolve_some(GVariant *data, unsigned int type)
{
	g_autoptr(GVariant) reply = client_expect(client, session, SESSION, "ResolveAdvData",
						  g_variant_new("(@ayy)", data, (uint8_t)type), "(av)");
	g_autoptr(GVariant) values = g_variant_get_child_value(reply, 0);

	return g_variant_n_children(values);
}

START_TEST(lengths)
{
	/* all of one byte: a structure of n bytes after each length byte n */
	for (unsigned int with = 0; with < 256; with += 5)
		ck_assert_uint_eq(resolve_some(filled(LONGEST, (int)with, 0), with),
				  with == 0 ? 0 : LONGEST / (with + 1));
	/* from nothing on: structures of three bytes */
	for (unsigned int length = 0; length <= 40; length++)
		ck_assert_uint_eq(resolve_some(filled(length, 1, 3), 1), length / 3);
	ck_assert_uint_eq(resolve_some(filled(LONGEST, 1, 3), 1), LONGEST / 3);
	expect_refusal(client, session, SESSION, "ResolveAdvData",
		       g_variant_new("(@ayy)", filled(LONGEST + 1, 1, 3), (uint8_t)1), "InvalidArguments",
		       "data");
	expect_refusal(client, session, SESSION, "ResolveAdvData",
		       g_variant_new("(@ayy)", filled(1000000, 1, 3), (uint8_t)1), "InvalidArguments",
		       "data");
}
END_TEST

START_TEST(random_bytes)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(2);

	for (unsigned int i = 0; i < 300; i++) {
		uint8_t data[LONGEST];
		size_t length = (size_t)g_rand_int_range(rand, 0, LONGEST + 1), at = 0, wanted = 0;
		uint8_t type = (uint8_t)g_rand_int_range(rand, 0, 12);

		for (size_t j = 0; j < length; j++)
			data[j] = (uint8_t)g_rand_int_range(rand, 1, 12);
		while (at + 1 < length && at + data[at] < length) {
			wanted += data[at + 1] == type && (type != 0x0a || data[at] > 1);
			at += data[at] + 1u;
		}
		ck_assert_uint_eq(
			resolve_some(g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, length, 1), type),
			wanted);
	}
}
END_TEST

/* Neither a radio that is on nor Init is needed; both kinds of session have it. */
START_TEST(any_time)
{
	g_autofree char *by_user = resolve(USER_SESSION, bytes_of("020106"), 1), *off = NULL, *gone = NULL;

	ck_assert_str_eq(by_user, "[<byte 0x06>]");
	client_do(client, session, SESSION, "Deinit", NULL);
	world_power(world, "hci0", false);
	off = resolve(session, bytes_of("020106"), 1);
	ck_assert_str_eq(off, "[<byte 0x06>]");
	world_bluez_kill(world);
	gone = resolve(session, bytes_of("020106"), 1);
	ck_assert_str_eq(gone, "[<byte 0x06>]");
	world_bluez_start(world);
}
END_TEST

/* A program whose numbers have the other order, as one has that an emulator runs. */
START_TEST(other_order)
{
	const GDBusMessageByteOrder other = G_BYTE_ORDER == G_LITTLE_ENDIAN ? G_DBUS_MESSAGE_BYTE_ORDER_BIG_ENDIAN :
									      G_DBUS_MESSAGE_BYTE_ORDER_LITTLE_ENDIAN;
	g_autoptr(GDBusMessage) call = g_dbus_message_new_method_call(WORLD_NAME, session, WORLD_NAME "." SESSION,
								      "ResolveAdvData");
	g_autoptr(GDBusMessage) answer = NULL;
	g_autofree char *values = NULL;

	g_dbus_message_set_byte_order(call, other);
	g_dbus_message_set_body(call, g_variant_new("(@ayy)", bytes_of("02010603094142"), 0x09));
	answer = g_dbus_connection_send_message_with_reply_sync(client_connection(client), call,
								G_DBUS_SEND_MESSAGE_FLAGS_NONE, -1, NULL, NULL,
								NULL);
	ck_assert_ptr_nonnull(answer);
	ck_assert_int_eq(g_dbus_message_get_message_type(answer), G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
	values = g_variant_print(g_dbus_message_get_body(answer), FALSE);
	ck_assert_str_eq(values, "([<'AB'>],)");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { table, lengths, random_bytes, any_time, other_order, NULL };

	return run_tests("scan-resolve", tests, scan_setup, scan_teardown, 120);
}
