/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading option dictionaries and UUIDs. */
#include "bus/options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bus/array.h"

/* Names from programs go into messages: short, and nothing but printable ASCII. */
static const char *printable(const char *text, char buffer[static 64])
{
	size_t i;

	for (i = 0; text[i] && i < 63; i++)
		buffer[i] = (text[i] >= 0x20 && text[i] < 0x7f) ? text[i] : '?';
	buffer[i] = '\0';
	return buffer;
}

static int unknown_option(const Option *table, const char *key, Reason *reason)
{
	char name[64], known[160] = "";
	size_t length = 0;

	for (; table->name && length < sizeof(known); table++)
		length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%s", length ? ", " : "",
					   table->name);
	return reason_set(reason, E_INVALID_ARGUMENTS, "%s: unknown key; known are: %s", printable(key, name),
			  known);
}

static int read_option(sd_bus_message *m, const Option *table, uint64_t *seen, void *target, Reason *reason)
{
	const Option *option = table;
	const char *key, *contents;
	char type;
	int r;

	r = sd_bus_message_read_basic(m, 's', &key);
	if (r < 0)
		return r;
	while (option->name && strcmp(option->name, key) != 0)
		option++;
	if (!option->name)
		return unknown_option(table, key, reason);
	if (*seen & (UINT64_C(1) << (option - table)))
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: given twice", option->name);
	*seen |= UINT64_C(1) << (option - table);
	if (!option->signature)
		return option->read(m, target, reason);

	r = sd_bus_message_peek_type(m, &type, &contents);
	if (r < 0)
		return r;
	if (strcmp(contents, option->signature) != 0) {
		char given[64];

		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: needs D-Bus type %s, not %s",
				  option->name, option->signature, printable(contents, given));
	}
	r = sd_bus_message_enter_container(m, 'v', contents);
	if (r < 0)
		return r;
	r = option->read(m, target, reason);
	if (r != 0)
		return r;
	r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 0;
}

int options_read(sd_bus_message *m, const Option *table, void *target, Reason *reason)
{
	uint64_t seen = 0;
	int r;

	r = sd_bus_message_enter_container(m, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = read_option(m, table, &seen, target, reason);
		if (r != 0)
			return r;
		r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 0;
}

static int bad_uuid(const char *what, Reason *reason)
{
	return reason_set(reason, E_INVALID_ARGUMENTS, "%s: not a UUID; give " UUID_FORMS, what);
}

static int read_uuid_int(sd_bus_message *m, char type, const char *what, Uuid *ret, Reason *reason)
{
	union {
		uint8_t y;
		uint16_t q;
		uint32_t u;
		int16_t n;
		int32_t i;
	} value;
	int64_t number;
	int r;

	r = sd_bus_message_read_basic(m, type, &value);
	if (r < 0)
		return r;
	switch (type) {
	case 'y':
		number = value.y;
		break;
	case 'q':
		number = value.q;
		break;
	case 'u':
		number = value.u;
		break;
	case 'n':
		number = value.n;
		break;
	default:
		number = value.i;
		break;
	}
	if (number < 0)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "%s: a UUID cannot be negative; give " UUID_FORMS, what);
	uuid_from_int((uint32_t)number, ret);
	return 0;
}

int options_read_flag(sd_bus_message *m, bool *ret)
{
	int flag;
	int r = sd_bus_message_read_basic(m, 'b', &flag);

	if (r < 0)
		return r;
	*ret = flag;
	return 0;
}

int options_parse_addr(const char *text, const char *what, Addr *ret, Reason *reason)
{
	if (addr_parse(text, ret) < 0)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "%s: an address is AA:BB:CC:DD:EE:FF or aabbccddeeff", what);
	return 0;
}

int options_read_uuid(sd_bus_message *m, const char *what, Uuid *ret, Reason *reason)
{
	const char *contents, *text;
	const void *bytes;
	size_t length;
	Uuid uuid;
	char type;
	int r, result;

	r = sd_bus_message_peek_type(m, &type, &contents);
	if (r < 0)
		return r;
	r = sd_bus_message_enter_container(m, 'v', contents);
	if (r < 0)
		return r;

	if (strlen(contents) == 1 && strchr("yquni", contents[0])) {
		result = read_uuid_int(m, contents[0], what, &uuid, reason);
	} else if (strcmp(contents, "s") == 0) {
		r = sd_bus_message_read_basic(m, 's', &text);
		if (r < 0)
			return r;
		result = uuid_parse(text, &uuid) < 0 ? bad_uuid(what, reason) : 0;
	} else if (strcmp(contents, "ay") == 0) {
		r = array_read(m, 'y', &bytes, &length);
		if (r < 0)
			return r;
		result = uuid_from_bytes(bytes, length, &uuid) < 0 ? bad_uuid(what, reason) : 0;
	} else {
		result = bad_uuid(what, reason);
	}
	if (result != 0)
		return result;
	r = sd_bus_message_exit_container(m);
	if (r < 0)
		return r;
	*ret = uuid;
	return 0;
}

/* The width of a value of that type on the air; 0: it is no integer. */
static size_t integer_width(const char *contents)
{
	static const struct {
		char type;
		uint8_t width;
	} integers[] = { { 'y', 1 }, { 'q', 2 }, { 'n', 2 }, { 'u', 4 }, { 'i', 4 }, { 't', 8 }, { 'x', 8 } };

	for (size_t i = 0; i < ARRAY_SIZE(integers) && strlen(contents) == 1; i++)
		if (integers[i].type == contents[0])
			return integers[i].width;
	return 0;
}

static int read_integer(sd_bus_message *m, char type, size_t width, GBytes **ret)
{
	union {
		uint8_t y;
		uint16_t q;
		uint32_t u;
		uint64_t t;
	} value = { .t = 0 };
	uint8_t air[8];
	uint64_t number;
	int r;

	r = sd_bus_message_read_basic(m, type, &value);
	if (r < 0)
		return r;
	number = width == 1 ? value.y : width == 2 ? value.q : width == 4 ? value.u : value.t;
	for (size_t i = 0; i < width; i++)
		air[i] = (uint8_t)(number >> (8 * i));
	*ret = g_bytes_new(air, width);
	return 0;
}

int options_read_value(sd_bus_message *m, GBytes **ret, Reason *reason)
{
	g_autoptr(GBytes) value = NULL;
	const char *contents, *text;
	const void *bytes;
	size_t length;
	char type;
	int r;

	r = sd_bus_message_peek_type(m, &type, &contents);
	if (r < 0)
		return r;
	r = sd_bus_message_enter_container(m, 'v', contents);
	if (r < 0)
		return r;
	if (strcmp(contents, "v") == 0) {
		/* some programs put a variant of their own into the dictionary's: both forms are taken */
		r = options_read_value(m, &value, reason);
	} else if (strcmp(contents, "ay") == 0) {
		r = array_read(m, 'y', &bytes, &length);
		if (r >= 0)
			value = g_bytes_new(bytes, length);
	} else if (strcmp(contents, "s") == 0) {
		r = sd_bus_message_read_basic(m, 's', &text);
		if (r >= 0)
			value = g_bytes_new(text, strlen(text));
	} else if (integer_width(contents) > 0) {
		r = read_integer(m, contents[0], integer_width(contents), &value);
	} else {
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "value: give bytes (ay), text (s) or an integer (y q u t n i x)");
	}
	if (r < 0 || !value)
		return r;
	r = sd_bus_message_exit_container(m);
	if (r < 0)
		return r;
	*ret = g_steal_pointer(&value);
	return 0;
}
