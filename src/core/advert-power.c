/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transmit power of an advertisement. */
#include "core/advert.h"
#include "core/radio.h"
#include "core/session.h"

static int advert_powers(const Session *session, Reason *reason)
{
	if (session->radio->bluez.advert_powers)
		return 0;
	return reason_set(reason, E_NOT_SUPPORTED,
			  "type: BlueZ does not take a power for this radio's advertisements (5.66 does with "
			  "--experimental, for controllers that say what they have)");
}

int advert_set_power(Session *session, int dbm, AdvertWait *wait, Reason *reason)
{
	const RadioState *radio = &session->radio->bluez;
	AdvertSaid said = advert_said(session);
	int r;

	r = advert_powers(session, reason);
	if (r != 0)
		return r;
	if (dbm < radio->advert_power_min || dbm > radio->advert_power_max)
		return reason_set(reason, E_NOT_SUPPORTED, "level: %d dBm, and this radio has %d to %d dBm",
				  dbm, radio->advert_power_min, radio->advert_power_max);
	said.params.power_set = true;
	said.params.power = (int8_t)dbm;
	return advert_change(session, &said, false, wait, reason);
}

int advert_power(const Session *session, int *ret_dbm, Reason *reason)
{
	const Advert *advert = advert_find(session);
	int r;

	r = advert_powers(session, reason);
	if (r != 0)
		return r;
	if (!advert || !advert->wanted.params.power_set)
		return reason_set(reason, E_NOT_SUPPORTED,
				  "level: BlueZ does not tell the power of its own choice; set one");
	*ret_dbm = advert->version == advert->sent_version && advert->power != TX_POWER_UNKNOWN
			   ? advert->power
			   : advert->wanted.params.power;
	return 0;
}

void advert_power_chosen(Advert *advert, int dbm)
{
	if (dbm >= INT8_MIN && dbm < TX_POWER_UNKNOWN)
		advert->power = (int8_t)dbm;
}
