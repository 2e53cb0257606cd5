/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports as a controller tells of them: HCI events built by hand, and sent by the test's radio. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "air.h"
#include "core/report.h"

/* An LE Meta event: the subevent and how many reports, to which they are put. */
GByteArray *event_of(uint8_t subevent, uint8_t reports);
void put_legacy(GByteArray *event, const ReportInfo *info);
void put_directed(GByteArray *event, const ReportInfo *info);
/* bits: the event type; data: this fragment, in place of that of info. */
void put_extended(GByteArray *event, const ReportInfo *info, unsigned bits, const uint8_t *data, size_t length);

/* Until the radio's host got it, which it does not in a pause of the scan. */
void send_event(Air *air, const char *radio, GByteArray *event);	/* frees it */
void send_adv(Air *air, const char *radio, const ReportInfo *info);	/* a legacy report alone */
void wait_scanning(Air *air, const char *radio);
