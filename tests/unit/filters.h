/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters, and whether reports pass them. */
#pragma once

#include "core/filter.h"
#include "reports.h"
#include "unit.h"

static inline Filter *make(void)
{
	Filter *filter = NULL;

	ck_assert_int_eq(filter_new(&filter, 256), 0);
	return filter;
}

static inline bool passes(const Filter *filter, const ReportInfo *info)
{
	Report *report = report_make(info);
	bool passed = filter_match(filter, report, NULL);

	report_unref(report);
	return passed;
}

static inline bool passes_data(const Filter *filter, const char *data, size_t length)
{
	ReportInfo info = report_info(1, data, length);

	return passes(filter, &info);
}

static inline void add_uuid(Filter *filter, const char *text)
{
	Uuid uuid;

	ck_assert_int_eq(uuid_parse(text, &uuid), 0);
	ck_assert_int_eq(filter_add_uuid(filter, &uuid), 0);
}
