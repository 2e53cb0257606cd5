/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a device, whichever of its packets said it: its services (UUIDs in lists and of service
 * data) and companies (manufacturer data). Bounded, in memory and in work: of a device that tells new facts
 * again and again, the latest are kept.
 */
#pragma once

#include <stdbool.h>

#include "core/report.h"
#include "meaning/uuid.h"
#include "util/macros.h"

#define FACTS_MAX 16		/* kept of a device */
/* a fact counts only if it was heard at most so long before the device's last packet */
#define FACTS_AGE (60 * USEC_PER_SEC)

typedef struct Fact {
	uint64_t seen;
	bool is_company;
	uint16_t company;
	Uuid uuid;
} Fact;

/* The facts of a device; none if all zeros. */
typedef struct Facts {
	Fact *list;
	uint8_t count;
	uint8_t room;
	bool cut;		/* a packet told more than was noted of it */
} Facts;

void facts_note(Facts *facts, const Report *report);
void facts_clear(Facts *facts);

/* Whether a fact still counts, for a device whose last packet was heard at last_seen. */
bool fact_is_recent(const Fact *fact, uint64_t last_seen);
