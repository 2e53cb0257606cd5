/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The air of a test: radios that are plugged in, advertisers that repeat themselves, storms of many
 * advertisers, peripherals, centrals. A back end provides the radios and the host behind them: the
 * simulated BlueZ, or controllers on /dev/vhci. Times are those of clock_now(). */
#pragma once

#include <glib.h>

#include "clock.h"
#include "report.h"

#define AIR_ALL UINT64_MAX /* instead of a radio's address: all radios that are plugged in */

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
	/* twin: even if another radio has that address */
	int (*plug)(Air *air, uint64_t addr, bool twin, Radio **ret);
	void (*unplug)(Radio *radio); /* frees it */
	uint64_t (*radio_addr)(const Radio *radio);
	unsigned int (*radio_index)(const Radio *radio); /* the N of hciN */
	void (*status)(const Radio *radio, RadioStatus *ret);
	int (*block)(Radio *radio, bool blocked); /* by rfkill */
	/* Append what the radio has on air itself, as in the replies of "onair" and "airtime", each with a
	 * space before it. */
	void (*print_onair)(Radio *radio, GString *text);
	void (*print_airtime)(Radio *radio, GString *text);
	void (*forget_airtime)(Radio *radio);

	/* 1: the host got it; 0: the radio does not scan, or filters it out; -EAGAIN: the host takes no
	 * more now */
	int (*hear)(Radio *radio, const Report *report);
	void (*hear_response)(Radio *radio, const Report *response); /* after hear; if it scans actively */
	/* hear() for as many of n reports as go into one event; *ret_n: how many. NULL: the back end
	 * cannot. */
	int (*hear_together)(Air *air, uint64_t radio, const Report *reports, unsigned int n,
			     unsigned int *ret_n);
	/* The radio has heard that peripheral, and may connect to it. NULL: the back end looks for
	 * peripherals itself (peer_is_connectable). */
	void (*hear_peer)(Radio *radio, Peer *peer);

	/* The back end's part of a peripheral, peer->end. */
	void (*peer_new)(Peer *peer);
	void (*peer_free)(Peer *peer); /* its link ends by timeout */
	void (*peer_drop)(Peer *peer, uint8_t reason); /* ends its link */
	void (*peer_send)(Peer *peer, const uint8_t *pdu, size_t len); /* an ATT PDU, over its link */
	void (*peer_hurry)(Peer *peer); /* its latency has been lowered: also for answers under way */
	bool (*peer_bonded)(const Peer *peer); /* has a bond with anybody */
	void (*peer_forget)(Peer *peer); /* removes its bond */
	bool (*peer_pairing)(Peer *peer); /* pairing or passkey changed; false: it cannot pair like that */
	bool (*peer_type)(Peer *peer, uint32_t passkey); /* false: no passkey is shown */
	void (*peer_ask)(Peer *peer); /* sends a Security Request */

	/* The back end's part of a central, central->end. */
	void (*central_new)(Central *central);
	void (*central_free)(Central *central); /* its link ends by timeout */
	/* Opens a link. -ECONNREFUSED: the radio has no connectable advertisement on air. */
	int (*central_connect)(Central *central, Radio *radio);
	void (*central_drop)(Central *central, uint8_t reason);
	void (*central_send)(Central *central, const uint8_t *pdu, size_t len); /* of ATT, over its link */
	/* Pairs: with a passkey, or by Just Works. If there is a bond that is good enough, encrypts with
	 * it instead. Ends with central_finish_secure(). */
	void (*central_secure)(Central *central, bool by_passkey, uint32_t passkey);
	bool (*central_type)(Central *central, uint32_t passkey); /* false: no passkey is shown */
	void (*central_unbond)(Central *central); /* removes its bond; the host is not told */

	uint64_t (*private_address)(const Privacy *privacy); /* makes a new one */
} AirOps;

struct Air {
	const AirOps *ops;
	void *backend;
	bool coalesces; /* successive changes of a device may be told as one */
	unsigned int burst; /* notifications sent in one turn at most */
	uint64_t burst_interval; /* shortest time between two of them */
	GPtrArray *radios; /* in order of their N of hciN */
	GPtrArray *emitters;
	GPtrArray *peers;
	GPtrArray *centrals;
	GHashTable *sets; /* radio's address → number of advertising sets it has from its next plug on */
	unsigned int others_sets; /* the same for radios that are not in sets */
	uint64_t held_back; /* how often a report had to wait for a host that was full */
};

void air_init(Air *air, const AirOps *ops, void *backend);
void air_deinit(Air *air);

/* -EEXIST: a radio with this address is plugged in, and twin is false. */
int air_plug(Air *air, uint64_t addr, bool twin, Radio **ret);
void air_unplug(Air *air, Radio *radio);
bool air_matches(const Air *air, uint64_t target, const Radio *radio);
Radio *air_find(const Air *air, uint64_t target); /* the first radio that target means, or NULL */
unsigned int air_sets(const Air *air, uint64_t addr);
void air_set_sets(Air *air, uint64_t target, unsigned int n);

Peer *air_get_peer(const Air *air, const char *name); /* or NULL */
Peer *air_find_peer(const Air *air, uint64_t addr, bool random); /* or NULL */
Central *air_get_central(const Air *air, const char *name); /* or NULL */

/* Returns how many radios' hosts got the report; negative errno if a host could not take it. */
int air_send(Air *air, uint64_t target, const Report *report);
void air_respond(Air *air, uint64_t target, const Report *response);
