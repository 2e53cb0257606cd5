/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "values.h"

#include <check.h>

GVariant *options(const char *text)
{
	g_autoptr(GError) error = NULL;
	GVariant *value = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

	if (!value)
		ck_abort_msg("%s: %s", text, error->message);
	return value;
}

GVariant *dictionary(const char *text)
{
	g_autoptr(GVariant) value = options(text);

	return g_variant_new("(@a{sv})", value);
}

GVariant *bytes_of(const char *hex)
{
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE_BYTESTRING);
	for (; g_ascii_isxdigit(hex[0]); hex += 2)
		g_variant_builder_add(&builder, "y",
				      g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
	return g_variant_builder_end(&builder);
}

char *hex_of(GVariant *bytes)
{
	GString *hex = g_string_new(NULL);
	gsize length;
	const uint8_t *data = g_variant_get_fixed_array(bytes, &length, 1);

	for (gsize i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", data[i]);
	return g_string_free(hex, FALSE);
}
