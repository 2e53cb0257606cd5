/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of messages, and their size. */
#include "bus/message.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "bus/array.h"

/* Bytes of a message without arguments: sd-bus's own structures, and the header. */
#define OVERHEAD 1024

static int add_values(sd_bus_message *m, size_t *sum, Reason *reason);

static int add_container(sd_bus_message *m, char type, const char *contents, size_t *sum, Reason *reason)
{
	const void *bytes;
	size_t length;
	int r;

	/* an array of numbers is counted as a whole: no descriptor can be in it */
	if (type == 'a' && strlen(contents) == 1 && strchr("ynqiuxtd", contents[0])) {
		r = array_read(m, contents[0], &bytes, &length);
		*sum += length;
		return r < 0 ? r : 0;
	}
	r = sd_bus_message_enter_container(m, type, contents);
	if (r < 0)
		return r;
	r = add_values(m, sum, reason);
	if (r != 0)
		return r;
	r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 0;
}

static int add_basic(sd_bus_message *m, char type, size_t *sum)
{
	union {
		uint64_t number;
		const char *text;
	} value;
	int r = sd_bus_message_read_basic(m, type, &value);

	if (r >= 0 && strchr("sog", type))
		*sum += strlen(value.text);
	return r < 0 ? r : 0;
}

static int add_values(sd_bus_message *m, size_t *sum, Reason *reason)
{
	const char *contents;
	char type;
	int r;

	while ((r = sd_bus_message_peek_type(m, &type, &contents)) > 0) {
		if (type == 'h')
			return reason_set(reason, E_INVALID_ARGUMENTS, "no file descriptors are taken");
		/* padding before the value, at most */
		*sum += sizeof(uint64_t);
		r = strchr("avre", type) ? add_container(m, type, contents, sum, reason) :
					   add_basic(m, type, sum);
		if (r != 0)
			return r;
		if (*sum > MESSAGE_KEPT_MAX)
			return reason_set(reason, E_LIMIT_REACHED,
					  "a call that has to wait may have %d bytes of arguments",
					  MESSAGE_KEPT_MAX);
	}
	return r;
}

int message_size(sd_bus_message *m, size_t *ret, Reason *reason)
{
	size_t sum = 0;
	int r;

	r = sd_bus_message_rewind(m, true);
	if (r < 0)
		return r;
	r = add_values(m, &sum, reason);
	(void)sd_bus_message_rewind(m, true);
	if (r != 0)
		return r;
	*ret = OVERHEAD + sum;
	return 0;
}

int message_copy(sd_bus_message *m, sd_bus_message **ret)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *copy = NULL;
	uint64_t cookie = 0;
	int r;

	r = sd_bus_message_get_cookie(m, &cookie);
	if (r >= 0)
		r = sd_bus_message_rewind(m, true);
	if (r >= 0)
		r = sd_bus_message_new_method_call(sd_bus_message_get_bus(m), &copy,
						   sd_bus_message_get_destination(m),
						   sd_bus_message_get_path(m),
						   sd_bus_message_get_interface(m),
						   sd_bus_message_get_member(m));
	if (r >= 0)
		r = sd_bus_message_set_sender(copy, sd_bus_message_get_sender(m));
	if (r >= 0)
		r = sd_bus_message_set_expect_reply(copy, sd_bus_message_get_expect_reply(m));
	if (r >= 0 && !sd_bus_message_is_empty(m))
		r = sd_bus_message_copy(copy, m, true);
	if (r >= 0)
		r = sd_bus_message_seal(copy, cookie, 0);
	if (r < 0)
		return r;
	*ret = g_steal_pointer(&copy);
	return 0;
}
