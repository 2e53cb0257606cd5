/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which advertisements the user asked for, from options of the command line or from a configuration. Values
 * are checked here, so that an error names the option, and the daemon need not be asked.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/error.h"
#include "util/macros.h"

/* How the daemon hands reports over. */
typedef enum ListenerWay {
	BY_STREAM,		/* a socket: AcquireAdvertisements; the quickest */
	BY_SIGNAL,		/* Advertisements signals; the filter has delivery: signal */
	BY_FIFO,		/* ReadAdvertisements, whenever Event says that there are some */
} ListenerWay;

typedef struct Wanted {
	GPtrArray *addresses;	/* of char *: AA:BB:CC:DD:EE:FF */
	GPtrArray *uuids;	/* of char *: 36-character form */
	GArray *manufacturers;	/* of uint16_t */
	char *name;		/* glob; NULL: any */
	bool has_rssi;
	int16_t rssi;		/* dBm, the weakest that is wanted */
	bool has_pathloss;
	uint16_t pathloss;	/* dB, the most that is wanted */
	GVariantBuilder *patterns;	/* a(yyay); NULL: none */
	GByteArray *adv_types;
	/* of a scan only */
	uint32_t dedup_ms;	/* 0: none */
	bool passive;
	bool no_scan_responses;
	ListenerWay way;
	bool has_batch_ms;
	uint32_t batch_ms;
	uint32_t batch_max;	/* 0: default */
} Wanted;

void wanted_init(Wanted *wanted);
void wanted_clear(Wanted *wanted);

/* Each takes the text of one value. 0, or E_INVALID_ARGUMENTS and reason says what is allowed. */
int wanted_add_address(Wanted *wanted, const char *text, Reason *reason);
int wanted_add_uuid(Wanted *wanted, const char *text, Reason *reason);
int wanted_add_manufacturer(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_name(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_rssi(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_pathloss(Wanted *wanted, const char *text, Reason *reason);
/* text: [START:]TYPE:HEX */
int wanted_add_pattern(Wanted *wanted, const char *text, Reason *reason);
int wanted_add_adv_type(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_dedup(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_delivery(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_batch_ms(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_batch_max(Wanted *wanted, const char *text, Reason *reason);

/* Adds the keys that Session1.SetScanFilter and Adapter1.GetDevices share to an a{sv}; once only. */
void wanted_to_dict(const Wanted *wanted, GVariantDict *dict);

/* The dictionaries of SetScanFilter, once only, and of AcquireAdvertisements, where live_ms is how long
 * reports may gather if nothing else is wanted (0: as the daemon likes). The caller owns them. */
GVariant *wanted_filter(const Wanted *wanted);
GVariant *wanted_stream(const Wanted *wanted, unsigned live_ms);
