/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertisers that repeat themselves, and storms: many reports at an even pace, of several advertisers in
 * turns, numbered as they go out. Either is meant for one radio by address, or for all, and goes on when that
 * radio is unplugged and comes back. */
#pragma once

#include "air.h"

typedef struct Emitter Emitter;

/* RSSI that goes up and down by spread around base, the same way each time. */
typedef struct Level {
	int8_t base;
	uint8_t spread;
} Level;

typedef struct Repeat {
	Report report; /* its rssi is set from level for each turn */
	Level level;
	bool has_response;
	Report response;
	unsigned int interval_ms; /* > 0 */
	unsigned int count; /* 0: until quiet; turns that nobody hears do not count */
} Repeat;

typedef struct Storm {
	unsigned int advertisers;
	unsigned int rate, seconds; /* of the clock: moments when nobody listens pass without a report */
	unsigned int burst; /* how many go out together, of one advertiser; 1: each by itself */
} Storm;

int8_t level_at(const Level *level, uint64_t turn);

/* An advertiser of that name and target is replaced. Its first report is on air at once. */
void air_repeat(Air *air, uint64_t target, const char *name, const Repeat *repeat);
void air_storm(Air *air, uint64_t target, const Storm *storm);
/* Ends what is meant for just this target; AIR_ALL ends everything. */
void air_quiet(Air *air, uint64_t target);
Emitter *emitter_free(Emitter *emitter);

/* Sends what is due; when that is, or NEVER. */
void emitters_run(Air *air, uint64_t now);
uint64_t emitters_due(const Air *air);
