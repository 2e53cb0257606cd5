/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of GLib's in messages of sd-bus. */
#include "mqtt/variant.h"

#include <errno.h>

#include "util/macros.h"

/* Basic types: as the contract has them, so no descriptors. */
static int append_basic(sd_bus_message *message, GVariant *value)
{
	char type = (char)g_variant_classify(value);
	uint64_t bytes;	/* the longest, and aligned for all */

	if (type == 's' || type == 'o' || type == 'g')
		return sd_bus_message_append_basic(message, type, g_variant_get_string(value, NULL));
	if (type == 'b')
		return sd_bus_message_append_basic(message, type, &(int){ g_variant_get_boolean(value) });
	g_assert(g_variant_get_size(value) <= sizeof(bytes));
	g_variant_store(value, &bytes);
	return sd_bus_message_append_basic(message, type, &bytes);
}

static int append_children(sd_bus_message *message, GVariant *value)
{
	int r = 0;

	for (size_t i = 0; i < g_variant_n_children(value) && r >= 0; i++) {
		g_autoptr(GVariant) child = g_variant_get_child_value(value, i);

		r = variant_append(message, child);
	}
	return r;
}

int variant_append(sd_bus_message *message, GVariant *value)
{
	g_autoptr(GVariant) inner = NULL;
	const char *type = g_variant_get_type_string(value);
	g_autofree char *contents = NULL;
	char kind = *type;
	int r;

	if (g_variant_type_is_basic(g_variant_get_type(value)))
		return append_basic(message, value);
	if (kind == 'v') {
		inner = g_variant_get_variant(value);
		contents = g_strdup(g_variant_get_type_string(inner));
	} else if (kind == 'a') {
		contents = g_strdup(type + 1);
	} else if (kind == '(' || kind == '{') {
		contents = g_strndup(type + 1, strlen(type) - 2);
	} else {
		return -EINVAL;
	}
	r = sd_bus_message_open_container(message, kind == '(' ? 'r' : kind == '{' ? 'e' : kind, contents);
	if (r >= 0)
		r = inner ? variant_append(message, inner) : append_children(message, value);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

/* --- and back --- */

static int read_one(sd_bus_message *message, char type, const char *contents, GVariant **ret);

static int read_basic(sd_bus_message *message, char type, GVariant **ret)
{
	union {
		uint8_t y;
		int b;
		int16_t n;
		uint16_t q;
		int32_t i;
		uint32_t u;
		int64_t x;
		uint64_t t;
		double d;
		const char *s;
	} value = { .t = 0 };
	int r = sd_bus_message_read_basic(message, type, &value);

	if (r < 0)
		return r;
	switch (type) {
	case 'y': *ret = g_variant_new_byte(value.y); break;
	case 'b': *ret = g_variant_new_boolean(value.b); break;
	case 'n': *ret = g_variant_new_int16(value.n); break;
	case 'q': *ret = g_variant_new_uint16(value.q); break;
	case 'i': *ret = g_variant_new_int32(value.i); break;
	case 'u': *ret = g_variant_new_uint32(value.u); break;
	case 'x': *ret = g_variant_new_int64(value.x); break;
	case 't': *ret = g_variant_new_uint64(value.t); break;
	case 'd': *ret = g_variant_new_double(value.d); break;
	case 's': *ret = g_variant_new_string(value.s); break;
	case 'o': *ret = g_variant_new_object_path(value.s); break;
	case 'g': *ret = g_variant_new_signature(value.s); break;
	default: return -EINVAL;
	}
	return 0;
}

/* Adds all that is left of the container. */
static int read_children(sd_bus_message *message, GVariantBuilder *builder)
{
	const char *contents;
	GVariant *child;
	char type;
	int r;

	while ((r = sd_bus_message_peek_type(message, &type, &contents)) > 0) {
		r = read_one(message, type, contents, &child);
		if (r < 0)
			return r;
		g_variant_builder_add_value(builder, child);
	}
	return r;
}

static char *type_string(char type, const char *contents)
{
	switch (type) {
	case 'a':
		return g_strconcat("a", contents, NULL);
	case 'r':
		return g_strconcat("(", contents, ")", NULL);
	case 'e':
		return g_strconcat("{", contents, "}", NULL);
	default:
		return g_strdup("v");
	}
}

static int read_one(sd_bus_message *message, char type, const char *contents, GVariant **ret)
{
	g_autofree char *text = NULL;
	GVariantBuilder builder;
	int r;

	if (!contents || *contents == '\0')
		return read_basic(message, type, ret);
	text = type_string(type, contents);
	r = sd_bus_message_enter_container(message, type, contents);
	if (r < 0)
		return r;
	g_variant_builder_init(&builder, G_VARIANT_TYPE(text));
	r = read_children(message, &builder);
	if (r >= 0)
		r = sd_bus_message_exit_container(message);
	if (r < 0) {
		g_variant_builder_clear(&builder);
		return r;
	}
	*ret = g_variant_builder_end(&builder);
	return 0;
}

int variant_read(sd_bus_message *message, GVariant **ret)
{
	GVariantBuilder builder;
	int r;

	g_variant_builder_init(&builder, G_VARIANT_TYPE_TUPLE);
	r = read_children(message, &builder);
	if (r < 0) {
		g_variant_builder_clear(&builder);
		return r;
	}
	*ret = g_variant_ref_sink(g_variant_builder_end(&builder));
	return 0;
}
