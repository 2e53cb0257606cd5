/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long each advertising data was on air. */
#include "airtime.h"
#include "clock.h"
#include "request.h"

typedef struct Airtime {
	GBytes *data;
	uint64_t time;
} Airtime;

static void airtime_free(void *data)
{
	Airtime *airtime = data;

	g_bytes_unref(airtime->data);
	g_free(airtime);
}

void airtimes_add(Airtimes *airtimes, const uint8_t *data, size_t len, uint64_t time)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, len);
	Airtime *airtime;

	if (!airtimes->list)
		airtimes->list = g_ptr_array_new_with_free_func(airtime_free);
	for (unsigned int i = 0; i < airtimes->list->len; i++) {
		airtime = airtimes->list->pdata[i];
		if (!g_bytes_equal(airtime->data, bytes))
			continue;
		airtime->time += time;
		return;
	}
	if (airtimes->list->len == AIRTIMES_MAX)
		return;
	airtime = g_new0(Airtime, 1);
	airtime->data = g_steal_pointer(&bytes);
	airtime->time = time;
	g_ptr_array_add(airtimes->list, airtime);
}

static void bytes_append(GString *text, GBytes *bytes)
{
	size_t len;
	const uint8_t *data = g_bytes_get_data(bytes, &len);

	hex_append(text, data, len);
}

void airtimes_print(const Airtimes *airtimes, GString *text)
{
	for (unsigned int i = 0; airtimes->list && i < airtimes->list->len; i++) {
		const Airtime *airtime = airtimes->list->pdata[i];

		g_string_append_c(text, ' ');
		bytes_append(text, airtime->data);
		g_string_append_printf(text, "=%" G_GUINT64_FORMAT, (guint64)(airtime->time / MILLISECOND));
	}
}

void airtimes_clear(Airtimes *airtimes)
{
	g_clear_pointer(&airtimes->list, g_ptr_array_unref);
}

void onair_print(const OnAir *onair, GString *text)
{
	g_string_append_printf(text, " %u:%u:%u:%u:", onair->set, onair->type, onair->min, onair->max);
	hex_append(text, onair->data, onair->len);
	g_string_append_c(text, ':');
	hex_append(text, onair->response, onair->response_len);
}
