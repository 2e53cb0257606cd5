/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The object paths of the tree. */
#include "service/path.h"

#include <stdio.h>
#include <stdlib.h>
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
	if (!take_text(&path, "/session/"))
		return result;
	if (take_text(&path, "uid")) {
		if (!take_number(&path, UINT32_MAX, &number) || *path != '\0')
			return result;
		result.uid = (uid_t)number;
		result.kind = PATH_USER_SESSION;
	} else if (take_number(&path, UINT64_MAX - 9, &number) && *path == '\0') {
		result.id = number;
		result.kind = PATH_PRIVATE_SESSION;
	}
	return result;
}

const char *path_of_radio(const Radio *radio, char buffer[static PATH_SIZE])
{
	snprintf(buffer, PATH_SIZE, PATH_ROOT "/hci%u", radio->index);
	return buffer;
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

const char *path_of_signals(const Session *session, char buffer[static PATH_SIZE])
{
	return session->owner ? path_of_session(session, buffer) : path_of_radio(session->radio, buffer);
}
