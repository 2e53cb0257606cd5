/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filters.h"

#include <check.h>

Filter *filter_make(void)
{
	Filter *filter = NULL;

	filter = filter_new(256);
	return filter;
}

void filter_want_uuid(Filter *filter, const char *text)
{
	Uuid uuid;

	ck_assert_int_eq(uuid_parse(text, &uuid), 0);
	ck_assert_int_eq(filter_add_uuid(filter, &uuid), 0);
}

bool filter_passes(const Filter *filter, const ReportInfo *info)
{
	Report *report = report_make(info);
	bool passes = filter_match(filter, report, NULL);

	report_unref(report);
	return passes;
}

bool filter_passes_data(const Filter *filter, const char *data, size_t length)
{
	ReportInfo info = report_info(1, data, length);

	return filter_passes(filter, &info);
}
