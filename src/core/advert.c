/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sessions want to advertise, and what BlueZ answers. */
#include "core/advert.h"

#include <errno.h>
#include <limits.h>

#include "core/orders.h"
#include "core/post.h"
#include "core/radio.h"
#include "core/rota.h"
#include "core/session.h"

#define RETRY_WAIT (1 * USEC_PER_SEC)

/* --- life --- */

Advert *advert_find(const Session *session)
{
	const GPtrArray *adverts = session->radio->peripheral->adverts;

	for (guint i = 0; i < adverts->len; i++) {
		Advert *advert = g_ptr_array_index(adverts, i);

		if (advert->session == session)
			return advert;
	}
	return NULL;
}

static int advert_get(Session *session, Advert **ret, Reason *reason)
{
	Advert *advert = advert_find(session);
	Charge charge;
	int r;

	if (!advert) {
		r = charge_bytes(&charge, session->user, sizeof(*advert), reason);
		if (r != 0)
			return r;
		advert = g_new0(Advert, 1);
		advert->charge = charge;
		advert->peripheral = session->radio->peripheral;
		advert->session = session;
		advert->wanted.params.connectable = true;
		wait_line_init(&advert->waits, NULL);
		g_ptr_array_add(advert->peripheral->adverts, advert);
	}
	*ret = advert;
	return 0;
}

/* Tells those who wait for that version, or one before it. */
static void advert_tell_of(Advert *advert, unsigned version, int error, const Reason *reason)
{
	GList *next;

	for (GList *item = advert->waits.waits.head; item; item = next) {
		next = item->next;
		if (CONTAINER_OF((Wait *)item->data, AdvertWait, wait)->version <= version)
			wait_end(item->data, error, reason);
	}
}

static void advert_tell(Advert *advert, int error, const Reason *reason)
{
	wait_line_end(&advert->waits, error, reason);
}

/* The advertisement will not be on air for now. Calls that only changed its content succeed all the same; the
 * others get the error. */
static void advert_tell_off(Advert *advert, int error, const Reason *reason)
{
	GList *next;

	for (GList *item = advert->waits.waits.head; item; item = next) {
		next = item->next;
		if (CONTAINER_OF((Wait *)item->data, AdvertWait, wait)->for_change)
			wait_end(item->data, 0, NULL);
	}
	advert_tell(advert, error, reason);
}

static void advert_off(Advert *advert, uint64_t now)
{
	advert->state = ADVERT_OFF;
	advert->renewed = false;
	advert->since = now;
	rota_turn(advert->session, ROTA_ADVERT);
}

void advert_stay(Advert *advert, uint64_t now)
{
	advert->since = now;
	rota_turn(advert->session, ROTA_ADVERT);
}

void advert_renew(Advert *advert)
{
	order_advert_stop(advert);
	advert->state = ADVERT_OFF;
	advert->renewed = true;
}

void advert_stop(Advert *advert, uint64_t now)
{
	if (advert->state == ADVERT_OFF)
		return;
	order_advert_stop(advert);
	advert_off(advert, now);
}

void advert_yield(Advert *advert, uint64_t now)
{
	advert_stop(advert, now);
	advert_off(advert, now);
	/* calls do not wait for the next turn: they succeed now */
	advert_tell(advert, 0, NULL);
}

void advert_start(Advert *advert)
{
	advert->state = ADVERT_STARTING;
	if (!advert->renewed)
		rota_turn(advert->session, ROTA_ADVERT);
	advert->sent = advert->wanted;
	advert->sent_version = advert->version;
	advert->power = TX_POWER_UNKNOWN;
	advert->stale = false;
	advert->retry_at = 0;
	order_advert_start(advert);
}

void advert_free(Advert *advert, uint64_t now)
{
	Peripheral *peripheral = advert->peripheral;
	Reason reason;

	advert_stop(advert, now);
	reason_set(&reason, E_NOT_READY, "the session ended, or was initialised anew");
	advert_tell(advert, E_NOT_READY, &reason);
	g_ptr_array_remove(peripheral->adverts, advert);
	charge_end(&advert->charge);
	post_bury(peripheral->radio->broker, advert, g_free);
	peripheral_wake(peripheral);
}

