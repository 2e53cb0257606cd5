/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a central. */
#include "central.h"

Central *central_new(Air *air, const char *name, uint64_t addr, bool random)
{
	Central *central = g_new0(Central, 1);

	central->air = air;
	central->name = g_strdup(name);
	central->addr = addr;
	central->random = random;
	central->att.database = &central->database;
	g_queue_init(&central->inbox.letters);
	air->ops->central_new(central);
	return central;
}

Central *central_free(Central *central)
{
	if (!central)
		return NULL;
	central->air->ops->central_free(central);
	inbox_clear(&central->inbox);
	g_free(central->name);
	g_free(central);
	return NULL;
}

static void give(Answer *answer, const char *format, va_list args)
{
	g_autofree char *reply = g_strdup_vprintf(format, args);

	answer_give(answer, "%s", reply);
}

void central_finish(Central *central, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	give(&central->answer, format, args);
	va_end(args);
}

void central_finish_att(Central *central, uint8_t error)
{
	if (error)
		central_finish(central, "error att 0x%02x", error);
	else
		central_finish(central, "ok");
}

void central_finish_read(Central *central, const uint8_t *value, size_t len)
{
	g_autoptr(GString) reply = g_string_new("ok ");

	hex_append(reply, value, len);
	central_finish(central, "%s", reply->str);
}

void central_finish_secure(Central *central, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	give(&central->securing, format, args);
	va_end(args);
}
