/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of commands: a function for each kind of value, and the table. */
#include <string.h>

#include "mqtt/request-private.h"
#include "mqtt/topic.h"

static int read_command(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	const char *word = json_input_text(value, 1, SIZE_MAX);

	for (RequestKind kind = REQUEST_NONE + 1; kind < REQUEST_KINDS && word; kind++) {
		if (strcmp(request_kind_name(kind), word) == 0) {
			request->kind = kind;
			return 0;
		}
	}
	return json_input_refuse(
		key->name, value,
		"connect, disconnect, services, read, write, notify, pair, forget, scan or renew", reason);
}

/* It is a level of a topic, too: see the will that a requester may have. */
static int read_requester(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	const char *name = json_input_text(value, 1, REQUESTER_MAX);

	if (!name || strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") != strlen(name))
		return json_input_refuse(key->name, value,
					 "1 to 32 letters, digits, dots, dashes and underscores", reason);
	g_strlcpy(request->requester, name, sizeof(request->requester));
	return 0;
}

static int read_response_topic(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	const char *topic = json_input_text(value, 1, TOPIC_MAX);

	if (!topic || !topic_is_publishable(topic, strlen(topic)))
		return json_input_refuse(key->name, value,
					 "a topic of 1 to 512 bytes, without + # $ and control characters",
					 reason);
	request->response_topic = g_strdup(topic);
	return 0;
}

static int read_correlation(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	const char *text = json_input_text(value, 1, CORRELATION_MAX);

	if (!text)
		return json_input_refuse(key->name, value, "a text of 1 to 256 bytes", reason);
	request->correlation = g_strdup(text);
	return 0;
}

static int read_address(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	const char *text = json_input_text(value, 1, ADDR_STRING_SIZE);

	if (!text || addr_parse(text, &request->addr) < 0)
		return json_input_refuse(key->name, value, "an address (AA:BB:CC:DD:EE:FF)", reason);
	request->has_address = true;
	return 0;
}

static int read_address_type(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	const char *word = json_input_text(value, 1, 6);

	if (!word || (strcmp(word, "public") != 0 && strcmp(word, "random") != 0))
		return json_input_refuse(key->name, value, "public or random", reason);
	request->addr_type = strcmp(word, "random") == 0 ? ADDR_RANDOM : ADDR_PUBLIC;
	return 0;
}

static int read_timeout(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	int64_t seconds;

	if (!json_input_number(value, 1, TIMEOUT_MAX, &seconds))
		return json_input_refuse(key->name, value, "a number of seconds (1 to 300)", reason);
	request->timeout_seconds = (uint32_t)seconds;
	return 0;
}

static int read_flag(const RequestKey *key, json_object *value, bool *ret, Reason *reason)
{
	if (!json_object_is_type(value, json_type_boolean))
		return json_input_refuse(key->name, value, "true or false", reason);
	*ret = json_object_get_boolean(value);
	return 0;
}

static int read_auto_reconnect(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	return read_flag(key, value, &request->auto_reconnect, reason);
}

static int read_on(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	return read_flag(key, value, &request->on, reason);
}

static int read_uuid(const RequestKey *key, json_object *value, bool *has, Uuid *ret, Reason *reason)
{
	const char *text = json_input_text(value, 1, UUID_STRING_SIZE);

	if (!text || uuid_parse(text, ret) < 0)
		return json_input_refuse(key->name, value, "a UUID (\"2a37\", or 36 characters)", reason);
	*has = true;
	return 0;
}

static int read_service(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	return read_uuid(key, value, &request->attr.has_service, &request->attr.service, reason);
}

static int read_characteristic(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	return read_uuid(key, value, &request->attr.has_uuid, &request->attr.uuid, reason);
}

static int read_descriptor(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	return read_uuid(key, value, &request->attr.has_descriptor, &request->attr.descriptor, reason);
}

/* A number, or hex digits as the answers have them. */
static int read_handle(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	const char *text = json_input_text(value, 1, 6);
	int64_t handle = 0;

	if (text) {
		text += g_str_has_prefix(text, "0x") ? 2 : 0;
		if (strspn(text, G_CSET_DIGITS "abcdefABCDEF") == strlen(text) && strlen(text) <= 4)
			handle = (int64_t)g_ascii_strtoull(text, NULL, 16);
	} else {
		(void)json_input_number(value, 1, UINT16_MAX, &handle);
	}
	if (handle == 0)
		return json_input_refuse(key->name, value,
					 "a handle (\"0x0014\", or a number from 1 to 65535)", reason);
	request->attr.handle = (uint16_t)handle;
	return 0;
}

static int read_format(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	const char *word = json_input_text(value, 1, 8);

	if (!word || value_parse_format(word, &request->format, NULL) != 0)
		return json_input_refuse(key->name, value, "a format (" VALUE_FORMATS ")", reason);
	return 0;
}

/* Comes after the format, for the table has it later. */
static int read_value(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	const char *text = json_input_text(value, 0, SIZE_MAX);

	if (!text && value_width(request->format) != 0 && json_object_is_type(value, json_type_int))
		text = json_object_get_string(value);
	if (!text)
		return json_input_refuse(
			key->name, value,
			value_width(request->format) != 0
				? "a number"
				: "a string without NUL (hex digits, unless \"format\" says otherwise)",
			reason);
	return request_set_value(request, key->name, text, request->format, reason);
}

static int read_write_type(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	static const char *const words[] = { "request", "command", "reliable" };
	const char *word = json_input_text(value, 1, 8);

	for (size_t i = 0; i < ARRAY_SIZE(words) && word; i++) {
		if (strcmp(words[i], word) == 0) {
			request->write_type = words[i];
			return 0;
		}
	}
	return json_input_refuse(key->name, value, "request, command or reliable", reason);
}

static int read_passkey(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	int64_t passkey;

	if (!json_input_number(value, 0, 999999, &passkey))
		return json_input_refuse(key->name, value, "a number from 0 to 999999", reason);
	request->passkey = (int32_t)passkey;
	return 0;
}

/* As a key file has texts. */
static void append_escaped(GString *line, const char *text)
{
	for (const char *at = text; *at; at++) {
		if (*at == '\\')
			g_string_append(line, "\\\\");
		else if (*at == ' ')
			g_string_append(line, "\\s");
		else
			g_string_append_c(line, *at);
	}
}

/* A text of one line, a number or a flag. */
static bool append_setting(GString *line, json_object *value)
{
	const char *text = json_input_text(value, 1, SETTING_TEXT_MAX);

	if (json_object_is_type(value, json_type_boolean))
		text = json_object_get_boolean(value) ? "1" : "0";
	else if (json_object_is_type(value, json_type_int))
		text = json_object_get_string(value);
	for (const char *at = text; at && *at; at++)
		if (g_ascii_iscntrl(*at))
			return false;
	if (text)
		append_escaped(line, text);
	return text != NULL;
}

/* Scan settings are checked where the configuration is: here they become lines of one. */
static int read_setting(const RequestKey *key, json_object *value, Request *request, Reason *reason)
{
	bool list = json_object_is_type(value, json_type_array);
	size_t length = list ? json_object_array_length(value) : 1;
	g_autoptr(GString) line = g_string_new(request->scan);
	bool good = true;

	g_string_append_printf(line, "%s=", key->setting);
	for (size_t i = 0; i < length && good; i++) {
		g_string_append(line, i > 0 ? " " : "");
		good = append_setting(line, list ? json_object_array_get_idx(value, i) : value);
	}
	if (!good)
		return json_input_refuse(key->name, value,
					 "a text, a number, true or false, or a list of those", reason);
	g_string_append_c(line, '\n');
	g_free(request->scan);
	request->scan = g_string_free(g_steal_pointer(&line), FALSE);
	return 0;
}

/* In the order in which they are read: first what is needed to tell anybody that the rest is wrong. */
const RequestKey request_keys[] = {
	{ "response_topic", OF_ALL, read_response_topic, NULL },
	{ "correlation", OF_ALL, read_correlation, NULL },
	{ "command", OF_ALL, read_command, NULL },
	{ "requester", OF_ALL, read_requester, NULL },
	{ "address", OF_DEVICE, read_address, NULL },
	{ "timeout", OF_DEVICE, read_timeout, NULL },
	{ "address_type", OF_LINK, read_address_type, NULL },
	{ "auto_reconnect", OF(REQUEST_CONNECT) | OF(REQUEST_NOTIFY), read_auto_reconnect, NULL },
	{ "service", OF_ATTR, read_service, NULL },
	{ "uuid", OF_ATTR, read_characteristic, NULL },
	{ "handle", OF_ATTR, read_handle, NULL },
	{ "descriptor", OF(REQUEST_READ) | OF(REQUEST_WRITE), read_descriptor, NULL },
	{ "format", OF(REQUEST_READ) | OF(REQUEST_WRITE), read_format, NULL },
	{ "value", OF(REQUEST_WRITE), read_value, NULL },
	{ "write_type", OF(REQUEST_WRITE), read_write_type, NULL },
	{ "on", OF(REQUEST_NOTIFY), read_on, NULL },
	{ "passkey", OF(REQUEST_PAIR), read_passkey, NULL },
	{ "active", OF_SCAN, read_setting, "Active" },
	{ "dedup_ms", OF_SCAN, read_setting, "DedupMs" },
	{ "addresses", OF_SCAN, read_setting, "Addresses" },
	{ "uuids", OF_SCAN, read_setting, "Uuids" },
	{ "manufacturers", OF_SCAN, read_setting, "Manufacturers" },
	{ "name", OF_SCAN, read_setting, "Name" },
	{ "rssi", OF_SCAN, read_setting, "Rssi" },
	{ "pathloss", OF_SCAN, read_setting, "Pathloss" },
	{ "patterns", OF_SCAN, read_setting, "Patterns" },
	{ "adv_types", OF_SCAN, read_setting, "AdvTypes" },
	{ "scan_responses", OF_SCAN, read_setting, "ScanResponses" },
	{ 0 }
};