/* --- what programs want --- */

/* Whether the advertisement is about to be on air: started, or to come back with new content. */
static bool advert_is_coming(const Advert *advert)
{
	return advert->enabled && (advert->state == ADVERT_STARTING || advert->renewed);
}

static void advert_add_wait(Advert *advert, AdvertWait *wait, bool for_change)
{
	wait->version = advert->version;
	wait->for_change = for_change;
	wait_stand(&advert->waits, &wait->wait);
}

int advert_change(Session *session, const AdvertSaid *said, bool is_data, AdvertWait *wait, Reason *reason)
{
	Advert *advert = NULL;
	int r;

	r = advert_get(session, &advert, reason);
	if (r != 0)
		return r;
	advert->set |= is_data;
	advert->wanted = *said;
	advert->version++;
	advert->stale = true;
	advert_add_wait(advert, wait, true);
	peripheral_wake(advert->peripheral);
	return 0;
}

void adverts_answer(const Peripheral *peripheral)
{
	for (guint i = 0; i < peripheral->adverts->len; i++) {
		Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (!advert_is_coming(advert))
			advert_tell(advert, 0, NULL);
	}
}

AdvertSaid advert_said(const Session *session)
{
	const Advert *advert = advert_find(session);

	return advert ? advert->wanted : (AdvertSaid){ .params.connectable = true };
}

static int advert_check(const Session *session, const AdvertSaid *said, Reason *reason)
{
	const RadioState *radio = &session->radio->bluez;
	const AdvertRadio makes = {
		.sets = radio->advert_sets,
		.bredr = radio->bredr,
		.discoverable = radio->discoverable,
		.tx_power = radio->advert_tx_power,
	};

	return advert_data_check(&said->data, &makes, said->params.connectable, reason);
}

int advert_set(Session *session, const AdvertData *data, AdvertWait *wait, Reason *reason)
{
	AdvertSaid said = advert_said(session);
	int r;

	said.data = *data;
	r = advert_check(session, &said, reason);
	return r != 0 ? r : advert_change(session, &said, true, wait, reason);
}

int advert_set_params(Session *session, const AdvertParams *params, AdvertWait *wait, Reason *reason)
{
	AdvertSaid said = advert_said(session);
	int r;

	if (params->interval_set && !session->radio->bluez.advert_intervals)
		return reason_set(reason, E_NOT_SUPPORTED,
				  "adv_int_min, adv_int_max: this bluetoothd takes no intervals "
				  "(before 5.77 with --experimental only)");
	said.params = *params;
	said.params.power_set = advert_said(session).params.power_set;
	said.params.power = advert_said(session).params.power;
	r = advert_check(session, &said, reason);
	return r != 0 ? r : advert_change(session, &said, false, wait, reason);
}

int advert_enable(Session *session, AdvertWait *wait, uint64_t now, Reason *reason)
{
	Advert *advert = advert_find(session);
	int r;

	if (!advert || !advert->set)
		return reason_set(reason, E_NOT_READY, "nothing to advertise; SetAdvertisement says what");
	r = radio_ready(session->radio, reason);
	if (r != 0)
		return r;
	if (!advert->enabled) {
		advert->enabled = true;
		/* the time for which it was off before counts, too: switching it off and on does not
		 * cost it its turn */
		if (advert->since == 0)
			advert->since = now;
		advert->retry_at = 0;
	}
	advert_add_wait(advert, wait, false);
	peripheral_wake(advert->peripheral);
	return 0;
}

void advert_disable(Session *session, uint64_t now)
{
	Advert *advert = advert_find(session);
	Reason reason;

	if (!advert || !advert->enabled)
		return;
	advert->enabled = false;
	advert->renewed = false;
	advert_stop(advert, now);
	reason_set(&reason, E_FAILED, "advertising was ended meanwhile");
	advert_tell_off(advert, E_FAILED, &reason);
	session_idle_again(session);
	peripheral_wake(advert->peripheral);
}

