/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tap on the HCI monitor channel, on the real kernel, while the real bluetoothd scans: every report that the radio
 * sends arrives, byte for byte, in order, with its true type, and nothing else does.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "meaning/ad.h"
#include "monitor-fixture.h"
#include "run.h"

#define ADVERTISERS 40
#define ROUNDS 250	/* of 12 reports */
#define FRAGMENT 229	/* the most that fits into an event */

/* A report that differs from its neighbours in everything. data: AD_MAX bytes. */
static ReportInfo make_report(unsigned number, uint8_t adv_type, size_t length, uint8_t *data)
{
	for (size_t i = 0; i < length; i++)
		data[i] = (uint8_t)(number * 13 + i * 7 + i / 256);
	return (ReportInfo) {
		.addr = { .bytes = { 0xc0, 1, 2, 3, 4, (uint8_t)(number % ADVERTISERS) }, .type = number / 3 % 2 },
		.adv_type = adv_type,
		.rssi = (int8_t)(-(int)(number % 100) - 1),
		.tx_power = TX_POWER_UNKNOWN,
		.sid = SID_NONE,
		.data = data,
		.length = length,
	};
}

/* Legacy reports of each type, alone, and several to an event with resolved addresses. Returns how many events. */
static unsigned send_legacy(unsigned round)
{
	uint8_t data[3][AD_MAX];
	ReportInfo info[3];
	GByteArray *bytes;

	for (uint8_t type = 0; type <= ADV_SCAN_RESPONSE; type++) {
		info[0] = make_report(round * 12 + type, type, (round + type * 5) % (AD_LEGACY_MAX + 1), data[0]);
		send_adv(air, WORLD_RADIO, &info[0]);
		expect(&info[0]);
	}

	bytes = event_of(0x02, 3);
	for (unsigned i = 0; i < 3; i++) {
		info[i] = make_report(round * 12 + 5 + i, (uint8_t)((round + i) % 5), (round + i) % (AD_LEGACY_MAX + 1),
				      data[i]);
		info[i].addr.type = (uint8_t)(i + 1);
		put_legacy(bytes, &info[i]);
		expect(&info[i]);
	}
	send_event(air, WORLD_RADIO, bytes);
	return ADV_SCAN_RESPONSE + 1 + 1;
}

static unsigned send_directed(unsigned round)
{
	ReportInfo info[2];
	GByteArray *bytes = event_of(0x0b, 2);

	for (unsigned i = 0; i < 2; i++) {
		info[i] = make_report(round * 12 + 8 + i, ADV_CONNECTABLE_DIRECTED, 0, NULL);
		info[i].addr.type = ADDR_RANDOM_RPA;
		put_directed(bytes, &info[i]);
		expect(&info[i]);
	}
	send_event(air, WORLD_RADIO, bytes);
	return 1;
}

/* Two long ones whose fragments come in turns, the second one truncated every other time. */
static unsigned send_extended(unsigned round)
{
	static const struct {
		unsigned bits;
		uint8_t adv_type;
	} types[] = {
		{ 0x00, ADV_NON_CONNECTABLE }, { 0x01, ADV_CONNECTABLE }, { 0x02, ADV_SCANNABLE },
		{ 0x05, ADV_CONNECTABLE_DIRECTED }, { 0x0a, ADV_SCAN_RESPONSE },
	};
	unsigned bits[2], events = 0;
	uint8_t data[2][AD_MAX];
	ReportInfo info[2];
	size_t at[2] = { 0 };

	for (unsigned i = 0; i < 2; i++) {
		size_t length = round % 50 == 0 && i == 0 ? AD_MAX : (round * 37 + i * 400) % 700;

		bits[i] = types[(round + i) % G_N_ELEMENTS(types)].bits;
		info[i] = make_report(round * 12 + 10 + i, types[(round + i) % G_N_ELEMENTS(types)].adv_type, length,
				      data[i]);
		info[i].extended = true;
		info[i].sid = (uint8_t)(round % 16);
		info[i].tx_power = (int8_t)(round % 21);
		info[i].primary_phy = round % 2 ? 3 : 1;
		info[i].secondary_phy = (uint8_t)(1 + round % 3);
		info[i].truncated = i == 1 && round % 2;
	}
	for (bool done[2] = { false }; !done[0] || !done[1];) {
		for (unsigned i = 0; i < 2; i++) {
			size_t length = MIN(info[i].length - at[i], FRAGMENT);
			unsigned last = info[i].truncated ? 0x40 : 0;
			GByteArray *bytes;

			if (done[i])
				continue;
			done[i] = at[i] + length == info[i].length;
			bytes = event_of(0x0d, 1);
			put_extended(bytes, &info[i], bits[i] | (done[i] ? last : 0x20), data[i] + at[i], length);
			send_event(air, WORLD_RADIO, bytes);
			events++;
			at[i] += length;
			if (done[i])
				expect(&info[i]);
		}
	}
	return events;
}

