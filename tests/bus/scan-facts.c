/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a device, whichever of its packets said it: the same cases for both sources of reports. */
#include "scan-fixture.h"

#define NAME_RUUVI "0b0952757576692031323334"
#define DATA_RUUVI "02010605ff990401"

static size_t count_rows(const char *filter)
{
	g_autoptr(GVariant) reply =
		client_expect(client, "hci0", "Adapter1", "GetDevices", dictionary(filter), "(aa{sv})");
	g_autoptr(GVariant) rows = g_variant_get_child_value(reply, 0);

	return g_variant_n_children(rows);
}

static size_t count_reports(void)
{
	g_autoptr(GVariant) reports = read_reports(client, session, 0, NULL);

	return g_variant_n_children(reports);
}

/* The device sends the name in one packet and the data in another. */
void check_name_here_data_there(void)
{
	static const char filter[] = "{'name': <'Ruuvi*'>, 'manufacturers': <[uint16 0x0499]>}";
	static const struct {
		const char *filter;
		size_t reports, rows;
	} rows[] = {
		{ filter, 2, 1 },
		{ "{'name': <'Ruuvi*'>}", 2, 1 },
		{ "{'manufacturers': <[uint16 0x0499]>}", 2, 1 },
		{ "{'name': <'Ruuvi*'>, 'uuids': <[<'181a'>]>}", 2, 1 },
		{ "{'name': <'Ruuvi*'>, 'uuids': <[<'180d'>]>}", 0, 0 },
		{ "{'name': <'Ruuvi*'>, 'manufacturers': <[uint16 0x0499]>, 'rssi': <int16 -65>}", 1, 0 },
		{ "{'name': <'Ruuvi*'>, 'patterns': <[(byte 2, byte 0xff, [byte 1])]>}", 1, 0 },
		{ "{}", 2, 1 },
	};

	start_scan(client, session, -1);
	wait_radio(true);
	set_filter(client, session, filter);
	hear(1, -60, DATA_RUUVI "02");
	ck_assert_uint_eq(count_reports(), 0);
	ck_assert_uint_eq(count_rows(filter), 0);
	hear(1, -60, NAME_RUUVI);
	ck_assert_uint_eq(count_reports(), 1);
	ck_assert_uint_eq(count_rows(filter), 1);
	hear(1, -60, DATA_RUUVI "03");
	ck_assert_uint_eq(count_reports(), 1);
	hear(1, -70, "05161a180708");
	ck_assert_uint_eq(count_reports(), 1);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t got;

		set_filter(client, session, rows[i].filter);
		hear(1, -60, DATA_RUUVI "04");
		hear(1, -70, "05161a180709");
		got = count_reports();
		ck_assert_msg(got == rows[i].reports, "%s: %zu reports", rows[i].filter, got);
		/* the row's packet is the last one */
		got = count_rows(rows[i].filter);
		ck_assert_msg(got == rows[i].rows, "%s: %zu rows", rows[i].filter, got);
	}
	/* another device knows nothing of it */
	set_filter(client, session, filter);
	hear(2, -60, NAME_RUUVI);
	hear(2, -61, NAME_RUUVI);
	ck_assert_uint_eq(count_reports(), 0);
}

static void check_name(unsigned int number, const char *hex, const char *name)
{
	g_autofree char *filter =
		g_strdup_printf("{'name': <'%s'>, 'addresses': <['%s']>}", name, device(number));
	g_autoptr(GVariant) reply = NULL, rows = NULL, row = NULL;
	const char *got = "";

	set_filter(client, session, filter);
	hear(number, -60, hex);
	ck_assert_msg(count_reports() == 1, "%s: not let through", filter);
	reply = client_expect(client, "hci0", "Adapter1", "GetDevices", dictionary(filter), "(aa{sv})");
	ck_assert_msg(count_rows(filter) == 1, "%s: no row", filter);
	rows = g_variant_get_child_value(reply, 0);
	row = g_variant_get_child_value(rows, 0);
	ck_assert(g_variant_lookup(row, "Name", "&s", &got));
	ck_assert_str_eq(got, name);
}

void check_names(void)
{
	start_scan(client, session, -1);
	wait_radio(true);
	check_name(1, "0302221108094553502d415400", "ESP-AT");
	check_name(2, "0a09506572646978203300", "Perdix 3");
	check_name(3, "14094f5441000000000082000200f06e42755a5a60", "OTA");
	/* a complete name is never displaced by a shortened one */
	check_name(4, "04085275750302221104ffffff01", "Ruu");
	check_name(4, "0609527575766904ffffff02", "Ruuvi");
	check_name(4, "04085275750302221104ffffff03", "Ruuvi");
	check_name(4, "0609527575614104ffffff04", "RuuaA");
	ck_assert_uint_eq(count_rows("{'name': <'*'>}"), 4);
	ck_assert_uint_eq(count_rows("{'name': <'Ruu'>}"), 0);
}

/* Text that is valid, but that sd-bus refuses. */
void check_names_not_for_a_bus(void)
{
	static const struct {
		const char *hex, *name;
	} rows[] = {
		{ "060941efbfbf42", "A\357\277\275B" },
		/* with data in one packet; another name, so that BlueZ tells of it */
		{ "060941efb79043" "04ffffff01", "A\357\277\275C" },
		{ "0409414243" "04ffffff02", "ABC" },
	};

	start_scan(client, session, -1);
	wait_radio(true);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GVariant) reply = NULL, table = NULL, row = NULL;
		const char *name = "none";

		hear(1, -60 - (int)i, rows[i].hex);
		reply = client_expect(client, "hci0", "Adapter1", "GetDevices", dictionary("{}"), "(aa{sv})");
		table = g_variant_get_child_value(reply, 0);
		ck_assert_uint_eq(g_variant_n_children(table), 1);
		row = g_variant_get_child_value(table, 0);
		(void)g_variant_lookup(row, "Name", "&s", &name);
		ck_assert_str_eq(name, rows[i].name);
	}
	ck_assert_uint_eq(count_reports(), G_N_ELEMENTS(rows));
}
