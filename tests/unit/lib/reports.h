/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports for the tests that need some. */
#pragma once

#include "core/report.h"

/* Of a report with nothing told but its data, from C0:00:00:00:HH:LL with HHLL = number. */
ReportInfo report_info(uint16_t number, const void *data, size_t length);

Report *report_make(const ReportInfo *info);
