/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The groups and keys of the file of bluebrokerctl serve, and what each does: one table. */
#include "ctl/serve/keys.h"

#include <string.h>

#include "meaning/constants.h"
#include "meaning/number.h"
#include "meaning/uuid.h"
#include "meaning/value.h"

static int parse_flag(const char *text, bool *ret, Reason *reason)
{
	bool yes = strcmp(text, "true") == 0;

	if (!yes && strcmp(text, "false") != 0)
		return reason_refuse(reason, text, "true or false");
	*ret = yes;
	return 0;
}

static int parse_uuid(const char *text, char **ret, Reason *reason)
{
	char buffer[UUID_STRING_SIZE];
	Uuid uuid;

	if (uuid_parse(text, &uuid) < 0)
		return reason_refuse(reason, text,
				     "a UUID (1 to 8 hex digits such as 180d, 36 characters, or "
				     "16 raw ones)");
	uuid_format(&uuid, buffer);
	/* short UUIDs stay short: that is how peers see them */
	*ret = g_strdup(uuid.width == 16 ? buffer : text);
	return 0;
}

/* The words between semicolons, stripped. The caller skips empty ones. */
static char **split_words(const char *text)
{
	char **words = g_strsplit(text, ";", -1);

	for (char **word = words; *word; word++)
		g_strstrip(*word);
	return words;
}

typedef struct Bits {
	const char *allowed;
	const Constant *names;
} Bits;

static const Bits property_bits = {
	.allowed = "a property (broadcast, read, write-without-response, write, notify, indicate, "
		   "authenticated-signed-writes, extended-properties; with ; between them)",
	.names = property_names,
};

static const Bits permission_bits = {
	.allowed = "a permission (read, read-encrypted, read-encrypted-mitm, write, write-encrypted, "
		   "write-encrypted-mitm, write-signed, write-signed-mitm; with ; between them)",
	.names = (const Constant[]){
		{ "read", PERM_READ },
		{ "read-encrypted", PERM_READ_ENCRYPTED },
		{ "read-encrypted-mitm", PERM_READ_ENCRYPTED_MITM },
		{ "write", PERM_WRITE },
		{ "write-encrypted", PERM_WRITE_ENCRYPTED },
		{ "write-encrypted-mitm", PERM_WRITE_ENCRYPTED_MITM },
		{ "write-signed", PERM_WRITE_SIGNED },
		{ "write-signed-mitm", PERM_WRITE_SIGNED_MITM },
		{ NULL, 0 },
	},
};

static void append_bits(GString *out, const Bits *bits, uint32_t value)
{
	const size_t before = out->len;

	for (size_t i = 0; bits->names[i].name; i++)
		if (value & bits->names[i].value)
			g_string_append_printf(out, "%s%s", out->len > before ? ";" : "", bits->names[i].name);
}

void serve_append_properties(GString *out, uint32_t properties)
{
	append_bits(out, &property_bits, properties);
}

void serve_append_permissions(GString *out, uint32_t permissions)
{
	append_bits(out, &permission_bits, permissions);
}

static int add_bit(const Bits *bits, const char *word, uint32_t *value, Reason *reason)
{
	for (size_t i = 0; bits->names[i].name; i++) {
		if (strcmp(bits->names[i].name, word) == 0) {
			*value |= bits->names[i].value;
			return 0;
		}
	}
	return reason_refuse(reason, word, bits->allowed);
}

static int parse_bits(const char *text, const Bits *bits, bool *has, uint32_t *ret, Reason *reason)
{
	g_auto(GStrv) words = split_words(text);
	uint32_t value = 0;

	for (char **word = words; *word; word++)
		if (**word != '\0' && add_bit(bits, *word, &value, reason) != 0)
			return E_INVALID_ARGUMENTS;
	*has = true;
	*ret = value;
	return 0;
}

/* --- [Advertisement] --- */

static int set_tx_power(ServeFile *file UNUSED, void *item, const char *text, Reason *reason)
{
	return parse_flag(text, &((Announcement *)item)->tx_power, reason);
}

static int set_discoverable(ServeFile *file UNUSED, void *item, const char *text, Reason *reason)
{
	bool discoverable = true;
	int r = parse_flag(text, &discoverable, reason);

	((Announcement *)item)->hidden = !discoverable;
	return r;
}

/* --- [Service NAME] --- */

static int set_service_uuid(ServeFile *file UNUSED, void *item, const char *text, Reason *reason)
{
	return parse_uuid(text, &((ServeService *)item)->uuid, reason);
}

static int set_primary(ServeFile *file UNUSED, void *item, const char *text, Reason *reason)
{
	return parse_flag(text, &((ServeService *)item)->primary, reason);
}

/* --- [Characteristic NAME] and [Descriptor NAME] --- */

static int set_uuid(ServeFile *file UNUSED, void *item, const char *text, Reason *reason)
{
	return parse_uuid(text, &((ServeAttr *)item)->uuid, reason);
}

static int set_service(ServeFile *file, void *item, const char *text, Reason *reason)
{
	for (guint i = 0; i < file->services->len; i++) {
		ServeService *service = g_ptr_array_index(file->services, i);

		if (strcmp(service->name, text) == 0) {
			((ServeAttr *)item)->service = service;
			service->characteristics++;
			return 0;
		}
	}
	return reason_refuse(reason, text, "the NAME of a [Service NAME] in this file");
}

