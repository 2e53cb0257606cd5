/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The advertising sets of an emulated controller, and how long their data were on air. */

#include <string.h>

#include "radio-advert.h"

void advert_settle(Advert *advert, AdvertSet *set)
{
	uint64_t now = clock_now();

	if (!set->enabled)
		return;
	airtimes_add(&advert->airtimes, set->data.bytes, set->data.length, now - set->since);
	set->since = now;
}

void advert_disable(Advert *advert, AdvertSet *set)
{
	advert_settle(advert, set);
	set->enabled = false;
}

void advert_clear(Advert *advert)
{
	for (size_t i = 0; i < ADVERT_SETS_MAX; i++)
		advert_settle(advert, &advert->sets[i]);
	memset(advert->sets, 0, sizeof(advert->sets));
}

bool advert_is_on(const Advert *advert)
{
	for (size_t i = 0; i < ADVERT_SETS_MAX; i++)
		if (advert->sets[i].enabled)
			return true;
	return false;
}

AdvertSet *advert_connectable(Advert *advert)
{
	for (size_t i = 0; i < ADVERT_SETS_MAX; i++)
		if (advert->sets[i].enabled && advert->sets[i].type == 0)
			return &advert->sets[i];
	return NULL;
}

void advert_print(const Advert *advert, GString *text)
{
	for (size_t i = 0; i < ADVERT_SETS_MAX; i++) {
		const AdvertSet *set = &advert->sets[i];

		if (set->enabled)
			onair_print(&(OnAir){ set->handle, set->type, set->interval_min, set->interval_max,
					      set->data.bytes, set->response.bytes, set->data.length,
					      set->response.length },
				    text);
	}
}

void advert_print_airtime(Advert *advert, GString *text)
{
	for (size_t i = 0; i < ADVERT_SETS_MAX; i++)
		advert_settle(advert, &advert->sets[i]);
	airtimes_print(&advert->airtimes, text);
}

void advert_forget_airtime(Advert *advert)
{
	for (size_t i = 0; i < ADVERT_SETS_MAX; i++)
		advert_settle(advert, &advert->sets[i]);
	airtimes_clear(&advert->airtimes);
}
