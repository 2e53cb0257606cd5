/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OpenMQTTGateway's reads and writes. */
#include "mqtt/omg.h"

#include <string.h>

#include "meaning/number.h"
#include "mqtt/answer.h"
#include "mqtt/json-input.h"

#define LONG_WIDTH_THERE 4	/* a long of the machine that OpenMQTTGateway runs on */

static const char *const type_words[] = {
	[OMG_STRING] = "STRING",
	[OMG_HEX] = "HEX",
	[OMG_INT] = "INT",
	[OMG_FLOAT] = "FLOAT",
};

/* Which of the two it is: its keys begin with that. */
typedef struct Words {
	const char *address, *service, *characteristic;
} Words;
static const Words read_words = { "ble_read_address", "ble_read_service", "ble_read_char" };
static const Words write_words = { "ble_write_address", "ble_write_service", "ble_write_char" };

static int read_text(json_object *object, const char *key, size_t max, char **ret, Reason *reason)
{
	json_object *value;
	const char *text;

	if (!json_object_object_get_ex(object, key, &value))
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: is missing", key);
	text = json_object_is_type(value, json_type_int) ? json_object_get_string(value)
							 : json_input_text(value, 0, max);
	if (!text)
		return json_input_refuse(key, value, "a text", reason);
	*ret = g_strdup(text);
	return 0;
}

static int read_uuid(json_object *object, const char *key, char **ret_text, Uuid *ret, Reason *reason)
{
	int r;

	r = read_text(object, key, UUID_STRING_SIZE, ret_text, reason);
	if (r == 0 && uuid_parse(*ret_text, ret) < 0)
		r = reason_set(reason, E_INVALID_ARGUMENTS,
			       "%s: \"%.60s\" is not a UUID (2a37, or 36 characters)", key, *ret_text);
	return r;
}

static int read_names(json_object *object, const Words *words, Request *request, Reason *reason)
{
	OmgWords *omg = request->omg;
	int r;

	r = read_text(object, words->address, ADDR_STRING_SIZE, &omg->address, reason);
	if (r == 0 && addr_parse(omg->address, &request->addr) < 0)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "%s: \"%.60s\" is not an address (AA:BB:CC:DD:EE:FF)", words->address,
				  omg->address);
	request->has_address = r == 0;
	if (r == 0)
		r = read_uuid(object, words->service, &omg->service, &request->attr.service, reason);
	if (r == 0)
		r = read_uuid(object, words->characteristic, &omg->characteristic, &request->attr.uuid,
			      reason);
	request->attr.has_service = request->attr.has_uuid = r == 0;
	return r;
}

static int read_type(json_object *object, OmgType *ret, Reason *reason)
{
	json_object *value;
	const char *word;

	if (!json_object_object_get_ex(object, "value_type", &value))
		return 0;
	word = json_input_text(value, 1, 6);
	for (size_t i = 0; i < ARRAY_SIZE(type_words) && word; i++) {
		if (g_ascii_strcasecmp(type_words[i], word) == 0) {
			*ret = (OmgType)i;
			return 0;
		}
	}
	return json_input_refuse("value_type", value, "STRING, HEX, INT or FLOAT", reason);
}

/* The numbers that may be said beside. immediate: it always is. */
static int read_numbers(json_object *object, Request *request, Reason *reason)
{
	json_object *value;
	int64_t number = 1;

	if (json_object_object_get_ex(object, "immediate", &value) &&
	    !json_object_is_type(value, json_type_boolean))
		return json_input_refuse("immediate", value, "true or false", reason);
	if (json_object_object_get_ex(object, "ttl", &value) &&
	    !json_input_number(value, 1, ATTEMPTS_MAX, &number))
		return json_input_refuse("ttl", value, "a number of attempts (1 to 10)", reason);
	request->attempts = (unsigned)number;
	if (!json_object_object_get_ex(object, "mac_type", &value))
		return 0;
	if (!json_input_number(value, ADDR_PUBLIC, ADDR_RANDOM_RPA, &number))
		return json_input_refuse("mac_type", value, "an address type (0 to 3)", reason);
	request->addr_type = (int)number;
	return 0;
}

static void store(Request *request, uint64_t number, size_t width)
{
	for (size_t i = 0; i < width; i++)
		request->value[i] = (uint8_t)(number >> 8 * i);
	request->value_length = width;
}

static int read_float(Request *request, Reason *reason)
{
	const char *text = request->omg->value;
	char *end;
	double number = g_ascii_strtod(text, &end);
	uint64_t raw;

	if (end == text || *end != '\0')
		return reason_set(reason, E_INVALID_ARGUMENTS, "ble_write_value: \"%.60s\" is not a number",
				  text);
	memcpy(&raw, &number, sizeof(raw));
	store(request, raw, sizeof(raw));
	return 0;
}