static int set_characteristic(ServeFile *file, void *item, const char *text, Reason *reason)
{
	((ServeAttr *)item)->parent = serve_file_find(file, text);
	if (!((ServeAttr *)item)->parent)
		return reason_refuse(reason, text, "the NAME of a [Characteristic NAME] in this file");
	return 0;
}

static int set_properties(ServeFile *file UNUSED, void *item, const char *text, Reason *reason)
{
	ServeAttr *attr = item;

	return parse_bits(text, &property_bits, &attr->has_properties, &attr->properties, reason);
}

static int set_permissions(ServeFile *file UNUSED, void *item, const char *text, Reason *reason)
{
	ServeAttr *attr = item;

	return parse_bits(text, &permission_bits, &attr->has_permissions, &attr->permissions, reason);
}

static int set_value(ServeFile *file UNUSED, void *item, const char *text, Reason *reason)
{
	return value_parse_typed(text, ((ServeAttr *)item)->value, reason);
}

static int set_read_timeout(ServeFile *file UNUSED, void *item, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 0, UINT32_MAX, &number))
		return reason_refuse(reason, text, "a time in ms (0 to 4294967295; at most 4500 is waited)");
	((ServeAttr *)item)->read_timeout_ms = (uint32_t)number;
	return 0;
}

/* --- groups --- */

static void *new_announcement(ServeFile *file, const char *name UNUSED)
{
	file->advertises = true;
	return &file->announcement;
}

static void *new_service(ServeFile *file, const char *name)
{
	ServeService *service = g_new0(ServeService, 1);

	service->name = g_strdup(name);
	service->primary = true;
	g_ptr_array_add(file->services, service);
	return service;
}

static ServeAttr *new_attr(GPtrArray *attrs, const char *name)
{
	ServeAttr *attr = g_new0(ServeAttr, 1);

	attr->name = g_strdup(name);
	attr->value = g_byte_array_new();
	attr->read_timeout_ms = SERVE_READ_TIMEOUT;
	g_ptr_array_add(attrs, attr);
	return attr;
}

static void *new_characteristic(ServeFile *file, const char *name)
{
	return new_attr(file->characteristics, name);
}

static void *new_descriptor(ServeFile *file, const char *name)
{
	return new_attr(file->descriptors, name);
}

/* A kind comes before those that refer to it. */
const ServeKind serve_kinds[SERVE_KINDS] = {
	{
		"Advertisement", false, new_announcement,
		{
			{ "Name", .announce = announcement_set_name },
			{ "Services", .announce = announcement_add_service, .list = true },
			{ "Manufacturer", .announce = announcement_add_manufacturer, .list = true },
			{ "ServiceData", .announce = announcement_add_service_data, .list = true },
			{ "Appearance", .announce = announcement_set_appearance },
			{ "TxPower", .set = set_tx_power },
			{ "Discoverable", .set = set_discoverable },
			{ "AdvType", .announce = announcement_set_adv_type },
			{ "Interval", .announce = announcement_set_interval },
			{ "OwnAddrType", .announce = announcement_set_own_addr_type },
			{ "ChannelMap", .announce = announcement_set_channel_map },
			{ "AdvFilterPolicy", .announce = announcement_set_filter_policy },
		},
	},
	{
		"Service", true, new_service,
		{
			{ "UUID", .required = true, .set = set_service_uuid },
			{ "Primary", .set = set_primary },
		},
	},
	{
		"Characteristic", true, new_characteristic,
		{
			{ "Service", .required = true, .set = set_service },
			{ "UUID", .required = true, .set = set_uuid },
			{ "Properties", .set = set_properties },
			{ "Permissions", .set = set_permissions },
			{ "Value", .set = set_value },
			{ "ReadTimeout", .set = set_read_timeout },
		},
	},
	{
		"Descriptor", true, new_descriptor,
		{
			{ "Characteristic", .required = true, .set = set_characteristic },
			{ "UUID", .required = true, .set = set_uuid },
			{ "Permissions", .set = set_permissions },
			{ "Value", .set = set_value },
		},
	},
};

const ServeKind *serve_kind_find(const char *group, const char **ret_name)
{
	for (size_t i = 0; i < SERVE_KINDS; i++) {
		size_t length = strlen(serve_kinds[i].name);

		if (strncmp(group, serve_kinds[i].name, length) != 0 ||
		    group[length] != (serve_kinds[i].named ? ' ' : '\0'))
			continue;
		*ret_name = group + length + serve_kinds[i].named;
		return &serve_kinds[i];
	}
	return NULL;
}

const ServeKey *serve_key_find(const ServeKind *kind, const char *name)
{
	for (const ServeKey *key = kind->keys; key->name; key++)
		if (strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

int serve_key_set(const ServeKey *key, ServeFile *file, void *item, const char *text, Reason *reason)
{
	g_auto(GStrv) words = NULL;

	if (key->set)
		return key->set(file, item, text, reason);
	if (!key->list)
		return key->announce(item, text, reason);
	words = split_words(text);
	for (char **word = words; *word; word++)
		if (**word != '\0' && key->announce(item, *word, reason) != 0)
			return E_INVALID_ARGUMENTS;
	return 0;
}
