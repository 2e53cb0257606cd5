/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of topics, and filters that match them. */
#include "mqtt/topic.h"

#include <glib.h>
#include <string.h>

static bool is_allowed(gunichar c)
{
	const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
	const bool noncharacter = (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);

	return !control && !noncharacter && c != '+' && c != '#';
}

bool topic_is_publishable(const char *topic, size_t length)
{
	if (length == 0 || length > TOPIC_MAX || topic[0] == '$')
		return false;
	/* with a length it takes no NUL */
	if (!g_utf8_validate(topic, (gssize)length, NULL))
		return false;
	for (const char *at = topic; at < topic + length; at = g_utf8_next_char(at)) {
		if (!is_allowed(g_utf8_get_char(at)))
			return false;
	}
	return true;
}

int topic_check_part(const char *part, bool levels, Reason *reason)
{
	const size_t length = strlen(part);

	if (length > TOPIC_PART_MAX || !topic_is_publishable(part, length))
		return reason_refuse(reason, part, "a part of a topic (1 to 128 bytes, no control "
				     "characters, no + and #, no $ at its beginning)");
	if (!levels && strchr(part, '/'))
		return reason_refuse(reason, part, "one level of a topic (no /)");
	if (part[0] == '/' || part[length - 1] == '/' || strstr(part, "//"))
		return reason_refuse(reason, part, "levels of a topic (no / at its ends, nor two in a row)");
	return 0;
}

bool topic_is_below(const char *topic, const char *tree)
{
	const size_t length = strlen(tree);

	return strncmp(topic, tree, length) == 0 && (topic[length] == '\0' || topic[length] == '/');
}

/* Whether the first level of the filter matches that of the topic. */
static bool level_matches(const char *filter, size_t filter_length, const char *topic, size_t topic_length)
{
	if (filter_length == 1 && filter[0] == '+')
		return true;
	return filter_length == topic_length && memcmp(filter, topic, topic_length) == 0;
}

bool topic_matches(const char *filter, const char *topic)
{
	/* what is the broker's own is not for who asks for everything */
	if (topic[0] == '$' && filter[0] != '$')
		return false;
	for (;;) {
		const size_t filter_length = strcspn(filter, "/"), topic_length = strcspn(topic, "/");

		if (strcmp(filter, "#") == 0)
			return true;
		if (!level_matches(filter, filter_length, topic, topic_length))
			return false;
		filter += filter_length;
		topic += topic_length;
		if (*topic == '\0')	/* a filter that ends with # matches the level above, too */
			return *filter == '\0' || strcmp(filter, "/#") == 0;
		if (*filter == '\0')
			return false;
		filter++;
		topic++;
	}
}
