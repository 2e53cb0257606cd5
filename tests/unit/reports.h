/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports for the tests that need some. */
#pragma once

#include <check.h>

#include "core/report.h"

/* A report with nothing told but its data, from C0:00:00:00:HH:LL with HHLL = number. */
static inline ReportInfo report_info(uint16_t number, const void *data, size_t length)
{
	return (ReportInfo) {
		.addr = { .bytes = { 0xc0, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number }, .type = ADDR_RANDOM },
		.adv_type = ADV_CONNECTABLE,
		.rssi = -60,
		.tx_power = TX_POWER_UNKNOWN,
		.sid = SID_NONE,
		.data = data,
		.length = length,
	};
}

static inline Report *report_make(const ReportInfo *info)
{
	Report *report = NULL;

	if (report_new(&report, info) != 0)
		ck_abort_msg("no report");
	return report;
}
