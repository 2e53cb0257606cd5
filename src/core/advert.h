/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session advertises. All sessions of a radio share its advertising instances: where there are more
 * that want to than instances, they take turns.
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

/* How it is said. */
typedef struct AdvertParams {
	bool connectable;
	bool interval_set;
	uint16_t interval_min;	/* 0.625 ms */
	uint16_t interval_max;
	bool power_set;
	int8_t power;		/* dBm */
} AdvertParams;

typedef enum AdvertState {
	ADVERT_OFF,
	ADVERT_STARTING,
	ADVERT_ON,
} AdvertState;

/* Somebody who waits for it to be on air. */
typedef struct AdvertWait {
	Wait wait;
	unsigned version;	/* of what is to be on air */
	/* it brought that version, and does not care whether it is advertised at all */
	bool for_change;
} AdvertWait;

/* All that BlueZ is told of it. */
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
	unsigned version;	/* of that: each change has another */
	AdvertSaid sent;	/* what BlueZ has, or is being given */
	unsigned sent_version;
	AdvertSaid taken;	/* the last that BlueZ took */
	unsigned taken_version;
	bool was_taken;
	int8_t power;		/* dBm, as the radio chose it for what was sent; TX_POWER_UNKNOWN */
	AdvertState state;
	bool ordered;		/* BlueZ was asked for it, and has not refused it, nor let go of it */
	bool stale;		/* BlueZ has older data */
	bool renewed;		/* it comes back with new data, in the place it had */
	uint64_t since;		/* it has been on or off; 0: was never wanted */
	uint64_t retry_at;	/* 0: at once */
	WaitLine waits;		/* AdvertWait */
	void *edge;		/* the edge's own */
};

/*
 * Replace the data, or the parameters, on air too. 0: wait's done will be called: when it is on air, if it is
 * about to be; or with why BlueZ refuses it, and then it is as it was before. E_INVALID_ARGUMENTS: too long,
 * with the byte count. E_NOT_SUPPORTED: intervals, where BlueZ does not take them; what is not sent like
 * that.
 */
int advert_set(Session *session, const AdvertData *data, AdvertWait *wait, Reason *reason);
int advert_set_params(Session *session, const AdvertParams *params, AdvertWait *wait, Reason *reason);

/* Likewise the transmit power alone, which advert_set_params leaves as it is. E_NOT_SUPPORTED: the radio has
 * no such, or BlueZ takes none. */
int advert_set_power(Session *session, int dbm, AdvertWait *wait, Reason *reason);
/* The power of what is or will be on air, if one was set: E_NOT_SUPPORTED, else 0. */
int advert_power(const Session *session, int *ret_dbm, Reason *reason);

/* 0: wait's done will be called: it is on air, or takes turns with others, or why not; E_NOT_READY (no data
 * was set), or what radio_ready says. It stands until advert_disable, whatever becomes of the radio. */
int advert_enable(Session *session, AdvertWait *wait, uint64_t now, Reason *reason);
void advert_disable(Session *session, uint64_t now);

Advert *advert_find(const Session *session);	/* NULL: none was set */
void advert_free(Advert *advert, uint64_t now);

/* The answer to ops->advert_start: 0, -EAGAIN for what is worth another try, -EBUSY where no instance is
 * free, or an error. */
void advert_started(Advert *advert, int error, const Reason *reason, uint64_t now);
/* The power that the radio chose for what it was given. */
void advert_power_chosen(Advert *advert, int dbm);
/* BlueZ has let go of it by itself. */
void advert_released(Advert *advert, uint64_t now);

/* For advert-power.c: what was said last; and a change of it, as advert_set. */
AdvertSaid advert_said(const Session *session);
int advert_change(Session *session, const AdvertSaid *said, bool is_data, AdvertWait *wait, Reason *reason);

/* For rotation.c. */
void advert_start(Advert *advert);
void advert_stop(Advert *advert, uint64_t now);	/* no harm if it is off */
void advert_yield(Advert *advert, uint64_t now);	/* stops, until its turn comes */

/* For peripheral.c. */
uint64_t rotation_settle(Peripheral *peripheral, uint64_t now);	/* when something is due next */
/* What is not about to be on air does not keep who waits for it. */
void adverts_answer(const Peripheral *peripheral);
void adverts_forgotten(Peripheral *peripheral, uint64_t now);
/* What is registered may not be on air: register it anew. */
void adverts_renew(Peripheral *peripheral);
/* The radio is off. */
void adverts_off(Peripheral *peripheral);
/* Whether a central can connect to us. */
bool adverts_connectable(const Peripheral *peripheral);
