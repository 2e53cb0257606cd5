/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl read and write: one attribute, once. */
#include "ctl/commands/attribute.h"

#include <stdio.h>

#include "client/fail.h"
#include "client/gatt-print.h"
#include "client/output.h"
#include "client/value-print.h"
#include "ctl/commands.h"

Link *attribute_open(const Options *options, ExitCode *ret_exit)
{
	g_autoptr(GString) reason = g_string_new(NULL);

	/* check the argument before connecting to the device */
	if (gatt_check_name(options->arguments[1], reason) != 0) {
		fail_line("%s", reason->str);
		*ret_exit = EXIT_USAGE;
		return NULL;
	}
	return link_open(&options->session, &options->link, options->arguments[0], ret_exit);
}

GattAttr *attribute_find(Link *link, const Options *options, unsigned kinds, GPtrArray **ret_tree,
				 ExitCode *ret_exit)
{
	g_autoptr(GPtrArray) tree = link_tree(link, ret_exit);
	g_autoptr(GString) reason = g_string_new(NULL);
	GattAttr *attr = NULL;
	int r;

	if (!tree)
		return NULL;
	r = gatt_tree_find(tree, options->arguments[1], kinds, &attr, reason);
	if (r != 0) {
		fail_line("%s", reason->str);
		*ret_exit = r == E_DOES_NOT_EXIST ? EXIT_NOTHING : EXIT_USAGE;
		return NULL;
	}
	*ret_tree = g_steal_pointer(&tree);
	return attr;
}

static char *describe_doing(const char *verb, const GattAttr *attr)
{
	const char *name = gatt_attr_name(attr);

	return g_strdup_printf("%s %s 0x%04x%s%s%s", verb, gatt_kind_name(attr->kind), attr->handle,
			       name ? " (" : "", name ? name : "", name ? ")" : "");
}

static void begin_json(Json *json, GString *out, const Link *link, const GattAttr *attr)
{
	json_init(json, out);
	json_begin_object(json);
	json_key(json, "address");
	json_string(json, link_address(link), -1);
	gatt_print_attr_json(json, attr);
}

static ExitCode print_value(const Link *link, const GattAttr *attr, GBytes *value, const Options *options)
{
	g_autoptr(GString) out = g_string_new(NULL);
	size_t length;
	const uint8_t *bytes = g_bytes_get_data(value, &length);
	Json json;

	if (options->json) {
		begin_json(&json, out, link, attr);
		value_print_json(&json, options->format, &attr->uuid, bytes, length);
		json_end_object(&json);
	} else if (!value_print(out, options->format, &attr->uuid, bytes, length)) {
		value_print(out, VALUE_HEX, NULL, bytes, length);
		fail_line("the value (%s) has %zu bytes, which is no whole number of integers of that "
			  "--format",
			  out->str, length);
		return EXIT_FAILED;
	}
	g_string_append_c(out, '\n');
	output_puts(out->str);
	return EXIT_DONE;
}

static ExitCode read_attribute(Link *link, const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(GPtrArray) tree = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) value = NULL;
	g_autofree char *doing = NULL;
	GattAttr *attr;

	attr = attribute_find(link, options, GATT_CHARACTERISTIC | GATT_DESCRIPTOR, &tree, &code);
	if (!attr)
		return code;
	doing = describe_doing("reading", attr);
	value = link_read(link, attr, options->offset, &error);
	return value ? print_value(link, attr, value, options)
		     : session_fail(link_session(link), error, doing);
}

ExitCode command_read(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(Link) link = attribute_open(options, &code);

	return link ? read_attribute(link, options) : code;
}

static GVariant *write_arguments(const Options *options, const GByteArray *bytes)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
	GVariant *value = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes->data, bytes->len, 1);

	if (options->offset > 0)
		g_variant_dict_insert(&dict, "offset", "q", options->offset);
	if (options->write_type)
		g_variant_dict_insert(&dict, "type", "s", options->write_type);
	return g_variant_new("(v@a{sv})", value, g_variant_dict_end(&dict));
}

static ExitCode write_attribute(Link *link, const Options *options, const GByteArray *bytes)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(GPtrArray) tree = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = NULL;
	g_autofree char *doing = NULL;
	GattAttr *attr;

	attr = attribute_find(link, options, GATT_CHARACTERISTIC | GATT_DESCRIPTOR, &tree, &code);
	if (!attr)
		return code;
	doing = describe_doing("writing", attr);
	reply = link_call(link, attr, "Write", write_arguments(options, bytes), NULL, &error);
	if (!reply)
		return session_fail(link_session(link), error, doing);
	if (options->json) {
		g_autoptr(GString) out = g_string_new(NULL);
		Json json;

		begin_json(&json, out, link, attr);
		json_key(&json, "written");
		json_uint(&json, bytes->len);
		json_end_object(&json);
		g_string_append_c(out, '\n');
		output_puts(out->str);
	}
	return EXIT_DONE;
}

ExitCode command_write(const Options *options)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	ExitCode code = EXIT_FAILED;
	Reason reason = { 0 };
	g_autoptr(Link) link = NULL;

	if (value_parse(options->arguments[2], options->format, bytes, &reason) != 0) {
		fail_line("VALUE: %s", reason.text);
		return EXIT_USAGE;
	}
	link = attribute_open(options, &code);
	return link ? write_attribute(link, options, bytes) : code;
}
