/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An advertising report: what a radio heard, in one packed, counted allocation that all sessions share.
 * Immutable once it is handed on.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "meaning/addr.h"
#include "meaning/constants.h"
#include "util/macros.h"

typedef struct Report {
	unsigned refs;
	Addr addr;
	uint8_t adv_type;
	int8_t rssi;		/* dBm; or RSSI_UNKNOWN */
	int8_t tx_power;	/* dBm; or TX_POWER_UNKNOWN */
	uint8_t primary_phy;	/* 1 LE 1M, 2 LE 2M, 3 LE Coded; 0: not told */
	uint8_t secondary_phy;
	uint8_t sid;		/* advertising set; or SID_NONE */
	bool extended : 1;	/* heard as an extended advertisement */
	bool synthesized : 1;	/* data rebuilt from BlueZ's properties */
	bool truncated : 1;	/* the advertiser sent more data than could be received */
	uint64_t time;		/* CLOCK_BOOTTIME, microseconds */
	uint64_t digest;	/* keyed hash of address, type and data: equal for equal advertisements */
	uint16_t length;
	uint8_t data[];
} Report;

/* What report_new makes a report of; data is copied. length: at most AD_MAX, else -EMSGSIZE. */
typedef struct ReportInfo {
	Addr addr;
	uint8_t adv_type;
	int8_t rssi;
	int8_t tx_power;
	uint8_t primary_phy;
	uint8_t secondary_phy;
	uint8_t sid;
	bool extended;
	bool synthesized;
	bool truncated;
	uint64_t time;
	const uint8_t *data;
	size_t length;
} ReportInfo;

int report_new(Report **ret, const ReportInfo *info);
Report *report_repeat(const Report *report, uint64_t time);	/* the same, of another time */
Report *report_ref(Report *report);
Report *report_unref(Report *report);	/* returns NULL; takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Report, report_unref)

/* Bytes of memory that holding the report costs, for quotas. */
size_t report_size(const Report *report);