START_TEST(every_report)
{
	const uint16_t radio = 0;
	uint64_t since = boottime();
	unsigned events = 0;

	open_monitor();
	ck_assert_int_eq(monitor_listen(monitor, &radio, 1), 0);
	discover(BLUEZ_ADAPTER, WORLD_RADIO);
	for (unsigned round = 0; round < ROUNDS; round++) {
		events += send_legacy(round);
		events += send_directed(round);
		events += send_extended(round);
		ck_assert_int_ge(sd_event_run(loop, 0), 0);
	}
	ck_assert_uint_ge(expected->len, 3000);
	hear(expected->len);
	check_heard(since);
	ck_assert_uint_eq(lost, 0);

	/* of all that the host and the radio said to each other, nothing else came through the filter */
	ck_assert_uint_eq(monitor_stats(monitor)->packets, events);
	ck_assert_uint_eq(monitor_stats(monitor)->reports, expected->len);
	ck_assert_uint_eq(monitor_stats(monitor)->truncated, ROUNDS / 2);
	ck_assert_uint_eq(monitor_stats(monitor)->malformed, 0);
}
END_TEST

/* Such a radio tells of legacy advertisements in extended reports. */
START_TEST(extended_radio)
{
	const uint16_t radio = 0;
	uint64_t since = boottime();
	uint8_t data[AD_MAX];

	open_monitor();
	ck_assert_int_eq(monitor_listen(monitor, &radio, 1), 0);
	discover(BLUEZ_ADAPTER, WORLD_RADIO);
	for (unsigned i = 0; i < 500; i++) {
		ReportInfo info = make_report(i, (uint8_t)(i % 5), i % (AD_LEGACY_MAX + 1), data);

		send_adv(air, WORLD_RADIO, &info);
		info.primary_phy = 1;
		expect(&info);
	}
	hear(expected->len);
	check_heard(since);
}
END_TEST

static void send_numbered(const char *radio, unsigned number)
{
	while (air_ask(air, "adv %s C0:00:00:00:00:01 random 3 -60 03ff%04x", radio, number) != 1)
		wait_scanning(air, radio);
}

static unsigned number_heard(guint at)
{
	const ReportInfo *info = &heard_at(at)->info;

	ck_assert_uint_eq(info->length, 4);
	return (unsigned)info->data[2] << 8 | info->data[3];
}

/* Only the radios that are listened to, and the kernel keeps the others' reports to itself. */
START_TEST(only_some_radios)
{
	const uint16_t both[] = { 0, 1 };

	air_do(air, "plug " SECOND_RADIO);
	world_wait_powered(world, "hci1", true);
	open_monitor();
	discover(BLUEZ_ADAPTER, WORLD_RADIO);
	discover("/org/bluez/hci1", SECOND_RADIO);

	/* none yet; that of the first radio says that what was before it is over */
	for (unsigned i = 0; i < 100; i++)
		send_numbered(WORLD_RADIO, i);
	ck_assert_int_eq(monitor_listen(monitor, &both[0], 1), 0);
	send_numbered(WORLD_RADIO, 100);
	while (heard->len == 0 || number_heard(heard->len - 1) != 100)
		ck_assert_int_ge(sd_event_run(loop, 100 * USEC_PER_MSEC), 0);

	/* the kernel may have been behind with those before */
	g_array_set_size(heard, 0);
	for (unsigned i = 200; i < 300; i++) {
		send_numbered(SECOND_RADIO, 1000 + i);
		send_numbered(WORLD_RADIO, i);
	}
	hear(100);
	for (guint i = 0; i < 100; i++) {
		ck_assert_uint_eq(heard_at(i)->index, 0);
		ck_assert_uint_eq(number_heard(i), 200 + i);
	}

	/* the other one, then both */
	ck_assert_int_eq(monitor_listen(monitor, &both[1], 1), 0);
	g_array_set_size(heard, 0);
	for (unsigned i = 300; i < 350; i++) {
		send_numbered(WORLD_RADIO, i);
		send_numbered(SECOND_RADIO, 1000 + i);
	}
	hear(50);
	for (guint i = 0; i < 50; i++) {
		ck_assert_uint_eq(heard_at(i)->index, 1);
		ck_assert_uint_eq(number_heard(i), 1300 + i);
	}
	ck_assert_int_eq(monitor_listen(monitor, both, 2), 0);
	g_array_set_size(heard, 0);
	for (unsigned i = 400; i < 450; i++) {
		send_numbered(WORLD_RADIO, i);
		send_numbered(SECOND_RADIO, 1000 + i);
	}
	hear(100);
	ck_assert_uint_eq(monitor_stats(monitor)->packets, monitor_stats(monitor)->reports);
}
END_TEST

