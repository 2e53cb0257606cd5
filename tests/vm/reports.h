/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports as text, "TIME ADDRESS DATA": time in CLOCK_BOOTTIME microseconds, data in
 * hex. Two sessions that got the same report have the same text. An array of reports is a GPtrArray
 * of them, oldest first. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

const char *report_address(const char *report); /* and what follows */
/* Whether one of the generated advertisers of "storm" has this address; there are 256 of them at
 * most. */
bool report_is_of_storm(const char *address);

unsigned int reports_count_advertisers(const GPtrArray *reports);
unsigned int reports_count_since(const GPtrArray *reports, uint64_t when);
/* What each advertiser of a storm of that size counts, grows: else the running test fails. */
void reports_check_counters(const GPtrArray *reports, unsigned int n_advertisers);
