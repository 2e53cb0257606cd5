/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The object paths of the tree. */
#include "service/path.h"

#include <stdio.h>
#include <string.h>

/* A decimal number as we write it: no sign, no leading zero. Advances *text. */
static bool take_number(const char **text, uint64_t max, uint64_t *ret)
{
	const char *at = *text;
	uint64_t value = 0;

	if (*at < '0' || *at > '9' || (at[0] == '0' && at[1] >= '0' && at[1] <= '9'))
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');

		if (value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*text = at;
	*ret = value;
	return true;
}

static bool take_text(const char **text, const char *expected)
{
	size_t length = strlen(expected);

	if (strncmp(*text, expected, length) != 0)
		return false;
	*text += length;
	return true;
}

/* Four lower-case hex digits after word. */
static bool take_handle(const char **text, const char *word, uint16_t *ret)
{
	const char *at = *text;
	unsigned value = 0;

	if (!take_text(&at, word))
		return false;
	for (int i = 0; i < 4; i++, at++) {
		if (*at >= '0' && *at <= '9')
			value = value << 4 | (unsigned)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			value = value << 4 | (unsigned)(*at - 'a' + 10);
		else
			return false;
	}
	*text = at;
	*ret = (uint16_t)value;
	return true;
}

/* What comes after …/device/. */
static PathKind take_device(const char *path, Path *result)
{
	char address[ADDR_STRING_SIZE];
	PathKind kind = PATH_LINK;

	if (strlen(path) < sizeof(address) - 1)
		return PATH_UNKNOWN;
	memcpy(address, path, sizeof(address) - 1);
	address[sizeof(address) - 1] = '\0';
	for (char *c = address; *c; c++) {
		if (*c == ':' || (*c >= 'a' && *c <= 'f'))
			return PATH_UNKNOWN;
		if (*c == '_')
			*c = ':';
	}
	if (addr_parse(address, &result->addr) < 0)
		return PATH_UNKNOWN;
	path += sizeof(address) - 1;
	if (*path && take_handle(&path, "/service", &result->handle)) {
		kind = PATH_SERVICE;
		if (*path && take_handle(&path, "/char", &result->handle)) {
			kind = PATH_CHARACTERISTIC;
			if (*path && take_handle(&path, "/desc", &result->handle))
				kind = PATH_DESCRIPTOR;
		}
	}
	return *path ? PATH_UNKNOWN : kind;
}

/* A number after word. */
static bool take_numbered(const char **text, const char *word, unsigned *ret)
{
	const char *at = *text;
	uint64_t number;

	if (!take_text(&at, word) || !take_number(&at, UINT32_MAX, &number))
		return false;
	*text = at;
	*ret = (unsigned)number;
	return true;
}

/* What comes after …/session/K. */
static PathKind take_local(const char *path, Path *result)
{
	PathKind kind = PATH_LOCAL_SERVICE;

	if (!take_numbered(&path, "/service", &result->service))
		return PATH_UNKNOWN;
	if (*path && take_numbered(&path, "/char", &result->characteristic)) {
		kind = PATH_LOCAL_CHARACTERISTIC;
		if (*path && take_numbered(&path, "/desc", &result->descriptor))
			kind = PATH_LOCAL_DESCRIPTOR;
	}
	return *path ? PATH_UNKNOWN : kind;
}

Path path_parse(const char *path)
{
	Path result = { .kind = PATH_UNKNOWN };
	uint64_t number;

	if (!take_text(&path, PATH_ROOT))
		return result;
	if (*path == '\0')
		return (Path){ .kind = PATH_MANAGER };
	if (!take_text(&path, "/hci") || !take_number(&path, UINT16_MAX, &number))
		return result;
	result.index = (unsigned)number;
	if (*path == '\0') {
		result.kind = PATH_ADAPTER;
		return result;
	}
	if (take_text(&path, "/device/")) {
		result.kind = take_device(path, &result);
		return result;
	}
	if (!take_text(&path, "/session/"))
		return result;
	if (take_text(&path, "uid")) {
		if (!take_number(&path, UINT32_MAX, &number))
			return result;
		result.uid = (uid_t)number;
		result.of_user = true;
		result.kind = PATH_USER_SESSION;
	} else if (take_number(&path, UINT64_MAX - 9, &number)) {
		result.id = number;
		result.kind = PATH_PRIVATE_SESSION;
	} else {
		return result;
	}
	if (*path)
		result.kind = take_local(path, &result);
	return result;
}

const char *path_of_index(unsigned index, char buffer[static PATH_SIZE])
{
	snprintf(buffer, PATH_SIZE, PATH_ROOT "/hci%u", index);
	return buffer;
}

const char *path_of_radio(const Radio *radio, char buffer[static PATH_SIZE])
{
	return path_of_index(radio->index, buffer);
}

const char *path_of_session(const Session *session, char buffer[static PATH_SIZE])
{
	if (session->owner)
		snprintf(buffer, PATH_SIZE, PATH_ROOT "/hci%u/session/%llu", session->path_index,
			 (unsigned long long)session->id);
	else
		snprintf(buffer, PATH_SIZE, PATH_ROOT "/hci%u/session/uid%u", session->radio->index,
			 user_uid(session->user));
	return buffer;
}

const char *path_of_link(const Link *link, char buffer[static PATH_SIZE])
{
	char address[ADDR_STRING_SIZE];

	snprintf(buffer, PATH_SIZE, PATH_ROOT "/hci%u/device/%s", link->radio->index,
		 addr_format_with(&link->addr, '_', address));
	return buffer;
}

const char *path_of_attr(const Attr *attr, char buffer[static PATH_SIZE])
{
	static const char *const words[] = {
		[ATTR_SERVICE] = "service",
		[ATTR_CHARACTERISTIC] = "char",
		[ATTR_DESCRIPTOR] = "desc",
	};
	size_t length;

	if (attr->parent)
		path_of_attr(attr->parent, buffer);
	else
		path_of_link(attr->link, buffer);
	length = strlen(buffer);
	snprintf(buffer + length, PATH_SIZE - length, "/%s%04x", words[attr->kind], attr->handle);
	return buffer;
}

const char *path_of_local_service(const LocalService *service, char buffer[static PATH_SIZE])
{
	size_t length;

	path_of_session(service->session, buffer);
	length = strlen(buffer);
	snprintf(buffer + length, PATH_SIZE - length, "/service%u", service->number);
	return buffer;
}

const char *path_of_local_attr(const LocalAttr *attr, char buffer[static PATH_SIZE])
{
	size_t length;

	if (attr->parent)
		path_of_local_attr(attr->parent, buffer);
	else
		path_of_local_service(attr->service, buffer);
	length = strlen(buffer);
	snprintf(buffer + length, PATH_SIZE - length, "/%s%u",
		 attr->kind == LOCAL_DESCRIPTOR ? "desc" : "char", attr->number);
	return buffer;
}

const char *path_of_signals(const Session *session, char buffer[static PATH_SIZE])
{
	return session->owner ? path_of_session(session, buffer) : path_of_radio(session->radio, buffer);
}
