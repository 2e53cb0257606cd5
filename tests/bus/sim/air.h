/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated air: the radios that are plugged in, advertisers that repeat themselves, storms of
 * many, peripherals. An advertiser is meant for one radio by address, or for all, and goes on when that radio is
 * unplugged and comes back. */
#pragma once

#include "central.h"
#include "peer.h"
#include "store.h"

#define AIR_ALL UINT64_MAX /* target: every radio */
#define AIR_SETS_MAX 16

typedef struct Air {
	GPtrArray *radios; /* of Radio, by index */
	GPtrArray *emitters;
	GPtrArray *peers; /* of Peer */
	GPtrArray *centrals; /* of Central */
	GHashTable *sets; /* radio → advertising sets from its next plug on; 0: of the others */
	unsigned int connect_ms, att_ms; /* how long bluetoothd has patience */
	Store *store; /* not of the air, but it outlives bluetoothd too */
} Air;

typedef struct AirRepeat {
	RadioReport report; /* rssi is the middle */
	unsigned int spread; /* RSSI goes that far up and down */
	bool has_response;
	RadioReport response;
	unsigned int interval_ms; /* > 0 */
	unsigned int count; /* 0: until quiet; turns that nobody hears do not count */
} AirRepeat;

Air *air_new(void);
Air *air_free(Air *air);

/* NULL: there is one with this address. The radio gets the lowest free number. */
Radio *air_plug(Air *air, uint64_t addr, bool twin);
Radio *air_find_index(const Air *air, unsigned int index);
void air_unplug(Air *air, Radio *radio);
/* The first radio that target means, or NULL. */
Radio *air_find(const Air *air, uint64_t target);
bool air_matches(uint64_t target, const Radio *radio);

/* By name, by address; or NULL. */
Peer *air_get_peer(const Air *air, const char *name);
/* The same as that radio's kernel sees it, which knows who is bonded. */
Peer *air_find_peer_of(const Air *air, const Radio *radio, uint64_t addr, bool random);
Peer *air_find_peer(const Air *air, uint64_t addr, bool random);

Central *air_get_central(const Air *air, const char *name); /* or NULL */
void air_set_sets(Air *air, uint64_t addr, unsigned int n); /* addr 0: every radio */

/* A level that goes up and down by spread around base, the same way each time. */
int8_t air_rssi(int base, unsigned int spread, uint64_t turn);
/* How many radios heard it. */
unsigned int air_send(Air *air, uint64_t target, const RadioReport *report);
/* An advertiser of that name and target is replaced. Its first report is on air at once. */
void air_repeat(Air *air, uint64_t target, const char *name, const AirRepeat *repeat);
/* rate and seconds are those of the clock: moments when nobody listens pass without a report. */
void air_storm(Air *air, uint64_t target, unsigned int advertisers, unsigned int rate,
	       unsigned int seconds);
/* Ends what is meant for just this target; AIR_ALL ends everything. */
void air_quiet(Air *air, uint64_t target);
