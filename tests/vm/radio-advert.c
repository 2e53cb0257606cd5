/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The advertising sets of an emulated controller, and how long their data were on air. */

#include <inttypes.h>
#include <string.h>

#include "radio-advert.h"

static Airtime *airtime_find(Advert *advert, const AdvertData *data)
{
	Airtime *airtime;

	for (size_t i = 0; i < advert->n_airtimes; i++) {
		airtime = &advert->airtimes[i];
		if (airtime->data.length == data->length &&
		    !memcmp(airtime->data.bytes, data->bytes, data->length))
			return airtime;
	}
	if (advert->n_airtimes == AIRTIMES_MAX)
		return NULL;
	airtime = &advert->airtimes[advert->n_airtimes++];
	airtime->data = *data;
	airtime->time = 0;
	return airtime;
}

void advert_settle(Advert *advert, AdvertSet *set)
{
	uint64_t now = clock_now();
	Airtime *airtime;

	if (!set->enabled)
		return;
	airtime = airtime_find(advert, &set->data);
	if (airtime)
		airtime->time += now - set->since;
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

static void data_print(const AdvertData *data, GString *text)
{
	hex_append(text, data->bytes, data->length);
}

void advert_print(const Advert *advert, GString *text)
{
	for (size_t i = 0; i < ADVERT_SETS_MAX; i++) {
		const AdvertSet *set = &advert->sets[i];

		if (!set->enabled)
			continue;
		g_string_append_printf(text, " %u:%u:%" PRIu32 ":%" PRIu32 ":", set->handle, set->type,
				       set->interval_min, set->interval_max);
		data_print(&set->data, text);
		g_string_append_c(text, ':');
		data_print(&set->response, text);
	}
}

void advert_print_airtime(Advert *advert, GString *text)
{
	for (size_t i = 0; i < ADVERT_SETS_MAX; i++)
		advert_settle(advert, &advert->sets[i]);
	for (size_t i = 0; i < advert->n_airtimes; i++) {
		g_string_append_c(text, ' ');
		data_print(&advert->airtimes[i].data, text);
		g_string_append_printf(text, "=%" PRIu64,
				       (uint64_t)(advert->airtimes[i].time / (SECOND / 1000)));
	}
}

void advert_forget_airtime(Advert *advert)
{
	for (size_t i = 0; i < ADVERT_SETS_MAX; i++)
		advert_settle(advert, &advert->sets[i]);
	advert->n_airtimes = 0;
}
