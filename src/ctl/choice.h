/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that have names: those of people, those of the specification, and the documented constants. */
#pragma once

#include <stdbool.h>

#include "util/macros.h"

typedef struct Choice {
	const char *name;
	uint32_t number;
} Choice;

/* Each ends with a NULL name. */
extern const Choice choices_adv_type[];		/* of a report */
extern const Choice choices_addr_type[];
extern const Choice choices_sent_type[];	/* adv_type of SetAdvertisementParams */
extern const Choice choices_channel_map[];
extern const Choice choices_filter_policy[];
extern const Choice choices_antenna[];
extern const Choice choices_mode[];

/* Takes one of the names, in any case, or a number from min to max. False: text is neither. */
bool choice_parse(const Choice *choices, uint32_t min, uint32_t max, const char *text, uint32_t *ret);
