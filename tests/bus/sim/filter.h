/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The discovery filter of one client of Adapter1, and what the filters of all discovering clients
 * come to. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "eir.h"

#define FILTER_NONE 0x7fff /* no RSSI, no pathloss given */

typedef struct DiscoveryFilter {
	bool le; /* the transport includes LE */
	int rssi;
	int pathloss;
	bool duplicate;
	char *pattern;
	GPtrArray *uuids; /* lower-case 36 characters, sorted */
} DiscoveryFilter;

/* What the kernel is asked for. */
typedef struct MergedFilter {
	bool filtered; /* false: plain discovery */
	bool le;
	int rssi; /* RADIO_RSSI_ANY: all */
	GPtrArray *uuids; /* empty: all */
} MergedFilter;

/* The argument of SetDiscoveryFilter. An empty dictionary gives NULL. False: it is not valid. */
bool filter_parse(GVariant *dict, DiscoveryFilter **ret);
DiscoveryFilter *filter_free(DiscoveryFilter *filter);
/* NULL is a plain discovery, and matches all. */
bool filter_match(const DiscoveryFilter *filter, const Eir *eir, int rssi);
const char *const *filter_keys(void);

/* filters: of DiscoveryFilter or NULL. */
MergedFilter *merged_new(const GPtrArray *filters);
MergedFilter *merged_free(MergedFilter *merged);
bool merged_equal(const MergedFilter *a, const MergedFilter *b);
/* The kernel's own sorting out. */
bool merged_match(const MergedFilter *merged, const Eir *eir, int rssi);
