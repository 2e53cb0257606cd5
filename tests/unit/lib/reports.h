/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports for tests. */
#pragma once

#include "core/devices.h"
#include "core/report.h"
#include "core/ring.h"

/* A report of which only the data are known, from C0:00:00:00:HH:LL with HHLL = number. */
ReportInfo report_info(uint16_t number, const void *data, size_t length);

Report *report_make(const ReportInfo *info);

/* report_note() notes a report in the table. report_push() puts one into the ring, and returns as
 * ring_push(). */
void report_note(Devices *devices, const ReportInfo *info);
bool report_push(Ring *ring, const ReportInfo *info);
