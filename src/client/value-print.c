/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of attributes, shown. */
#include "client/value-print.h"

#include <string.h>

#include "client/text.h"

bool value_print_is_text(const uint8_t *bytes, size_t length)
{
	g_autofree char *clean = text_clean((const char *)bytes, (gssize)length);

	/* it is text if cleaning changes nothing */
	return length > 0 && strlen(clean) == length && memcmp(clean, bytes, length) == 0;
}

bool value_print(GString *out, ValueFormat format, const uint8_t *bytes, size_t length)
{
	unsigned width = value_width(format);

	if (format == VALUE_ANY || format == VALUE_HEX) {
		text_append_hex(out, bytes, length);
		if (format == VALUE_ANY && value_print_is_text(bytes, length)) {
			g_string_append(out, " \"");
			text_append(out, (const char *)bytes, (gssize)length);
			g_string_append_c(out, '"');
		}
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

void value_print_json(Json *json, ValueFormat format, const uint8_t *bytes, size_t length)
{
	unsigned width = value_width(format);

	json_key(json, "value");
	json_hex(json, bytes, length);
	json_key(json, "text");
	if (format == VALUE_TEXT || value_print_is_text(bytes, length))
		json_string(json, (const char *)bytes, (gssize)length);
	else
		json_null(json);
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