static int read_value(json_object *object, Request *request, Reason *reason)
{
	OmgWords *omg = request->omg;
	int64_t number;
	int r;

	r = read_text(object, "ble_write_value", JSON_INPUT_MAX, &omg->value, reason);
	if (r != 0)
		return r;
	if (omg->type == OMG_FLOAT)
		return read_float(request, reason);
	if (omg->type == OMG_INT) {
		if (!number_parse(omg->value, INT32_MIN, INT32_MAX, &number))
			return reason_set(reason, E_INVALID_ARGUMENTS,
					  "ble_write_value: \"%.60s\" is not a number (%d to %d)", omg->value,
					  INT32_MIN, INT32_MAX);
		store(request, (uint64_t)number, LONG_WIDTH_THERE);
		return 0;
	}
	return request_set_value(request, "ble_write_value", omg->value,
				 omg->type == OMG_HEX ? VALUE_HEX : VALUE_TEXT, reason);
}

static bool is_known(const char *name, bool writes)
{
	static const char *const both[] = { "value_type", "ttl", "mac_type", "immediate" };
	const Words *words = writes ? &write_words : &read_words;

	for (size_t i = 0; i < ARRAY_SIZE(both); i++)
		if (strcmp(both[i], name) == 0)
			return true;
	return strcmp(words->address, name) == 0 || strcmp(words->service, name) == 0 ||
	       strcmp(words->characteristic, name) == 0 || (writes && strcmp("ble_write_value", name) == 0);
}

static int read_object(json_object *object, Request *request, Reason *reason)
{
	struct json_object_iterator end = json_object_iter_end(object);
	bool writes = json_object_object_get_ex(object, write_words.address, NULL);
	int r;

	if (!writes && !json_object_object_get_ex(object, read_words.address, NULL))
		return reason_set(reason, E_NOT_SUPPORTED,
				  "neither ble_read_address nor ble_write_address: of OpenMQTTGateway's "
				  "commands only reads and writes are known");
	request->kind = writes ? REQUEST_WRITE : REQUEST_READ;
	for (struct json_object_iterator at = json_object_iter_begin(object);
	     !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		if (!is_known(json_object_iter_peek_name(&at), writes))
			return reason_set(reason, E_INVALID_ARGUMENTS,
					  "\"%.60s\" is no key that is known here",
					  json_object_iter_peek_name(&at));
	r = read_names(object, writes ? &write_words : &read_words, request, reason);
	if (r == 0)
		r = read_type(object, &request->omg->type, reason);
	if (r == 0)
		r = read_numbers(object, request, reason);
	return r == 0 && writes ? read_value(object, request, reason) : r;
}

int omg_parse(Request *request, const void *payload, size_t length, Reason *reason)
{
	json_object *object;
	int r;

	request_init(request);
	request->omg = g_new0(OmgWords, 1);
	r = json_input_parse(payload, length, &object, reason);
	if (r != 0)
		return r;
	r = read_object(object, request, reason);
	json_object_put(object);
	return r;
}

/* --- answers --- */

static json_object *text_of(const uint8_t *bytes, size_t length)
{
	g_autofree char *text = g_utf8_make_valid((const char *)bytes,
						  (gssize)strnlen((const char *)bytes, length));

	return json_object_new_string(text);
}

/* NULL: the bytes are no such number. */
static json_object *float_of(const uint8_t *bytes, size_t length)
{
	uint64_t raw = 0;
	uint32_t raw32;
	double number;
	float single;

	for (size_t i = 0; i < MIN(length, sizeof(raw)); i++)
		raw |= (uint64_t)bytes[i] << 8 * i;
	raw32 = (uint32_t)raw;
	memcpy(&number, &raw, sizeof(number));
	memcpy(&single, &raw32, sizeof(single));
	if (length != sizeof(single) && length != sizeof(number))
		return NULL;
	if (length == sizeof(single))
		number = (double)single;
	/* JSON has no others */
	return number - number == 0 ? json_object_new_double(number) : NULL;
}

/* Shorter ones are filled up with zeros. NULL: there is none. */
static json_object *int_of(const uint8_t *bytes, size_t length)
{
	uint32_t raw = 0;

	for (size_t i = 0; i < MIN(length, LONG_WIDTH_THERE); i++)
		raw |= (uint32_t)bytes[i] << 8 * i;
	return length > 0 ? json_object_new_int64((int32_t)raw) : NULL;
}

static json_object *value_of(OmgType type, const uint8_t *bytes, size_t length)
{
	switch (type) {
	case OMG_HEX:
		return answer_hex(bytes, length);
	case OMG_INT:
		return int_of(bytes, length);
	case OMG_FLOAT:
		return float_of(bytes, length);
	case OMG_STRING:
		break;
	}
	return text_of(bytes, length);
}

json_object *omg_answer(const Request *request, const char *error, const char *words, const uint8_t *value,
			size_t length)
{
	json_object *answer = json_object_new_object(), *read = NULL;
	const OmgWords *omg = request->omg;

	answer_add_text(answer, "id", omg->address);
	answer_add_text(answer, "service", omg->service);
	answer_add_text(answer, "characteristic", omg->characteristic);
	answer_add_text(answer, "write", omg->value);
	if (request->kind == REQUEST_READ && !error) {
		read = value_of(omg->type, value, length);
		if (!read) {
			error = "Failed";
			words = "what the device answered is no number of that type";
		}
	}
	if (read)
		json_object_object_add(answer, "read", read);
	json_object_object_add(answer, "success", json_object_new_boolean(!error));
	answer_add_text(answer, "error", error);
	answer_add_text(answer, "message", error ? words : NULL);
	return answer;
}
