/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of attributes, shown. */
#include "client/value-print.h"

#include <string.h>

#include "client/text.h"
#include "meaning/layout.h"

bool value_print_is_text(const uint8_t *bytes, size_t length)
{
	g_autofree char *clean = text_clean((const char *)bytes, (gssize)length);

	/* it is text if cleaning changes nothing */
	return length > 0 && strlen(clean) == length && memcmp(clean, bytes, length) == 0;
}

/* --- what it means --- */

/* "rr_interval" as words */
static void append_name(GString *out, const char *name)
{
	for (; *name; name++)
		g_string_append_c(out, *name == '_' ? ' ' : *name);
}

static void append_meaning(GString *out, const LayoutValue *value)
{
	switch (value->kind) {
	case LAYOUT_IS_NUMBER:
		/* there are exponents of two digits */
		if (value->decimals > 9 || value->number >= 1e15 || value->number <= -1e15)
			g_string_append_printf(out, "%.10g", value->number);
		else
			g_string_append_printf(out, "%.*f", (int)value->decimals, value->number);
		if (value->field->unit) {
			g_string_append_c(out, ' ');
			text_append(out, value->field->unit, -1);
		}
		break;
	case LAYOUT_IS_BYTES:
		text_append_hex(out, (const uint8_t *)value->text, value->length);
		break;
	case LAYOUT_IS_WORD:
	case LAYOUT_IS_TEXT:
	case LAYOUT_IS_NONE:
		text_append(out, value->text, (gssize)value->length);
		break;
	}
}

/* Whether the characteristic is the field: its name is enough. */
static bool is_alone(const Layout *layout)
{
	unsigned shown = 0;

	for (const LayoutField *field = layout->fields; field->type != LAYOUT_END; field++)
		shown += !(field->options & (LAYOUT_FLAGS | LAYOUT_HIDDEN));
	return shown == 1;
}

static void append_meanings(GString *out, const Layout *layout, const uint8_t *bytes, size_t length)
{
	const bool alone = is_alone(layout);
	const LayoutField *last = NULL;
	LayoutValue value;
	LayoutIter iter;

	layout_iter_init(&iter, layout, bytes, length);
	while (layout_next(&iter, &value)) {
		g_string_append(out, !last ? " (" : value.field == last ? " " : ", ");
		if (!alone && value.field != last) {
			append_name(out, value.field->name);
			g_string_append_c(out, ' ');
		}
		append_meaning(out, &value);
		last = value.field;
	}
	if (last)
		g_string_append_c(out, ')');
}

static void append_layout(GString *out, const Layout *layout, const uint8_t *bytes, size_t length)
{
	Reason reason = { 0 };

	if (layout_check(layout, bytes, length, &reason) == 0)
		append_meanings(out, layout, bytes, length);
	else
		g_string_append_printf(out, " ! %s", reason.text);
}

static void write_meaning(Json *json, const LayoutValue *value)
{
	switch (value->kind) {
	case LAYOUT_IS_NUMBER:
		json_double(json, value->number);
		break;
	case LAYOUT_IS_BYTES:
		json_hex(json, (const uint8_t *)value->text, value->length);
		break;
	case LAYOUT_IS_NONE:
		json_null(json);
		break;
	case LAYOUT_IS_WORD:
	case LAYOUT_IS_TEXT:
		json_string(json, value->text, (gssize)value->length);
		break;
	}
}

static void write_meanings(Json *json, const Layout *layout, const uint8_t *bytes, size_t length)
{
	const LayoutField *last = NULL;
	LayoutValue value;
	LayoutIter iter;

	layout_iter_init(&iter, layout, bytes, length);
	while (layout_next(&iter, &value)) {
		if (value.field != last) {
			if (last && last->options & LAYOUT_REPEATED)
				json_end_array(json);
			json_key(json, value.field->name);
			if (value.field->options & LAYOUT_REPEATED)
				json_begin_array(json);
		}
		write_meaning(json, &value);
		last = value.field;
	}
	if (last && last->options & LAYOUT_REPEATED)
		json_end_array(json);
}

static void write_units(Json *json, const Layout *layout, const uint8_t *bytes, size_t length)
{
	const LayoutField *last = NULL;
	LayoutValue value;
	LayoutIter iter;

	layout_iter_init(&iter, layout, bytes, length);
	while (layout_next(&iter, &value)) {
		if (value.field != last && value.field->unit) {
			json_key(json, value.field->name);
			json_string(json, value.field->unit, -1);
		}
		last = value.field;
	}
}

static void write_layout(Json *json, const Layout *layout, const uint8_t *bytes, size_t length)
{
	Reason reason = { 0 };

	json_key(json, "decoded");
	if (length == 0) {
		json_null(json);
		return;
	}
	if (!layout || layout_check(layout, bytes, length, &reason) != 0) {
		json_null(json);
		if (layout) {
			json_key(json, "malformed");
			json_string(json, reason.text, -1);
		}
		return;
	}
	json_begin_object(json);
	write_meanings(json, layout, bytes, length);
	json_end_object(json);
	json_key(json, "units");
	json_begin_object(json);
	write_units(json, layout, bytes, length);
	json_end_object(json);
}

/* --- the value --- */

void value_print_meaning(GString *out, const Uuid *uuid, const uint8_t *bytes, size_t length)
{
	const Layout *layout = uuid ? layout_find(uuid) : NULL;
	const bool is_text = value_print_is_text(bytes, length);

	if (is_text && (!layout || layout->fields->type == LAYOUT_TEXT)) {
		g_string_append(out, " \"");
		text_append(out, (const char *)bytes, (gssize)length);
		g_string_append_c(out, '"');
	} else if (layout && length > 0) {
		append_layout(out, layout, bytes, length);
	}
}

bool value_print(GString *out, ValueFormat format, const Uuid *uuid, const uint8_t *bytes, size_t length)
{
	unsigned width = value_width(format);

	if (format == VALUE_ANY || format == VALUE_HEX) {
		text_append_hex(out, bytes, length);
		if (format == VALUE_ANY)
			value_print_meaning(out, uuid, bytes, length);
		return true;
	}
	if (format == VALUE_TEXT) {
		text_append(out, (const char *)bytes, (gssize)length);
		return true;
	}
	if (length % width != 0)
		return false;
	for (size_t i = 0; i < length; i += width)
		g_string_append_printf(out, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "",
				       value_integer(format, bytes + i));
	return true;
}

void value_print_json(Json *json, ValueFormat format, const Uuid *uuid, const uint8_t *bytes, size_t length)
{
	unsigned width = value_width(format);

	json_key(json, "value");
	json_hex(json, bytes, length);
	json_key(json, "text");
	if (format == VALUE_TEXT || value_print_is_text(bytes, length))
		json_string(json, (const char *)bytes, (gssize)length);
	else
		json_null(json);
	if (format == VALUE_ANY)
		write_layout(json, uuid ? layout_find(uuid) : NULL, bytes, length);
	if (width == 0)
		return;
	json_key(json, "numbers");
	if (length % width != 0) {
		json_null(json);
		return;
	}
	json_begin_array(json);
	for (size_t i = 0; i < length; i += width)
		json_int(json, value_integer(format, bytes + i));
	json_end_array(json);
}
