/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairing by a command. Nobody is there to answer what the device asks, unless the passkey came with the
 * command. */
#include <string.h>

#include "mqtt/command-private.h"

static int on_paired(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Command *command = userdata;
	Failure failure;

	command->call = sd_bus_slot_unref(command->call);
	if (!sd_bus_message_is_method_error(m, NULL)) {
		command_succeed_plainly(command);
		return 0;
	}
	failure = failure_of_bus(sd_bus_message_get_error(m));
	if (command->asked)
		failure = (Failure){ "NotPermitted", command->asked };
	command_fail(command, &failure);
	return 0;
}

void command_pair(Command *command)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int32_t passkey = command->request.passkey;
	int r;

	r = requester_call_new(command->requester, &m, command_link(command)->path,
			       INTERFACE_PREFIX "Connection1", "Pair");
	if (r >= 0)
		r = passkey < 0 ? sd_bus_message_append(m, "a{sv}", 0)
				: sd_bus_message_append(m, "a{sv}", 1, "passkey", "u", (uint32_t)passkey);
	command_send_call(command, m, r, on_paired);
}

/* Nobody is there who could answer; what is to be entered at the device, whoever asked has to know. */
void command_pairing(Command *command, const RequesterPairing *pairing)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	g_autofree char *shown = g_strdup_printf("%06u", pairing->passkey);
	json_object *news;
	int r;

	if (strcmp(pairing->kind, "display") == 0) {
		news = answer_new(&command->request);
		answer_add_text(news, "event", "display");
		answer_add_text(news, "passkey", shown);
		outlet_answer(&command->commands->outlet, &command->route, news);
		return;
	}
	g_free(command->asked);
	command->asked =
		strcmp(pairing->kind, "confirm") == 0
			? g_strdup_printf(
				  "the device shows %s, and wants that confirmed: say it as \"passkey\"",
				  shown)
			: g_strdup("the device shows a passkey: say it as \"passkey\"");
	r = requester_call_new(command->requester, &m, command_link(command)->path,
			       INTERFACE_PREFIX "Connection1", "RespondPairing");
	if (r >= 0)
		r = sd_bus_message_append(m, "ubu", pairing->id, false, 0u);
	if (r >= 0)
		(void)requester_call(command->requester, NULL, m, NULL, NULL, 0);
}
