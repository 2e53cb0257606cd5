/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session advertises. All sessions of a radio share its advertising instances: where more sessions
 * advertise than there are instances, users take turns, and each user's sessions in its turns (rotation.c).
 */
#pragma once

#include <stdbool.h>

#include "core/advert-data.h"
#include "core/broker.h"
#include "core/charge.h"
#include "core/peripheral.h"
#include "core/wait.h"
#include "util/error.h"
#include "util/macros.h"

/* How an advertisement is sent. */
typedef struct AdvertParams {
	bool connectable;
	bool interval_set;
	uint16_t interval_min;	/* both in units of 0.625 ms */
	uint16_t interval_max;
	bool power_set;
	int8_t power;		/* dBm */
} AdvertParams;

typedef enum AdvertState {
	ADVERT_OFF,
	ADVERT_STARTING,
	ADVERT_ON,
} AdvertState;

/* A call that waits for an advertisement to be on air. */
typedef struct AdvertWait {
	Wait wait;
	unsigned version;	/* of the content that the call waits for */
	/* the call brought that content: it succeeds also where advertising is off */
	bool for_change;
} AdvertWait;

/* The content of an advertisement: all that BlueZ is told of it. */
typedef struct AdvertSaid {
	AdvertData data;
	AdvertParams params;
} AdvertSaid;

struct Advert {
	Peripheral *peripheral;
	Session *session;
	Charge charge;
	bool set;		/* data was given */
	bool enabled;		/* Advertise(true) */
	AdvertSaid wanted;
	unsigned version;	/* of wanted: each change has another */
	AdvertSaid sent;	/* what BlueZ has, or is being given */
	unsigned sent_version;
	AdvertSaid taken;	/* the last that BlueZ accepted */
	unsigned taken_version;
	bool was_taken;		/* BlueZ has accepted some content before */
	int8_t power;		/* dBm, as the radio chose it for what was sent; TX_POWER_UNKNOWN */
	AdvertState state;
	bool ordered;		/* BlueZ was asked for it, and has neither refused nor released it */
	bool stale;		/* BlueZ has older content, or may not have it on air */
	bool renewed;		/* off only until it starts with new content, in its place of the rotation */
	uint64_t since;		/* when it went on or off; 0: it was never enabled */
	uint64_t retry_at;	/* not started before; 0: at once */
	WaitLine waits;		/* AdvertWait */
	void *edge;		/* the edge's own data */
};

/*
 * Replace the data, or the parameters, also while on air. 0: wait's done will be called: when the new content
 * is on air, or at once where that is not about to be; or with why BlueZ refuses it, and then the content is
 * what it was before. E_INVALID_ARGUMENTS: too long, with the byte count. E_NOT_SUPPORTED: BlueZ takes no
 * intervals, or would not send the data as it is.
 */
int advert_set(Session *session, const AdvertData *data, AdvertWait *wait, Reason *reason);
int advert_set_params(Session *session, const AdvertParams *params, AdvertWait *wait, Reason *reason);

/* Likewise the transmit power alone, which advert_set_params leaves as it is. E_NOT_SUPPORTED: the radio does
 * not have that power, or BlueZ takes none. */
int advert_set_power(Session *session, int dbm, AdvertWait *wait, Reason *reason);
/* The power that was set, or what the radio chose for it. E_NOT_SUPPORTED: none was set, or BlueZ takes
 * none. */
int advert_power(const Session *session, int *ret_dbm, Reason *reason);

/* Advertises until advert_disable, whatever becomes of the radio meanwhile. 0: wait's done will be called:
 * with 0 when it is on air or takes turns with others, else with why not. E_NOT_READY: no data was set; or
 * what radio_ready says. */
int advert_enable(Session *session, AdvertWait *wait, uint64_t now, Reason *reason);
void advert_disable(Session *session, uint64_t now);

Advert *advert_find(const Session *session);	/* NULL: the session has none */
void advert_free(Advert *advert, uint64_t now);

/* The answer to ops->advert_start: 0, -EAGAIN for what is worth another try, -EBUSY where no instance is
 * free, or an error. */
void advert_started(Advert *advert, int error, const Reason *reason, uint64_t now);
/* The power that the radio chose for what was sent. */
void advert_power_chosen(Advert *advert, int dbm);
/* BlueZ has ended the advertisement by itself: it is tried again a second later. */
void advert_released(Advert *advert, uint64_t now);

/* For advert-power.c: the content that is wanted now; and to replace it, without checks, as advert_set. */
AdvertSaid advert_said(const Session *session);
int advert_change(Session *session, const AdvertSaid *said, bool is_data, AdvertWait *wait, Reason *reason);

/* For rotation.c. */
void advert_start(Advert *advert);
void advert_stop(Advert *advert, uint64_t now);	/* no harm if it is off */
void advert_yield(Advert *advert, uint64_t now);	/* stops, until its turn comes */
void advert_stay(Advert *advert, uint64_t now);	/* its turn is over, but it has the next, too */
void advert_renew(Advert *advert);	/* stops one that is on air, to start again with new content */

/* For peripheral.c. */
uint64_t rotation_settle(Peripheral *peripheral, uint64_t now);	/* returns when it is due next */
/* Calls that wait for an advertisement which is not about to be on air succeed now. */
void adverts_answer(const Peripheral *peripheral);
/* BlueZ has forgotten all registrations. */
void adverts_forgotten(Peripheral *peripheral, uint64_t now);
/* What is registered may not be on air: register it anew. */
void adverts_renew(Peripheral *peripheral);
/* The radio went off: calls that wait to be on air fail with E_NOT_READY. */
void adverts_off(Peripheral *peripheral);
/* Whether a central can connect to us by one of the advertisements. */
bool adverts_connectable(const Peripheral *peripheral);
