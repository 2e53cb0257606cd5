/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The air of a test: radios that are plugged in, advertisers that repeat themselves, storms of many,
 * peripherals, centrals. The radios, and what is behind them, are those of a back end: the simulated BlueZ,
 * or controllers on /dev/vhci. Times are those of clock_now(). */
#pragma once

#include <glib.h>

#include "clock.h"
#include "report.h"

#define AIR_ALL UINT64_MAX /* in the place of a radio's address: every one that is plugged in */

typedef struct Air Air;
typedef struct Radio Radio; /* a back end's */
typedef struct Peer Peer;
typedef struct Central Central;

typedef struct RadioStatus {
	bool scanning, active, filter_duplicates, powered;
	uint64_t sent; /* reports that its host got */
} RadioStatus;

/* What a back end does. int: negative errno on failure. */
typedef struct AirOps {
	/* twin: whatever others have that address */
	int (*plug)(Air *air, uint64_t addr, bool twin, Radio **ret);
	void (*unplug)(Radio *radio); /* frees it */
	uint64_t (*radio_addr)(const Radio *radio);
	unsigned int (*radio_index)(const Radio *radio); /* the N of hciN */
	void (*status)(const Radio *radio, RadioStatus *ret);
	int (*block)(Radio *radio, bool blocked); /* by rfkill */
	/* What it has on air itself, as in the replies of "onair" and "airtime": a space before each. */
	void (*print_onair)(Radio *radio, GString *text);
	void (*print_airtime)(Radio *radio, GString *text);
	void (*forget_airtime)(Radio *radio);

	/* 1: its host got it; 0: it does not scan, or filters it out; -EAGAIN: the host is full */
	int (*hear)(Radio *radio, const Report *report);
	void (*hear_response)(Radio *radio, const Report *response); /* after hear; if it scans actively */
	/* As many of them as go into one event, as hear does. NULL: it cannot. */
	int (*hear_together)(Air *air, uint64_t radio, const Report *reports, unsigned int n,
			     unsigned int *ret_n);
	/* It has heard that peripheral, and may connect to it. NULL: it asks peer_answers() by itself. */
	void (*hear_peer)(Radio *radio, Peer *peer);

	/* A peripheral's part that is the back end's, peer->end. */
	void (*peer_new)(Peer *peer);
	void (*peer_free)(Peer *peer); /* its link ends by timeout */
	void (*peer_drop)(Peer *peer, uint8_t reason); /* its link */
	void (*peer_send)(Peer *peer, const uint8_t *pdu, size_t len); /* of ATT, over its link */
	void (*peer_hurry)(Peer *peer); /* its latency is less now: so it is for what is on its way */
	bool (*peer_bonded)(const Peer *peer); /* with anybody */
	void (*peer_forget)(Peer *peer); /* its bond */
	bool (*peer_pairing)(Peer *peer); /* way or passkey have changed; false: it cannot pair that way */
	bool (*peer_type)(Peer *peer, uint32_t passkey); /* false: nobody shows it one */
	void (*peer_ask)(Peer *peer); /* for security, over its link */

	/* A central's, central->end. */
	void (*central_new)(Central *central);
	void (*central_free)(Central *central); /* its link ends by timeout */
	/* A link. -ECONNREFUSED: the radio advertises nothing that can be connected to. */
	int (*central_connect)(Central *central, Radio *radio);
	void (*central_drop)(Central *central, uint8_t reason);
	void (*central_send)(Central *central, const uint8_t *pdu, size_t len); /* of ATT, over its link */
	/* Just Works without a passkey. A bond that will do is used instead of pairing anew. Ends with
	 * central_finish_secure(). */
	void (*central_secure)(Central *central, bool by_passkey, uint32_t passkey);
	bool (*central_type)(Central *central, uint32_t passkey); /* false: nobody shows it one */
	void (*central_unbond)(Central *central); /* the host is not told */

	uint64_t (*private_address)(const Privacy *privacy); /* a new one */
} AirOps;

struct Air {
	const AirOps *ops;
	void *backend;
	bool coalesces; /* two changes of a device before they are told are one */
	unsigned int burst; /* notifications in one turn */
	uint64_t burst_interval; /* at least, between two */
	GPtrArray *radios; /* by number */
	GPtrArray *emitters;
	GPtrArray *peers;
	GPtrArray *centrals;
	GHashTable *sets; /* radio → extended advertising sets from its next plug on */
	unsigned int others_sets; /* of radios that are not in it */
	uint64_t held_back; /* times a host was full and a report had to wait */
};

void air_init(Air *air, const AirOps *ops, void *backend);
void air_deinit(Air *air);

/* -EEXIST: there is one with this address. */
int air_plug(Air *air, uint64_t addr, bool twin, Radio **ret);
void air_unplug(Air *air, Radio *radio);
bool air_matches(const Air *air, uint64_t target, const Radio *radio);
Radio *air_find(const Air *air, uint64_t target); /* the first radio that it means, or NULL */
unsigned int air_sets(const Air *air, uint64_t addr);
void air_set_sets(Air *air, uint64_t target, unsigned int n);

Peer *air_get_peer(const Air *air, const char *name); /* or NULL */
Peer *air_find_peer(const Air *air, uint64_t addr, bool random); /* or NULL */
Central *air_get_central(const Air *air, const char *name); /* or NULL */

/* How many radios' hosts got it; negative errno if one could not. */
int air_send(Air *air, uint64_t target, const Report *report);
void air_respond(Air *air, uint64_t target, const Report *response);
