/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which advertising reports a session wants: compiled once, asked for each report. A report passes when it
 * matches every kind of condition that was added, and any one condition of that kind. Name, services and
 * companies are of the device: any of its recent packets may have told them. All else is of the packet.
 */
#pragma once

#include <stdbool.h>

#include "core/devices.h"
#include "core/report.h"
#include "meaning/uuid.h"
#include "util/macros.h"

typedef struct Filter Filter;

/* max_entries: the most conditions, of all kinds together, that may be added. */
Filter *filter_new(size_t max_entries);
Filter *filter_free(Filter *filter);	/* returns NULL; takes NULL */

/* These return -EDQUOT at max_entries, -EINVAL for what could never match (pattern of no bytes, start +
 * length above AD_FIELD_MAX), else 0. */
int filter_add_address(Filter *filter, const Addr *addr);
int filter_add_uuid(Filter *filter, const Uuid *uuid);		/* in UUID lists or service data */
int filter_add_manufacturer(Filter *filter, uint16_t company);
int filter_add_adv_type(Filter *filter, uint8_t adv_type);
int filter_add_pattern(Filter *filter, uint8_t start, uint8_t ad_type, const uint8_t *bytes, size_t length);
/* a pattern for the device's name (core/glob.h), copied; -E2BIG past 248 bytes */
int filter_set_name(Filter *filter, const char *glob);
void filter_set_rssi(Filter *filter, int16_t dbm);		/* at least */
/* TX power - RSSI at most; no TX power: no match */
void filter_set_pathloss(Filter *filter, uint16_t db);
/* false: reports of type ADV_SCAN_RESPONSE never pass */
void filter_set_scan_responses(Filter *filter, bool wanted);

/* Bytes of memory it takes, for quotas. */
size_t filter_size(const Filter *filter);

/* A NULL filter passes everything. row: of the report's device, with the report noted in it; NULL: the packet
 * is all that is known. */
bool filter_match(const Filter *filter, const Report *report, const DeviceRow *row);
/* Whether a row passes: each condition on the packet may be met by the device's last advertisement or by its
 * last scan response. */
bool filter_match_row(const Filter *filter, const DeviceRow *row);
