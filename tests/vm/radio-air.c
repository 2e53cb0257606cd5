/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The schedule of the test bed's air: who sends when, to which radios. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "radio-storm.h"

#define BATCH 2000000ULL	/* what falls due within this time goes out together */
#define SUPERVISION_INTERVAL SECOND

struct Advertiser {
	Advertiser *next;
	Repeat repeat;
	uint64_t due, turn;
};

void air_deinit(Air *air)
{
	air_quiet(air, BDADDR_ANY);
	peers_deinit(&air->peers);
	centrals_deinit(&air->centrals);
	while (air->n_radios > 0)
		air_unplug(air, air->n_radios - 1);
}

bool air_matches(const Target *target, const Controller *radio)
{
	return !bacmp(target, BDADDR_ANY) || !bacmp(target, controller_address(radio));
}

Controller *air_find(const Air *air, const Target *target)
{
	for (size_t i = 0; i < air->n_radios; i++)
		if (air_matches(target, air->radios[i]))
			return air->radios[i];
	return NULL;
}

int air_set_sets(Air *air, const Target *target, uint8_t n)
{
	size_t i;

	if (!bacmp(target, BDADDR_ANY)) {
		air->n_set_counts = 0;
		air->n_sets = n;
		return 0;
	}
	for (i = 0; i < air->n_set_counts; i++)
		if (!bacmp(&air->set_counts[i].radio, target))
			break;
	if (i == AIR_RADIOS_MAX)
		return -ENOSPC;
	if (i == air->n_set_counts)
		air->n_set_counts++;
	air->set_counts[i].radio = *target;
	air->set_counts[i].n = n;
	return 0;
}

static uint8_t sets_of(const Air *air, const bdaddr_t *address)
{
	for (size_t i = 0; i < air->n_set_counts; i++)
		if (!bacmp(&air->set_counts[i].radio, address))
			return air->set_counts[i].n;
	return air->n_sets;
}

int air_plug(Air *air, const bdaddr_t *address, Controller **ret)
{
	int r;

	if (air_find(air, address))
		return -EEXIST;
	if (air->n_radios == AIR_RADIOS_MAX)
		return -ENOSPC;
	r = controller_new(&air->radios[air->n_radios], address, air->filter_duplicates,
			   sets_of(air, address), &air->peers);
	if (r < 0)
		return r;
	*ret = air->radios[air->n_radios++];
	return 0;
}

void air_unplug(Air *air, size_t i)
{
	controller_free(air->radios[i]);
	air->n_radios--;
	memmove(&air->radios[i], &air->radios[i + 1],
		(air->n_radios - i) * sizeof(air->radios[0]));
}

int8_t level_at(const Level *level, uint64_t turn)
{
	int width = 2 * level->spread + 1;
	int offset = (int)((turn + level->spread) % (uint64_t)width) - level->spread;

	return (int8_t)(level->base + offset);
}

int air_send(Air *air, const Target *target, const Report *report)
{
	int sent = 0, error = 0, r;

	for (size_t i = 0; i < air->n_radios; i++) {
		if (!air_matches(target, air->radios[i]))
			continue;
		r = controller_report(air->radios[i], report);
		if (r < 0)
			error = r;
		else
			sent += r;
	}
	if (error == -EAGAIN)
		air->held_back++;
	return error ? error : sent;
}

int air_send_event(Air *air, const Target *target, const uint8_t *parameters, size_t length)
{
	int sent = 0, r;

	for (size_t i = 0; i < air->n_radios; i++) {
		if (!air_matches(target, air->radios[i]))
			continue;
		r = controller_event(air->radios[i], parameters, length);
		if (r < 0)
			return r;
		sent += r;
	}
	return sent;
}

static bool target_is(const Target *target, const Target *which)
{
	return !bacmp(which, BDADDR_ANY) || !bacmp(which, target);
}

int air_repeat(Air *air, const Repeat *repeat, uint64_t now)
{
	Advertiser **link = &air->advertisers, *advertiser;

	while (*link && (strcmp((*link)->repeat.name, repeat->name) ||
			 bacmp(&(*link)->repeat.target, &repeat->target)))
		link = &(*link)->next;
	if (!*link) {
		*link = calloc(1, sizeof(**link));
		if (!*link)
			return -ENOMEM;
	}
	advertiser = *link;
	advertiser->repeat = *repeat;
	advertiser->due = now;
	advertiser->turn = 0;
	return 0;
}

