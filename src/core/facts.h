/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a device, whichever of its packets said it: its services (UUIDs in lists and of service
 * data) and companies (manufacturer data). Bounded, in memory and in work: of a device that says ever new
 * things, the latest count.
 */
#pragma once

#include <stdbool.h>

#include "core/report.h"
#include "meaning/uuid.h"
#include "util/macros.h"

#define FACTS_MAX 16		/* of a device */
/* one not heard for so long before the device's last packet is known no more */
#define FACTS_AGE (60 * USEC_PER_SEC)

typedef struct Fact {
	uint64_t seen;
	bool is_company;
	uint16_t company;
	Uuid uuid;
} Fact;

/* Empty as zeros. */
typedef struct Facts {
	Fact *list;
	uint8_t count;
	uint8_t room;
} Facts;

void facts_note(Facts *facts, const Report *report);
void facts_clear(Facts *facts);

/* Whether a fact counts, for a device that was last heard then. */
bool fact_is_recent(const Fact *fact, uint64_t last_seen);
