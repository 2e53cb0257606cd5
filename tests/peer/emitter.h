/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertisers that repeat themselves, and storms: many reports at an even pace, of several advertisers in
 * turn, numbered as they are heard. Either is sent to one radio by address, or to all, and goes on when
 * that radio is unplugged and comes back. */
#pragma once

#include "air.h"

typedef struct Emitter Emitter;

/* RSSI that goes up and down by spread around base, the same way each time. */
typedef struct Level {
	int8_t base;
	uint8_t spread;
} Level;

typedef struct Repeat {
	Report report; /* its rssi is set from level before each */
	Level level;
	bool has_response;
	Report response;
	unsigned int interval_ms; /* > 0 */
	unsigned int count; /* 0: until "quiet"; reports that nobody hears do not count */
} Repeat;

typedef struct Storm {
	unsigned int advertisers;
	unsigned int rate, seconds; /* reports a second; those that nobody hears are not made up for */
	unsigned int burst; /* how many go out together, all of one advertiser */
} Storm;

int8_t level_at(const Level *level, uint64_t turn);

/* Replaces an advertiser of the same name and target. The first report goes out at once. */
void air_repeat(Air *air, uint64_t target, const char *name, const Repeat *repeat);
void air_storm(Air *air, uint64_t target, const Storm *storm);
/* Ends what is sent to exactly this target; AIR_ALL ends everything. */
void air_quiet(Air *air, uint64_t target);
Emitter *emitter_free(Emitter *emitter);

/* emitters_run() sends what is due. emitters_due(): when the next report is due, or NEVER. */
void emitters_run(Air *air, uint64_t now);
uint64_t emitters_due(const Air *air);
