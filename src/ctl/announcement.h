/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be advertised, as the command line or a file says it. Each value is checked here. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/error.h"
#include "util/macros.h"

typedef struct Announcement {
	char *name;			/* NULL: none */
	GVariantBuilder *services;	/* av; NULL: none; likewise below */
	GVariantBuilder *manufacturers;	/* a{qv} */
	GVariantBuilder *service_data;	/* a{sv} */
	bool has_appearance;
	uint16_t appearance;
	bool tx_power;
	bool hidden;			/* not discoverable */
	uint8_t adv_type;		/* of SetAdvertisementParams, likewise below */
	bool has_own_addr_type, has_channel_map, has_filter_policy;
	uint8_t own_addr_type, channel_map, filter_policy;
	uint16_t interval_min;		/* units of 0.625 ms; 0: default */
	uint16_t interval_max;
	GByteArray *raw;		/* AD bytes instead of all above; or NULL */
	GByteArray *scan_response;
} Announcement;

void announcement_clear(Announcement *announcement);

/* Takes the text of an option of advertise, or of a key in the file of serve. 0, or E_INVALID_ARGUMENTS and
 * reason says what is allowed. */
typedef int (*AnnouncementSetter)(Announcement *announcement, const char *text, Reason *reason);

int announcement_set_name(Announcement *announcement, const char *text, Reason *reason);
int announcement_add_service(Announcement *announcement, const char *text, Reason *reason);
/* text: ID:HEX */
int announcement_add_manufacturer(Announcement *announcement, const char *text, Reason *reason);
/* text: UUID:HEX */
int announcement_add_service_data(Announcement *announcement, const char *text, Reason *reason);
int announcement_set_appearance(Announcement *announcement, const char *text, Reason *reason);
/* text: MIN[:MAX], in ms */
int announcement_set_interval(Announcement *announcement, const char *text, Reason *reason);
int announcement_set_adv_type(Announcement *announcement, const char *text, Reason *reason);
int announcement_set_own_addr_type(Announcement *announcement, const char *text, Reason *reason);
int announcement_set_channel_map(Announcement *announcement, const char *text, Reason *reason);
int announcement_set_filter_policy(Announcement *announcement, const char *text, Reason *reason);
int announcement_set_raw(Announcement *announcement, const char *text, Reason *reason);
int announcement_set_scan_response(Announcement *announcement, const char *text, Reason *reason);

/* Checks that the options go together. 0, or E_INVALID_ARGUMENTS and reason. */
int announcement_check(const Announcement *announcement, Reason *reason);

/* The arguments of SetAdvertisement or SetAdvertisementRaw (once only), and of SetAdvertisementParams. */
GVariant *announcement_data(const Announcement *announcement);
GVariant *announcement_params(const Announcement *announcement);