START_TEST(permission)
{
	Monitor *none = (Monitor *)&lost;
	uint16_t radios[MONITOR_RADIOS_MAX + 1] = { 0 };

	set_capability(CAP_NET_RAW, false);
	ck_assert_int_eq(monitor_new(&none, loop, 0, &monitor_ops, &lost), -EPERM);
	ck_assert_ptr_eq(none, &lost);
	set_capability(CAP_NET_RAW, true);
	open_monitor();
	ck_assert_int_eq(monitor_listen(monitor, radios, MONITOR_RADIOS_MAX), 0);
	ck_assert_int_eq(monitor_listen(monitor, radios, MONITOR_RADIOS_MAX + 1), -E2BIG);
}
END_TEST

/* What a new socket's buffer holds; returns what it was before. */
static unsigned set_default_buffer(unsigned bytes)
{
	FILE *file = fopen("/proc/sys/net/core/rmem_default", "r+");
	unsigned before = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%u", &before), 1);
	rewind(file);
	ck_assert_int_gt(fprintf(file, "%u\n", bytes), 0);
	ck_assert_int_eq(fclose(file), 0);
	return before;
}

/*
 * As a service has it: CAP_NET_RAW alone, and a buffer no larger than anybody's. What does not fit is counted, and what
 * was to be joined across the gap is marked.
 */
START_TEST(too_slow)
{
	enum { FLOOD = 3000, USUAL_BUFFER = 212992 };
	const uint16_t radio = 0;
	const Heard *last;
	unsigned roomy;
	GByteArray *bytes;
	uint8_t data[AD_MAX];
	ReportInfo info = make_report(7, ADV_CONNECTABLE, 400, data);
	uint64_t before;
	unsigned sent;

	roomy = set_default_buffer(USUAL_BUFFER);
	set_capability(CAP_NET_ADMIN, false);
	open_monitor();
	set_capability(CAP_NET_ADMIN, true);
	set_default_buffer(roomy);
	ck_assert_int_eq(monitor_listen(monitor, &radio, 1), 0);
	discover(BLUEZ_ADAPTER, WORLD_RADIO);

	info.sid = 1;
	bytes = event_of(0x0d, 1);
	put_extended(bytes, &info, 0x21, data, 200);
	send_event(air, WORLD_RADIO, bytes);
	sent = air_ask(air, "adv " WORLD_RADIO " C0:00:00:00:00:01 random 3 -60 020106 %u", FLOOD);
	bytes = event_of(0x0d, 1);
	put_extended(bytes, &info, 0x01, data + 200, 200);
	send_event(air, WORLD_RADIO, bytes);

	/* the first fragment, given up, is a report; the other one is among the packets lost */
	before = boottime();
	hear(sent + 2);
	for (guint i = 0; i < heard->len; i++)
		ck_assert_msg(heard_at(i)->info.time <= before, "that is when it was read, not when it was received");
	ck_assert_uint_gt(lost, 0);
	ck_assert_uint_eq(monitor_stats(monitor)->lost, lost);
	ck_assert_uint_eq(monitor_stats(monitor)->truncated, 1);
	last = heard_at(heard->len - 1);
	ck_assert(last->info.truncated && last->info.extended);
	ck_assert_uint_eq(last->info.length, 200);
	ck_assert_mem_eq(last->info.data, data, 200);
	printf("a buffer of %u bytes held %u reports\n", monitor_stats(monitor)->buffer, heard->len);

	/* and then it goes on */
	g_array_set_size(heard, 0);
	lost = 0;
	bytes = event_of(0x0d, 1);
	put_extended(bytes, &info, 0x21, data, 200);
	send_event(air, WORLD_RADIO, bytes);
	bytes = event_of(0x0d, 1);
	put_extended(bytes, &info, 0x01, data + 200, 200);
	send_event(air, WORLD_RADIO, bytes);
	hear(1);
	last = heard_at(0);
	ck_assert(!last->info.truncated);
	ck_assert_uint_eq(last->info.length, 400);
	ck_assert_mem_eq(last->info.data, data, 400);
}
END_TEST

int main(void)
{
	const TTest *const plain[] = { every_report, only_some_radios, permission, too_slow, NULL };
	const TTest *const extended[] = { extended_radio, NULL };
	int r = run_tests("monitor", plain, setup, teardown, 250);

	return r | run_tests("monitor-extended", extended, setup_extended, teardown, 250);
}
