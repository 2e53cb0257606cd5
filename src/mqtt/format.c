/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the formats share. */
#include "mqtt/format.h"

#include <stdarg.h>

void format_address(const Heard *heard, char buffer[static ADDR_STRING_SIZE])
{
	const Addr addr = heard_addr(heard);

	addr_format(&addr, buffer);
}

const char *format_name(const FormatContext *context, const Heard *heard)
{
	const Addr addr = heard_addr(heard);

	return device_names_find(context->names, &addr);
}

void format_topic(GString *topic, ...)
{
	const char *level;
	va_list levels;

	g_string_truncate(topic, 0);
	va_start(levels, topic);
	while ((level = va_arg(levels, const char *))) {
		if (topic->len > 0)
			g_string_append_c(topic, '/');
		g_string_append(topic, level);
	}
	va_end(levels);
}
