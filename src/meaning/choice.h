/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that have names: those of people, those of the specification, and the documented constants. */
#pragma once

#include <stdbool.h>

#include "meaning/constants.h"
#include "util/error.h"
#include "util/macros.h"

typedef struct Choice {
	const char *name;
	uint8_t number;
} Choice;

/* Each ends with a NULL name. */
extern const Choice choices_adv_type[];		/* of a report */
extern const Choice choices_addr_type[];
extern const Choice choices_sent_type[];	/* adv_type of SetAdvertisementParams */
extern const Choice choices_channel_map[];
extern const Choice choices_filter_policy[];
extern const Choice choices_antenna[];
extern const Choice choices_mode[];

/* Takes one of the names, in any case, or a number from min to max. 0, or E_INVALID_ARGUMENTS and reason says
 * what is allowed. */
int choice_parse(const Choice *choices, uint8_t min, uint8_t max, const char *allowed, const char *text,
		 uint8_t *ret, Reason *reason);

/* Reads an AD type: a number, or one of the contract's ADV_ constants. 0, or E_INVALID_ARGUMENTS and
 * reason. */
int ad_type_parse(const char *text, uint8_t *ret, Reason *reason);

/* Whether the constant is the name of an AD type. */
bool ad_type_has_constant(const Constant *constant);