int air_storm(Air *air, const Target *target, uint32_t advertisers, uint32_t rate,
	      uint32_t seconds, uint32_t burst, uint64_t now)
{
	Storm *storm = calloc(1, sizeof(*storm));

	if (!storm)
		return -ENOMEM;
	*storm = (Storm){
		.next = air->storms,
		.target = *target,
		.advertisers = advertisers,
		.rate = rate,
		.burst = burst,
		.started = now,
		.n_slots = (uint64_t)rate * seconds,
	};
	air->storms = storm;
	return 0;
}

void air_quiet(Air *air, const Target *target)
{
	for (Advertiser **link = &air->advertisers; *link;) {
		Advertiser *advertiser = *link;

		if (!target_is(&advertiser->repeat.target, target)) {
			link = &advertiser->next;
			continue;
		}
		*link = advertiser->next;
		free(advertiser);
	}
	for (Storm **link = &air->storms; *link;) {
		Storm *storm = *link;

		if (!target_is(&storm->target, target)) {
			link = &storm->next;
			continue;
		}
		*link = storm->next;
		free(storm);
	}
}

/* A scan response comes only where the radio asks for it. */
static void response_send(Air *air, const Repeat *repeat)
{
	for (size_t i = 0; i < air->n_radios; i++)
		if (air_matches(&repeat->target, air->radios[i]) &&
		    controller_scanning_actively(air->radios[i]))
			(void)controller_report(air->radios[i], &repeat->response);
}

/* true when it has sent all it had to */
static bool advertiser_run(Air *air, Advertiser *advertiser, uint64_t now)
{
	Repeat *repeat = &advertiser->repeat;
	int r;

	while (advertiser->due <= now) {
		repeat->report.rssi = level_at(&repeat->level, advertiser->turn);
		r = air_send(air, &repeat->target, &repeat->report);
		if (r == -EAGAIN) {
			advertiser->due = now + RETRY;
			return false;
		}
		advertiser->due += repeat->interval;
		/* catch up after a short delay, but no burst after a standstill */
		if (advertiser->due + SECOND < now)
			advertiser->due = now;
		/* nobody listens: the turn does not count */
		if (r <= 0)
			continue;
		if (repeat->has_response) {
			repeat->response.rssi = repeat->report.rssi;
			response_send(air, repeat);
		}
		advertiser->turn++;
		if (repeat->count && advertiser->turn >= repeat->count)
			return true;
	}
	return false;
}

/* A host may leave without a word: looks after those for whom that matters. */
static uint64_t radios_run(Air *air, uint64_t now)
{
	uint64_t next = AIR_NEVER, due;
	bool advertising = false, late = air->supervised + SUPERVISION_INTERVAL <= now;

	for (size_t i = 0; i < air->n_radios; i++) {
		due = controller_run(air->radios[i], now);
		if (due < next)
			next = due;
		if (late)
			controller_supervise(air->radios[i]);
		advertising |= advert_is_on(controller_advert(air->radios[i]));
	}
	if (late)
		air->supervised = now;
	due = air->supervised + SUPERVISION_INTERVAL;
	return (advertising || air->peers.first || air->centrals.first) && due < next ? due : next;
}

uint64_t air_run(Air *air, uint64_t now)
{
	uint64_t next = peers_run(&air->peers, air->radios, air->n_radios, now), due;

	due = centrals_run(&air->centrals, now);
	if (due < next)
		next = due;
	due = radios_run(air, now);
	if (due < next)
		next = due;
	for (Advertiser **link = &air->advertisers; *link;) {
		Advertiser *advertiser = *link;

		if (advertiser_run(air, advertiser, now)) {
			*link = advertiser->next;
			free(advertiser);
			continue;
		}
		if (advertiser->due < next)
			next = advertiser->due;
		link = &advertiser->next;
	}
	for (Storm **link = &air->storms; *link;) {
		Storm *storm = *link;

		due = storm_run(air, storm, now);
		if (due == AIR_NEVER) {
			*link = storm->next;
			free(storm);
			continue;
		}
		if (due < next)
			next = due;
		link = &storm->next;
	}
	if (next != AIR_NEVER && next < now + BATCH)
		next = now + BATCH;
	return next;
}
