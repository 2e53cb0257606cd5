/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device's attributes, as groups of the file. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "client/gatt.h"
#include "client/text.h"
#include "client/value-print.h"
#include "ctl/clone/file.h"
#include "ctl/serve/keys.h"
#include "meaning/constants.h"
#include "meaning/served-uuid.h"
#include "meaning/value.h"

#define CONFIGURATION 0x2902	/* Client Characteristic Configuration */
#define NAME_BYTES_MAX 48	/* of what an attribute is called, before its handle */

/* ATT errors of an attribute that wants a link to be encrypted, and more (Core Specification Vol 3 Part F
 * 3.4.1.1) */
enum {
	ATT_READ_NOT_PERMITTED = 0x02,
	ATT_AUTHENTICATION = 0x05,
	ATT_KEY_SIZE = 0x0c,
	ATT_ENCRYPTION = 0x0f,
};

typedef struct Cloning {
	GString *out;
	const GPtrArray *tree;
	GHashTable *names;	/* those that are taken, of all kinds */
	char *service;		/* what the file calls the last one of each */
	char *characteristic;
	const GattAttr *current;	/* the last characteristic */
} Cloning;

void clone_append_comment(GString *out, const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	g_string_append(out, "# ");
	text_append(out, line, -1);
	g_string_append_c(out, '\n');
}

/* --- what it is called --- */

/* The assigned name in small letters, else the UUID; with the handle behind it where that is taken. */
static char *make_name(Cloning *cloning, const GattAttr *attr)
{
	const char *assigned = gatt_attr_name(attr);
	g_autoptr(GString) name = g_string_new(NULL);

	for (const char *at = assigned; at && *at && name->len < NAME_BYTES_MAX; at++) {
		if (g_ascii_isalnum(*at))
			g_string_append_c(name, g_ascii_tolower(*at));
		else if (name->len > 0 && name->str[name->len - 1] != '-')
			g_string_append_c(name, '-');
	}
	if (name->len == 0)
		gatt_append_uuid(name, &attr->uuid);
	if (g_hash_table_contains(cloning->names, name->str))
		g_string_append_printf(name, "-%04x", attr->handle);
	g_hash_table_add(cloning->names, g_strdup(name->str));
	return g_strdup(name->str);
}

static void append_heading(Cloning *cloning, const GattAttr *attr)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const char *name = gatt_attr_name(attr);

	g_string_append_printf(text, "0x%04x %s", attr->handle, name ? name : gatt_kind_name(attr->kind));
	if (attr->value) {
		size_t length;
		const uint8_t *bytes = g_bytes_get_data(attr->value, &length);

		value_print_meaning(text, &attr->uuid, bytes, length);
	}
	g_string_append_c(cloning->out, '\n');
	clone_append_comment(cloning->out, "%s", text->str);
	if (attr->failure)
		clone_append_comment(cloning->out, "Its value could not be read: %s", attr->failure);
}

/* --- what can be done with it --- */

/* Why it cannot be served; NULL: it can. */
static const char *why_not(const GattAttr *attr, Reason *reason)
{
	if (served_uuid_check(&attr->uuid, reason) != 0)
		return reason->text;
	if (attr->kind == GATT_CHARACTERISTIC && (attr->properties & 0xff) == 0)
		return "it has no property";
	return NULL;
}

static unsigned long att_error(const GattAttr *attr)
{
	return attr->failure && g_str_has_prefix(attr->failure, "0x") ? strtoul(attr->failure, NULL, 16) : 0;
}

static bool wants_encryption(const GattAttr *attr)
{
	const unsigned long error = att_error(attr);

	return error == ATT_AUTHENTICATION || error == ATT_KEY_SIZE || error == ATT_ENCRYPTION;
}

/* As far as a client can know: from the properties, and from what came of reading it. */
static uint32_t guess_permissions(const GattAttr *attr)
{
	const bool encrypted = wants_encryption(attr);
	const bool is_descriptor = attr->kind == GATT_DESCRIPTOR;
	uint32_t permissions = 0;

	if (is_descriptor ? att_error(attr) != ATT_READ_NOT_PERMITTED : attr->properties & PROP_READ)
		permissions |= encrypted ? PERM_READ_ENCRYPTED : PERM_READ;
	if (is_descriptor ? permissions == 0 : attr->properties & (PROP_WRITE | PROP_WRITE_NR))
		permissions |= encrypted ? PERM_WRITE_ENCRYPTED : PERM_WRITE;
	if (attr->properties & PROP_AUTH)
		permissions |= PERM_WRITE_SIGNED;
	return permissions;
}

/* --- its group --- */

static bool is_plain_text(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] < ' ' || bytes[i] > '~' || bytes[i] == '\\')
			return false;
	return length > 1 && bytes[0] != ' ' && bytes[length - 1] != ' ';
}

