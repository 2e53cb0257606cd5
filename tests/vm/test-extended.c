/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extended advertising reports from the controller to programs, by each way there is: a socket, ReadAdvertisements and
 * GetAdv. The daemon has the HCI monitor, as its service has it. */
#include <string.h>

#include "meaning/ad.h"
#include "report-events.h"
#include "scan-reader.h"

#define ROUNDS 20
#define FRAGMENT 229	/* the most that fits into an event */
#define REPORT_EVENT 0x02
#define DIRECTED_EVENT 0x0b
#define EXTENDED_EVENT 0x0d
#define MORE_COMES 0x20
#define CUT 0x40

static GPtrArray *sent;	/* each as text: of GetAdv, then what is beside that */
static char *fetching, *getting;	/* sessions */

static void setup_with_sets(unsigned int sets)
{
	const WorldOptions options = {
		.config = "[Scan]\nFifoDepth=1024\n[Limits]\nMaxFifoDepth=1024\nFifoBytesPerUser=100000000\n"
	};

	world = world_new_with(WORLD_NO_DAEMON, &options);
	air = world_air(world);
	air_do(air, "unplug *");
	air_do(air, "sets * %u", sets);
	air_do(air, "plug " WORLD_RADIO);
	world_wait_powered(world, "hci0", true);
	world_daemon_start(world);
	client = client_new(world_address(world));
	session = open_session(client, 0);
	fetching = open_session(client, 0);
	getting = open_session(client, 0);
	sent = g_ptr_array_new_with_free_func(g_free);
}

static void setup_legacy(void)
{
	setup_with_sets(0);
}

static void setup_extended(void)
{
	setup_with_sets(4);
}

/* A report that differs from its neighbours in everything. data: length bytes at least. */
static ReportInfo make_report(uint8_t adv_type, size_t length, uint8_t *data)
{
	static unsigned int number;

	number++;
	for (size_t i = 0; i < length; i++)
		data[i] = (uint8_t)(number * 13 + i * 7 + i / 256);
	return (ReportInfo) {
		.addr = { .bytes = { 0xc0, 1, 2, 3, 4, (uint8_t)number }, .type = (uint8_t)(number % 4) },
		.adv_type = adv_type,
		.rssi = (int8_t)(-(int)(number % 100) - 1),
		.tx_power = TX_POWER_UNKNOWN,
		.sid = SID_NONE,
		.data = data,
		.length = length,
	};
}

static void expect(const ReportInfo *info)
{
	char address[ADDR_STRING_SIZE];
	GString *text = g_string_new(NULL);

	g_string_printf(text, "%s %u %u %d ", addr_format(&info->addr, address), info->addr.type, info->adv_type, info->rssi);
	for (size_t i = 0; i < info->length; i++)
		g_string_append_printf(text, "%02x", info->data[i]);
	g_string_append_printf(text, " power %d PHYs %u %u sid %u%s%s", info->tx_power, info->primary_phy,
			       info->secondary_phy, info->sid, info->extended ? " extended" : "",
			       info->truncated ? " truncated" : "");
	g_ptr_array_add(sent, g_string_free(text, FALSE));
}

static bool has_all(void *data)
{
	(void)data;
	return stats_of(client, fetching, "Fifo") >= sent->len && stats_of(client, getting, "Fifo") >= sent->len;
}

static int extra_number(GVariant *extras, const char *key, int otherwise)
{
	g_autoptr(GVariant) value = g_variant_lookup_value(extras, key, NULL);

	if (!value)
		return otherwise;
	return g_variant_is_of_type(value, G_VARIANT_TYPE_INT16) ? g_variant_get_int16(value) : g_variant_get_byte(value);
}

static bool extra_is_set(GVariant *extras, const char *key)
{
	gboolean set;

	return g_variant_lookup(extras, key, "b", &set) && set;
}

/* As expect() wrote it. */
static char *report_text(GVariant *reports, size_t index)
{
	g_autoptr(GVariant) report = g_variant_get_child_value(reports, index), extras = NULL;
	g_autofree char *data = data_of(reports, index);
	uint8_t addr_type, adv_type;
	const char *address;
	int16_t rssi;

	g_variant_get(report, "(t&syyn@ay@a{sv})", NULL, &address, &addr_type, &adv_type, &rssi, NULL, &extras);
	ck_assert(!extra_is_set(extras, "Synthesized"));
	return g_strdup_printf("%s %u %u %d %s power %d PHYs %d %d sid %d%s%s", address, addr_type, adv_type, rssi, data,
			       extra_number(extras, "TxPower", TX_POWER_UNKNOWN), extra_number(extras, "PrimaryPhy", 0),
			       extra_number(extras, "SecondaryPhy", 0), extra_number(extras, "Sid", SID_NONE),
			       extra_is_set(extras, "Extended") ? " extended" : "",
			       extra_is_set(extras, "Truncated") ? " truncated" : "");
}

