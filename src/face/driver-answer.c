/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the bus's own methods answer. */
#include "face/driver-answer.h"

int driver_answer_new(sd_bus_message *m, const Connection *connection, sd_bus_message **ret)
{
	int r = sd_bus_message_new_method_return(m, ret);

	if (r >= 0)
		r = sd_bus_message_set_sender(*ret, DRIVER_NAME);
	if (r >= 0)
		r = sd_bus_message_set_destination(*ret, connection->name);
	return r;
}

int driver_answer(sd_bus_message *m, const Connection *connection, const char *types, ...)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	va_list values;
	int r;

	r = driver_answer_new(m, connection, &reply);
	va_start(values, types);
	if (r >= 0 && *types)
		r = sd_bus_message_appendv(reply, types, values);
	va_end(values);
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}
