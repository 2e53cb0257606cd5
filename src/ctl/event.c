/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of what we advertise and serve, as text and as JSON. */
#include "ctl/event.h"

#include "client/boottime.h"
#include "client/fact.h"
#include "client/output.h"
#include "client/value-print.h"

static void tell_time(const FactWriter *writer)
{
	int64_t wall_offset = boottime_to_wall();
	uint64_t now = boottime_now();
	g_autofree char *utc = boottime_format_utc(now, wall_offset);

	fact_string(writer, "time", NULL, utc, -1);
	if (writer->text)
		boottime_append_local(writer->text, now, wall_offset);
}

static void tell_value(const FactWriter *writer, const char *name, GBytes *value)
{
	Uuid uuid;
	const bool has_uuid = name && uuid_parse(name, &uuid) == 0;
	size_t length;
	const uint8_t *bytes = g_bytes_get_data(value, &length);

	fact_words(writer, " ");
	if (writer->text)
		value_print(writer->text, VALUE_ANY, has_uuid ? &uuid : NULL, bytes, length);
	else
		value_print_json(writer->json, VALUE_ANY, has_uuid ? &uuid : NULL, bytes, length);
}

bool event_print(const Event *event, bool json)
{
	g_autoptr(GString) out = g_string_new(NULL);
	FactLine line;
	const FactWriter *writer = fact_line_begin(&line, out, json);

	tell_time(writer);
	/* in text the address comes first */
	if (!json)
		fact_name(writer, "address", " %s", event->client);
	fact_string(writer, "event", " %s", event->what, -1);
	fact_name(writer, "radio", " %s", event->radio);
	if (json)
		fact_name(writer, "address", NULL, event->client);
	fact_name(writer, "characteristic", " %s", event->characteristic);
	if (event->value)
		tell_value(writer, event->uuid, event->value);
	if (event->has_subscribers)
		fact_int(writer, "subscribers", " %lld", event->subscribers);
	fact_line_end(&line, out);
	return output_event(out->str, out->len);
}
