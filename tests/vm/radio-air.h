/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is in the air of the test bed: the radios that are plugged in, advertisers that repeat
 * themselves, storms. Times are CLOCK_MONOTONIC nanoseconds.
 */

#include "radio-central.h"
#include "radio-peer.h"

#define AIR_RADIOS_MAX 16
#define AIR_NAME_MAX 64
#define AIR_NEVER UINT64_MAX

typedef struct Advertiser Advertiser;
typedef struct Storm Storm;

typedef struct Air {
	bool filter_duplicates;		/* for radios plugged in from now on */
	Controller *radios[AIR_RADIOS_MAX];
	size_t n_radios;
	Advertiser *advertisers;
	Storm *storms;
	Peers peers;
	Centrals centrals;
	uint8_t n_sets;			/* extended advertising sets of a radio that is not in set_counts */
	struct {
		bdaddr_t radio;
		uint8_t n;
	} set_counts[AIR_RADIOS_MAX];
	size_t n_set_counts;
	uint64_t supervised;
	uint64_t held_back;		/* times a radio was full and a report had to wait */
} Air;

/* Which radios something is meant for: BDADDR_ANY is all that are plugged in at that moment. */
typedef bdaddr_t Target;

/* RSSI that goes up and down by spread around base, the same way each time. */
typedef struct Level {
	int8_t base;
	uint8_t spread;
} Level;

typedef struct Repeat {
	Target target;
	char name[AIR_NAME_MAX];
	Report report;			/* its rssi is set from level for each turn */
	Level level;
	bool has_response;
	Report response;
	uint64_t interval;		/* > 0 */
	uint32_t count;			/* 0: until quiet */
} Repeat;

void air_deinit(Air *air);

/* -EEXIST: there is one with this address; -ENOSPC: too many. */
int air_plug(Air *air, const bdaddr_t *address, Controller **ret);
/* How many extended advertising sets such a radio has from its next plug on. -ENOSPC: too many. */
int air_set_sets(Air *air, const Target *target, uint8_t n);
/* Unplugs the radio with that place in radios. */
void air_unplug(Air *air, size_t i);
bool air_matches(const Target *target, const Controller *radio);
/* The first radio that target means, NULL if there is none. */
Controller *air_find(const Air *air, const Target *target);

int8_t level_at(const Level *level, uint64_t turn);

/* Sends one report now. Returns how many radios' hosts got it, negative errno if one could not. */
int air_send(Air *air, const Target *target, const Report *report);

/* The same with an LE Meta event as it is. */
int air_send_event(Air *air, const Target *target, const uint8_t *parameters, size_t length);

/* An advertiser with the same name and target is replaced. */
int air_repeat(Air *air, const Repeat *repeat, uint64_t now);
/* burst: how many reports go out together, those of a burst from one advertiser and with as many to an event as fit; 1:
 * each by itself. */
int air_storm(Air *air, const Target *target, uint32_t advertisers, uint32_t rate,
	      uint32_t seconds, uint32_t burst, uint64_t now);
/* Ends what is meant for just this target; BDADDR_ANY ends everything. */
void air_quiet(Air *air, const Target *target);

/* Sends what is due. Returns when to be called again, or AIR_NEVER. */
uint64_t air_run(Air *air, uint64_t now);