static void append_value(GString *out, GBytes *value)
{
	size_t length;
	const uint8_t *bytes = value ? g_bytes_get_data(value, &length) : NULL;

	if (!bytes || length == 0)
		return;
	if (length > VALUE_MAX) {
		clone_append_comment(out, "Its value has %zu bytes; no attribute has more than %d", length,
				     VALUE_MAX);
		return;
	}
	if (is_plain_text(bytes, length)) {
		g_string_append(out, "Value=text:");
		g_string_append_len(out, (const char *)bytes, (gssize)length);
	} else {
		g_string_append(out, "Value=0x");
		text_append_hex(out, bytes, length);
	}
	g_string_append_c(out, '\n');
}

static void append_uuid(GString *out, const Uuid *uuid)
{
	g_string_append(out, "UUID=");
	gatt_append_uuid(out, uuid);
	g_string_append_c(out, '\n');
}

static void append_permissions(GString *out, const GattAttr *attr)
{
	const uint32_t permissions = guess_permissions(attr);

	if (permissions == 0)
		return;
	g_string_append(out, "Permissions=");
	serve_append_permissions(out, permissions);
	g_string_append_c(out, '\n');
}

static void append_characteristic(Cloning *cloning, const GattAttr *attr)
{
	GString *out = cloning->out;

	g_free(cloning->characteristic);
	cloning->characteristic = make_name(cloning, attr);
	g_string_append_printf(out, "[Characteristic %s]\nService=%s\n", cloning->characteristic,
			       cloning->service);
	append_uuid(out, &attr->uuid);
	g_string_append(out, "Properties=");
	serve_append_properties(out, attr->properties);
	g_string_append_c(out, '\n');
	append_permissions(out, attr);
	append_value(out, attr->value);
}

static void append_descriptor(Cloning *cloning, const GattAttr *attr)
{
	g_autofree char *name = make_name(cloning, attr);

	g_string_append_printf(cloning->out, "[Descriptor %s]\nCharacteristic=%s\n", name,
			       cloning->characteristic);
	append_uuid(cloning->out, &attr->uuid);
	append_permissions(cloning->out, attr);
	append_value(cloning->out, attr->value);
}

static void append_service(Cloning *cloning, const GattAttr *attr)
{
	g_free(cloning->service);
	cloning->service = make_name(cloning, attr);
	g_string_append_printf(cloning->out, "[Service %s]\n", cloning->service);
	append_uuid(cloning->out, &attr->uuid);
	if (!attr->primary)
		g_string_append(cloning->out, "Primary=false\n");
}

/* --- all of them --- */

/* The index behind what belongs to the attribute at that index. */
static guint end_of(const GPtrArray *tree, guint at)
{
	const GattKind kind = ((const GattAttr *)tree->pdata[at])->kind;

	for (at++; at < tree->len && ((const GattAttr *)tree->pdata[at])->kind > kind; at++)
		;
	return at;
}

/* Leaves an attribute out, with all that belongs to it. Returns the index behind that. */
static guint leave_out(Cloning *cloning, guint at, const char *why)
{
	const guint end = end_of(cloning->tree, at);

	clone_append_comment(cloning->out, "Left out%s: %s",
			     end > at + 1 ? ", with all that is in it" : "", why);
	return end;
}

/* Whether there is something in the service that can be served. */
static bool has_characteristic(const GPtrArray *tree, guint at)
{
	const guint end = end_of(tree, at);
	Reason reason = { 0 };

	for (at++; at < end; at++) {
		const GattAttr *attr = tree->pdata[at];

		if (attr->kind == GATT_CHARACTERISTIC && !why_not(attr, &reason))
			return true;
	}
	return false;
}

/* bluetoothd makes the same one. */
static bool is_made_anyway(const GattAttr *attr, const GattAttr *characteristic)
{
	uint32_t number;

	return attr->kind == GATT_DESCRIPTOR && uuid_short(&attr->uuid, &number) && number == CONFIGURATION &&
	       characteristic->properties & (PROP_NOTIFY | PROP_INDICATE);
}

/* Appends the attribute at that index. Returns the index of the next one. */
static guint append_attr(Cloning *cloning, guint at)
{
	const GattAttr *attr = cloning->tree->pdata[at];
	Reason reason = { 0 };
	const char *why = why_not(attr, &reason);

	if (attr->kind == GATT_CHARACTERISTIC)
		cloning->current = attr;
	if (is_made_anyway(attr, cloning->current))
		return at + 1;
	append_heading(cloning, attr);
	if (why)
		return leave_out(cloning, at, why);
	switch (attr->kind) {
	case GATT_SERVICE:
		if (!has_characteristic(cloning->tree, at))
			return leave_out(cloning, at, "it has no characteristic that can be served");
		append_service(cloning, attr);
		break;
	case GATT_CHARACTERISTIC:
		append_characteristic(cloning, attr);
		break;
	case GATT_DESCRIPTOR:
		append_descriptor(cloning, attr);
		break;
	}
	return at + 1;
}

void clone_append_tree(GString *out, const GPtrArray *tree)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Cloning cloning = { .out = out, .tree = tree, .names = names };

	for (guint at = 0; at < tree->len;)
		at = append_attr(&cloning, at);
	g_free(cloning.service);
	g_free(cloning.characteristic);
}
