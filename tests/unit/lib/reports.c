/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports.h"

#include <check.h>

#include "unit.h"

ReportInfo report_info(uint16_t number, const void *data, size_t length)
{
	return (ReportInfo) {
		.addr = {
			.bytes = { 0xc0, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number },
			.type = ADDR_RANDOM,
		},
		.adv_type = ADV_CONNECTABLE,
		.rssi = -60,
		.tx_power = TX_POWER_UNKNOWN,
		.sid = SID_NONE,
		.data = data,
		.length = length,
	};
}

Report *report_make(const ReportInfo *info)
{
	Report *report = NULL;

	ck_assert_int_eq(report_new(&report, info), 0);
	return report;
}

void report_note(Devices *devices, const ReportInfo *info)
{
	Report *report = report_make(info);

	devices_note(devices, report);
	report_unref(report);
}

bool report_push(Ring *ring, const ReportInfo *info)
{
	Report *report = report_make(info);
	bool kept = ring_push(ring, report);

	report_unref(report);
	return kept;
}
