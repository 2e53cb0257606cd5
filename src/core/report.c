/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports: one allocation, counted. */
#include "core/report.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "meaning/ad.h"
#include "util/siphash.h"

#define HASHED_HEAD 7	/* address and type */

static uint64_t hash(const Report *report)
{
	uint8_t bytes[HASHED_HEAD + AD_MAX];

	memcpy(bytes, report->addr.bytes, sizeof(report->addr.bytes));
	bytes[HASHED_HEAD - 1] = report->addr.type;
	memcpy(bytes + HASHED_HEAD, report->data, report->length);
	return siphash_process(bytes, HASHED_HEAD + (size_t)report->length);
}

int report_new(Report **ret, const ReportInfo *info)
{
	Report *report;

	if (info->length > AD_MAX)
		return -EMSGSIZE;

	report = g_malloc(sizeof(*report) + info->length);
	*report = (Report) {
		.refs = 1,
		.addr = info->addr,
		.adv_type = info->adv_type,
		.rssi = info->rssi,
		.tx_power = info->tx_power,
		.primary_phy = info->primary_phy,
		.secondary_phy = info->secondary_phy,
		.sid = info->sid,
		.extended = info->extended,
		.synthesized = info->synthesized,
		.truncated = info->truncated,
		.time = info->time,
		.length = (uint16_t)info->length,
	};
	if (info->length > 0)
		memcpy(report->data, info->data, info->length);
	report->digest = hash(report);

	*ret = report;
	return 0;
}

Report *report_repeat(const Report *report, uint64_t time)
{
	Report *again = g_memdup2(report, sizeof(*report) + report->length);

	again->refs = 1;
	again->time = time;
	return again;
}

Report *report_ref(Report *report)
{
	assert(report->refs > 0);
	report->refs++;
	return report;
}

Report *report_unref(Report *report)
{
	if (!report)
		return NULL;
	assert(report->refs > 0);
	if (--report->refs == 0)
		g_free(report);
	return NULL;
}

size_t report_size(const Report *report)
{
	/* What an allocator adds: a word, and rounding up to 16. */
	return (sizeof(*report) + report->length + sizeof(size_t) + 15) & ~(size_t)15;
}