/* GetAdv gives one: its five fields are how the text begins. */
static void expect_got(const char *wanted)
{
	g_autoptr(GVariant) reply = client_expect(client, getting, SESSION, "GetAdv", NULL, "(a(syynay))");
	g_autoptr(GVariant) reports = g_variant_get_child_value(reply, 0);
	g_autofree char *data = NULL, *text = NULL;
	uint8_t addr_type, adv_type;
	const char *address;
	int16_t rssi;

	ck_assert_uint_eq(g_variant_n_children(reports), 1);
	data = data_of(reports, 0);
	g_variant_get_child(reports, 0, "(&syyn@ay)", &address, &addr_type, &adv_type, &rssi, NULL);
	text = g_strdup_printf("%s %u %u %d %s power", address, addr_type, adv_type, rssi, data);
	ck_assert_msg(g_str_has_prefix(wanted, text), "GetAdv: %s, not %s", text, wanted);
}

static void begin(Reader *reader)
{
	g_autoptr(GVariant) source = client_get(client, "hci0", "Adapter1", "Source");

	ck_assert_str_eq(g_variant_get_string(source, NULL), "hci-monitor");
	*reader = reader_acquire(client, session, "{}");
	start_scan(client, session, -1);
	start_scan(client, fetching, -1);
	start_scan(client, getting, -1);
	wait_radio(true);
}

/* All that was sent has come, and no more, by each way. Ends it. */
static void check_all(Reader *reader)
{
	g_autoptr(GVariant) read = NULL, streamed = NULL;
	uint64_t dropped;

	ck_assert(wait_until(has_all, NULL, world_patience(world)));
	read = read_reports(client, fetching, 0, &dropped);
	ck_assert_uint_eq(dropped, 0);
	ck_assert_uint_eq(g_variant_n_children(read), sent->len);
	for (guint i = 0; i < sent->len; i++) {
		g_autofree char *text = report_text(read, i);

		ck_assert_str_eq(text, g_ptr_array_index(sent, i));
		expect_got(g_ptr_array_index(sent, i));
	}
	expect_empty(client, getting);

	reader_expect(reader, sent->len);
	ck_assert_uint_eq(reader->missed, 0);
	streamed = reader_all(reader);
	ck_assert_msg(g_variant_equal(read, streamed), "the socket gives other reports than ReadAdvertisements");
	reader_release(reader);
	ck_assert_uint_eq(stats_dropped("monitor"), 0);
	g_ptr_array_unref(sent);
	g_free(fetching);
	g_free(getting);
}

/* In fragments, of which the last one says that it is, or that the rest is missing. event_bits: its type. */
static void send_extended(ReportInfo *info, unsigned int event_bits)
{
	size_t at = 0;

	info->extended = true;
	do {
		size_t length = MIN(info->length - at, FRAGMENT);
		bool is_last = at + length == info->length;
		GByteArray *event = event_of(EXTENDED_EVENT, 1);

		put_extended(event, info, event_bits | (is_last ? (info->truncated ? CUT : 0) : MORE_COMES), info->data + at,
			     length);
		send_event(air, WORLD_RADIO, event);
		at += length;
	} while (at < info->length);
}

START_TEST(long_data)
{
	static const struct {
		unsigned int bits;
		uint8_t adv_type;
	} types[] = {
		{ 0x00, ADV_NON_CONNECTABLE }, { 0x01, ADV_CONNECTABLE }, { 0x02, ADV_SCANNABLE },
		{ 0x05, ADV_CONNECTABLE_DIRECTED }, { 0x0a, ADV_SCAN_RESPONSE },
	};
	static const size_t lengths[] = { 0, 1, 31, 32, FRAGMENT, FRAGMENT + 1, 2 * FRAGMENT, 1000, AD_MAX - 1, AD_MAX };
	uint8_t data[AD_MAX];
	Reader reader;

	begin(&reader);
	for (unsigned int i = 0; i < ROUNDS * G_N_ELEMENTS(types); i++) {
		ReportInfo info = make_report(types[i % G_N_ELEMENTS(types)].adv_type,
					      lengths[i / 2 % G_N_ELEMENTS(lengths)], data);

		info.primary_phy = i % 2 ? 3 : 1;
		info.secondary_phy = (uint8_t)(i % 4);
		info.sid = (uint8_t)(i % 16);
		info.tx_power = (int8_t)(i % 40 - 20);
		info.truncated = i % 3 == 1;
		send_extended(&info, types[i % G_N_ELEMENTS(types)].bits);
		expect(&info);
	}
	check_all(&reader);
}
END_TEST

