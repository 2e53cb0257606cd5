/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters, and whether reports pass them. */
#pragma once

#include <stdbool.h>

#include "core/filter.h"
#include "reports.h"

Filter *filter_make(void);
void filter_want_uuid(Filter *filter, const char *text);
bool filter_passes(const Filter *filter, const ReportInfo *info);
bool filter_passes_data(const Filter *filter, const char *data, size_t length);
