/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to what we offer, as text and as JSON. */
#include "ctl/event.h"

#include "client/boottime.h"
#include "client/heard.h"
#include "client/json.h"
#include "client/output.h"
#include "client/text.h"
#include "client/value-print.h"
#include "meaning/value.h"

static void append_line(GString *out, const Event *event)
{
	boottime_append_local(out, boottime_now(), boottime_to_wall());
	if (event->client) {
		g_string_append_c(out, ' ');
		text_append(out, event->client, -1);
	}
	g_string_append_printf(out, " %s", event->what);
	if (event->radio)
		g_string_append_printf(out, " %s", event->radio);
	if (event->characteristic)
		g_string_append_printf(out, " %s", event->characteristic);
	if (event->value) {
		size_t length;
		const uint8_t *bytes = g_bytes_get_data(event->value, &length);

		g_string_append_c(out, ' ');
		value_print(out, VALUE_ANY, bytes, length);
	}
	if (event->has_subscribers)
		g_string_append_printf(out, " %u", event->subscribers);
}

static void append_json(GString *out, const Event *event)
{
	g_autofree char *utc = boottime_format_utc(boottime_now(), boottime_to_wall());
	Json json;

	json_init(&json, out);
	json_begin_object(&json);
	json_key(&json, "time");
	json_string(&json, utc, -1);
	json_key(&json, "event");
	json_string(&json, event->what, -1);
	if (event->radio) {
		json_key(&json, "radio");
		json_string(&json, event->radio, -1);
	}
	if (event->client) {
		json_key(&json, "address");
		json_string(&json, event->client, -1);
	}
	if (event->characteristic) {
		json_key(&json, "characteristic");
		json_string(&json, event->characteristic, -1);
	}
	if (event->value) {
		size_t length;
		const uint8_t *bytes = g_bytes_get_data(event->value, &length);

		value_print_json(&json, VALUE_ANY, bytes, length);
	}
	if (event->has_subscribers) {
		json_key(&json, "subscribers");
		json_uint(&json, event->subscribers);
	}
	json_end_object(&json);
}

bool event_print(const Event *event, bool json)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (json)
		append_json(out, event);
	else
		append_line(out, event);
	g_string_append_c(out, '\n');
	return output_event(out->str, out->len);
}