/* --- from the edge --- */

static bool advert_is_asked_for(const Advert *advert)
{
	for (const GList *item = advert->waits.waits.head; item; item = item->next)
		if (!CONTAINER_OF((Wait *)item->data, AdvertWait, wait)->for_change)
			return true;
	return false;
}

/* BlueZ refuses the content that it was sent. */
static void advert_refused(Advert *advert, bool was_on_air, int error, const Reason *reason, uint64_t now)
{
	if (advert->version != advert->sent_version) {
		/* newer content is wanted meanwhile, and is sent next */
		advert->renewed = was_on_air;
	} else if (!advert->was_taken || (!was_on_air && advert_is_asked_for(advert))) {
		/* nothing to go back to, or Advertise asked for just this: give up rather than ask again
		 * and again */
		advert->enabled = false;
		session_idle_again(advert->session);
	} else if (advert->sent_version != advert->taken_version) {
		/* go back to the content that BlueZ accepted last, in the same place of the rotation */
		advert->wanted = advert->taken;
		advert->taken_version = ++advert->version;
		advert->renewed = was_on_air;
	} else {
		/* BlueZ accepted the same content before: try again later */
		advert->retry_at = now + RETRY_WAIT;
	}
	advert_tell_of(advert, advert->sent_version, error, reason);
}

void advert_started(Advert *advert, int error, const Reason *reason, uint64_t now)
{
	const bool was_on_air = advert->renewed;

	if (advert->state != ADVERT_STARTING)
		return;
	if (error == 0) {
		advert->state = ADVERT_ON;
		advert->taken = advert->sent;
		advert->taken_version = advert->sent_version;
		advert->was_taken = true;
		if (!advert->renewed)
			advert->since = now;
		advert->renewed = false;
		advert_tell_of(advert, advert->sent_version, 0, NULL);
		peripheral_wake(advert->peripheral);
		return;
	}
	advert->state = ADVERT_OFF;
	advert->ordered = false;
	advert->renewed = false;
	if (error == -EBUSY || error == -EAGAIN) {
		/* other programs may have all instances: it waits, and keeps its turn */
		advert->retry_at = now + RETRY_WAIT;
		advert_tell(advert, 0, NULL);
	} else {
		advert_refused(advert, was_on_air, error, reason, now);
	}
	peripheral_wake(advert->peripheral);
}

void advert_released(Advert *advert, uint64_t now)
{
	advert_off(advert, now);
	advert->ordered = false;
	advert->retry_at = now + RETRY_WAIT;
	peripheral_wake(advert->peripheral);
}

bool adverts_connectable(const Peripheral *peripheral)
{
	for (guint i = 0; i < peripheral->adverts->len; i++) {
		const Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (advert->enabled && advert->wanted.params.connectable)
			return true;
	}
	return false;
}

void adverts_forgotten(Peripheral *peripheral, uint64_t now)
{
	Reason reason;

	peripheral->turn_began = USEC_NEVER;
	peripheral->instances_used = peripheral->instances_others = 0;
	for (guint i = 0; i < peripheral->adverts->len; i++) {
		Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (advert->state == ADVERT_OFF && advert->waits.waits.length == 0)
			continue;
		advert_stop(advert, now);
		reason_set(&reason, E_NOT_READY, "the radio went away; advertising goes on when it is back");
		advert_tell_off(advert, E_NOT_READY, &reason);
	}
}

void adverts_off(Peripheral *peripheral)
{
	Reason reason;

	reason_set(&reason, E_NOT_READY, "the radio went off; advertising goes on when it is on again");
	for (guint i = 0; i < peripheral->adverts->len; i++) {
		Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		/* one that is starting is told when BlueZ answers */
		if (advert->state != ADVERT_STARTING)
			advert_tell_off(advert, E_NOT_READY, &reason);
	}
}

void adverts_renew(Peripheral *peripheral)
{
	for (guint i = 0; i < peripheral->adverts->len; i++)
		((Advert *)g_ptr_array_index(peripheral->adverts, i))->stale = true;
	peripheral_wake(peripheral);
}
