/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bed-adverts.h"

#include "meaning/constants.h"

void on_advertiser(AdvertWait *wait, int error, const Reason *reason)
{
	Advertiser *advertiser = (Advertiser *)wait;

	ck_assert_ptr_null(wait->advert);
	advertiser->called++;
	advertiser->error = error;
	g_strlcpy(advertiser->text, reason ? reason->text : "", sizeof(advertiser->text));
}

AdvertData bed_advert_data(size_t bytes)
{
	static const uint8_t zeros[64];
	AdvertData data = { 0 };
	Reason reason;

	ck_assert_int_eq(advert_data_add(&data, AD_MANUFACTURER, zeros, bytes, "manufacturer_data", &reason),
			 0);
	return data;
}

int bed_set_advert(Bed *bed, Session *session)
{
	const AdvertData data = bed_advert_data(4);
	Reason reason;
	int r = advert_set(session, &data, NULL, bed->now, &reason);

	bed_settle(bed);
	return r;
}

int bed_advertise(Bed *bed, Session *session, Advertiser *advertiser)
{
	Reason reason = { "" };
	int r;

	advertiser->wait.done = on_advertiser;
	r = advert_enable(session, &advertiser->wait, bed->now, &reason);
	if (r != 1)
		g_strlcpy(advertiser->text, reason.text, sizeof(advertiser->text));
	bed_settle(bed);
	return r;
}

void bed_advertised(Bed *bed, Session *session, int error)
{
	Advert *advert = advert_find(session);
	Reason reason = { "" };

	ck_assert_ptr_nonnull(advert);
	ck_assert(g_ptr_array_find(bed->adverts, advert, NULL));
	if (error != 0) {
		g_ptr_array_remove(bed->adverts, advert);
		reason_set(&reason, E_FAILED, "said the edge");
	}
	advert_started(advert, error, &reason, bed->now);
	bed_settle(bed);
}

void bed_set_instances(Bed *bed, unsigned instances, unsigned of_others, bool sets)
{
	RadioState state = bed->radio->bluez;
	const unsigned active = of_others + bed->adverts->len;

	state.instances = (uint8_t)instances;
	state.instances_free = (uint8_t)(instances - MIN(instances, active));
	state.advert_sets = sets;
	radio_update(bed->radio, &state, bed->now);
	bed_settle(bed);
}

void bed_bluez_gone(Bed *bed)
{
	broker_bluez_changed(bed->broker, false);
	radio_vanished(bed->radio, bed->now);
	bed_settle(bed);
}

void bed_bluez_back(Bed *bed, bool powered)
{
	RadioState state = bed->radio->bluez;

	state.powered = powered;
	state.instances_free = state.instances;
	broker_bluez_changed(bed->broker, true);
	ck_assert_int_eq(radio_appeared(bed->broker, &bed->radio->addr, 0, &state, bed->now, NULL), 0);
	bed_settle(bed);
}
