/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of what we advertise and serve, as text and as JSON. */
#include "ctl/event.h"

#include "client/fact.h"
#include "client/output.h"
#include "client/value-print.h"

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

	fact_now(writer);
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