/* More than an advertisement can have: no advertiser does that, but a broken controller might. */
START_TEST(overlong_data)
{
	uint8_t data[8 * FRAGMENT];
	Reader reader;

	begin(&reader);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		ReportInfo info = make_report(ADV_NON_CONNECTABLE, i % 2 ? sizeof(data) : AD_MAX, data);

		info.primary_phy = info.secondary_phy = 1;
		info.sid = 5;
		send_extended(&info, 0x00);
		info.truncated = i % 2;
		info.length = AD_MAX;
		expect(&info);
	}
	check_all(&reader);
}
END_TEST

/* Two advertisers whose fragments come in turns; one of them is given up in the middle. */
START_TEST(in_turns)
{
	uint8_t data[2][2 * FRAGMENT];
	Reader reader;

	begin(&reader);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		ReportInfo info[2];

		for (unsigned int j = 0; j < 2; j++) {
			info[j] = make_report(ADV_CONNECTABLE, sizeof(data[j]), data[j]);
			info[j].primary_phy = info[j].secondary_phy = 1;
			info[j].sid = (uint8_t)j;
			info[j].extended = true;
		}
		for (unsigned int j = 0; j < 4; j++) {
			bool is_last = j >= 2;
			GByteArray *event = event_of(EXTENDED_EVENT, 1);

			info[j % 2].truncated = is_last && i % 2 == j % 2;
			put_extended(event, &info[j % 2],
				     0x01 | (is_last ? (info[j % 2].truncated ? CUT : 0) : MORE_COMES),
				     data[j % 2] + j / 2 * FRAGMENT, FRAGMENT);
			send_event(air, WORLD_RADIO, event);
		}
		expect(&info[0]);
		expect(&info[1]);
	}
	check_all(&reader);
}
END_TEST

/* A controller that scans with extended commands tells of legacy advertisements like this, several to an event. */
START_TEST(legacy_in_extended)
{
	/* connectable, directed, scannable, neither, and the response to a connectable one */
	static const unsigned int bits[] = { 0x13, 0x15, 0x12, 0x10, 0x1b };
	uint8_t data[AD_LEGACY_MAX];
	Reader reader;

	begin(&reader);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		const unsigned int count = 1 + i % 4;
		GByteArray *event = event_of(EXTENDED_EVENT, (uint8_t)count);

		for (unsigned int j = 0; j < count; j++) {
			uint8_t type = (uint8_t)((i + j) % G_N_ELEMENTS(bits));
			ReportInfo info = make_report(type, (i * 11 + j) % (AD_LEGACY_MAX + 1), data);

			info.primary_phy = 1;
			put_extended(event, &info, bits[type], data, info.length);
			expect(&info);
		}
		send_event(air, WORLD_RADIO, event);
	}
	check_all(&reader);
}
END_TEST

/* A directed advertisement that a controller took for one to us, our address being private. */
static void send_directed(unsigned int count)
{
	GByteArray *event = event_of(DIRECTED_EVENT, (uint8_t)count);

	for (unsigned int i = 0; i < count; i++) {
		ReportInfo info = make_report(ADV_CONNECTABLE_DIRECTED, 0, NULL);

		put_directed(event, &info);
		expect(&info);
	}
	send_event(air, WORLD_RADIO, event);
}

static void send_several_legacy(unsigned int round)
{
	uint8_t data[AD_LEGACY_MAX];
	GByteArray *event = event_of(REPORT_EVENT, 6);

	for (unsigned int i = 0; i < 6; i++) {
		ReportInfo info = make_report((uint8_t)((round + i) % 5), (round * 7 + i) % (i == 0 ? 32 : 20), data);

		put_legacy(event, &info);
		expect(&info);
	}
	send_event(air, WORLD_RADIO, event);
}

START_TEST(several_in_an_event)
{
	Reader reader;

	begin(&reader);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		send_several_legacy(i);
		send_directed(1 + i % 3);
	}
	check_all(&reader);
}
END_TEST

int main(void)
{
	const TTest *const extended[] = { long_data, overlong_data, in_turns, legacy_in_extended, NULL };
	const TTest *const legacy[] = { several_in_an_event, NULL };
	int r = run_tests("extended", extended, setup_extended, scan_teardown, 120);

	return r | run_tests("extended-legacy", legacy, setup_legacy, scan_teardown, 120);
}
