/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bed-adverts.h"

#include "meaning/constants.h"

static void on_advertiser(Wait *wait, int error, const Reason *reason)
{
	Advertiser *advertiser = CONTAINER_OF(wait, Advertiser, wait.wait);

	ck_assert(!wait_is_on(wait));
	advertiser->called++;
	advertiser->error = error;
	g_strlcpy(advertiser->text, reason ? reason->text : "", sizeof(advertiser->text));
}

AdvertWait *advertiser_wait(Advertiser *advertiser, const Bed *bed)
{
	wait_init(&advertiser->wait.wait, &bed->broker->agenda, on_advertiser);
	return &advertiser->wait;
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
	Advertiser advertiser = { 0 };
	Reason reason;
	int r = advert_set(session, &data, advertiser_wait(&advertiser, bed), &reason);

	bed_settle(bed);
	wait_deinit(&advertiser.wait.wait);
	return r != 0 ? r : advertiser.error;
}

int bed_set_params(Bed *bed, Session *session, const AdvertParams *params, Reason *reason)
{
	Advertiser advertiser = { 0 };
	int r = advert_set_params(session, params, advertiser_wait(&advertiser, bed), reason);

	bed_settle(bed);
	wait_deinit(&advertiser.wait.wait);
	return r;
}

int bed_advertise(Bed *bed, Session *session, Advertiser *advertiser)
{
	Reason reason = { "" };
	int r;

	r = advert_enable(session, advertiser_wait(advertiser, bed), bed->now, &reason);
	if (r != 0)
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
	radios_update(bed->radio, &state, bed->now);
	bed_settle(bed);
}

void bed_bluez_gone(Bed *bed)
{
	broker_bluez_changed(bed->broker, false);
	radios_vanished(bed->radio, bed->now);
	bed_settle(bed);
}

void bed_bluez_back(Bed *bed, bool powered)
{
	RadioState state = bed->radio->bluez;

	state.powered = powered;
	state.instances_free = state.instances;
	broker_bluez_changed(bed->broker, true);
	radios_appeared(bed->broker, &bed->radio->addr, 0, &state, bed->now);
	bed_settle(bed);
}
