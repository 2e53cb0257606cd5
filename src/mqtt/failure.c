/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors of ours, of the daemon and of the bus as one. */
#include "mqtt/failure.h"

#include <glib.h>
#include <string.h>

#define ERROR_PREFIX "com.example.Bluetooth.Error."

Failure failure_of(int error, const Reason *reason)
{
	return (Failure){ strrchr(error_name(error), '.') + 1,
			  reason && *reason->text ? reason->text : error_text(error) };
}

Failure failure_of_bus(const sd_bus_error *error)
{
	static const struct {
		const char *name;
		Failure failure;
	} known[] = {
		/* the bus's word, too, for one that went before it answered; a command's own time ends sooner */
		{ SD_BUS_ERROR_NO_REPLY, { "NotReady", "the daemon has gone, or does not answer" } },
		{ SD_BUS_ERROR_TIMEOUT, { "NotReady", "the daemon has gone, or does not answer" } },
		{ SD_BUS_ERROR_SERVICE_UNKNOWN, { "NotReady", "the daemon is not running" } },
		{ SD_BUS_ERROR_NAME_HAS_NO_OWNER, { "NotReady", "the daemon is not running" } },
		{ SD_BUS_ERROR_DISCONNECTED, { "NotReady", "the bus is not there" } },
		{ SD_BUS_ERROR_UNKNOWN_OBJECT, { "NotConnected", "the link is gone" } },
		{ SD_BUS_ERROR_UNKNOWN_METHOD, { "NotConnected", "the link is gone" } },
		{ SD_BUS_ERROR_ACCESS_DENIED, { "AccessDenied", "the bus does not let us call the daemon" } },
	};
	const char *words = error->message && *error->message ? error->message : error->name;

	if (g_str_has_prefix(error->name, ERROR_PREFIX))
		return (Failure){ error->name + strlen(ERROR_PREFIX), words };
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(known[i].name, error->name) == 0)
			return known[i].failure;
	return (Failure){ "Failed", words };
}
