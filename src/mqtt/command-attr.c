/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands do with attributes: list, read, write, listen. */
#include <string.h>

#include "mqtt/command-private.h"
#include "mqtt/omg.h"

#define MANAGER_PATH "/com/example/Bluetooth"
#define CHAR_NOTIFY_EVENT 0x20u

static json_object *answer_of_attr(const Command *command)
{
	json_object *answer = answer_new(&command->request);
	char uuid[UUID_STRING_SIZE];

	answer_add_text(answer, "uuid", uuid_format(&command->item.uuid, uuid));
	json_object_object_add(answer, "handle", json_object_new_int(command->item.handle));
	return answer;
}

static int on_read(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Command *command = userdata;
	json_object *answer;
	const void *value;
	size_t length;
	int r;

	if (!command_take_reply(command, m))
		return 0;
	r = sd_bus_message_read_array(m, 'y', &value, &length);
	if (r < 0) {
		command_fail_by(command, r, NULL);
	} else if (command->request.omg) {
		command_succeed(command, omg_answer(&command->request, NULL, NULL, value, length));
	} else {
		answer = answer_of_attr(command);
		answer_add_value(answer, command->request.format, value, length);
		command_succeed(command, answer);
	}
	return 0;
}

static int on_written(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Command *command = userdata;

	if (command_take_reply(command, m))
		command_succeed(command, command->request.omg
						 ? omg_answer(&command->request, NULL, NULL, NULL, 0)
						 : answer_of_attr(command));
	return 0;
}

static int on_switched(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Command *command = userdata;
	RequesterLink *link = command_link(command);
	json_object *answer;

	if (!command_take_reply(command, m))
		return 0;
	if (command->request.on && link) {
		if (command->request.auto_reconnect)
			requester_link_keep(command->requester, link);
		notifications_on(command->commands->notifications, command->requester, &command->request.addr,
				 &command->item);
	} else {
		notifications_off(command->commands->notifications, command->requester, command->item.path);
	}
	answer = answer_of_attr(command);
	json_object_object_add(answer, "on", json_object_new_boolean(command->request.on));
	command_succeed(command, answer);
	return 0;
}

static int append_write(const Command *command, sd_bus_message *m, const char *type)
{
	const Request *request = &command->request;
	int r;

	r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', request->value, request->value_length);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_append(m, "a{sv}", 1, "type", "s", type);
}

/* flags: of the attribute; a device that takes writes without an answer only gets one. */
static void act(Command *command, const GattAttr *item)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	const Request *request = &command->request;
	const char *interface = item->kind == GATT_DESCRIPTOR ? INTERFACE_PREFIX "RemoteDescriptor1"
							       : INTERFACE_PREFIX "RemoteCharacteristic1";
	bool commanded = attrs_has_flag(item, "write-without-response") && !attrs_has_flag(item, "write");
	int r;

	r = requester_call_new(command->requester, &m, item->path, interface,
			       request->kind == REQUEST_READ	? "Read"
			       : request->kind == REQUEST_WRITE ? "Write"
								: "Callback");
	switch (request->kind) {
	case REQUEST_READ:
		r = r < 0 ? r : sd_bus_message_append(m, "a{sv}", 0);
		command_send_call(command, m, r, on_read);
		break;
	case REQUEST_WRITE:
		r = r < 0 ? r : append_write(command, m, request->write_type ? request->write_type :
					     commanded ? "command" : "request");
		command_send_call(command, m, r, on_written);
		break;
	default:
		r = r < 0 ? r : sd_bus_message_append(m, "u", request->on ? CHAR_NOTIFY_EVENT : 0u);
		command_send_call(command, m, r, on_switched);
		break;
	}
}

static void act_on(Command *command, const GPtrArray *attrs)
{
	unsigned kinds = GATT_CHARACTERISTIC |
			 (command->request.kind == REQUEST_NOTIFY ? 0 : GATT_DESCRIPTOR);
	const GattAttr *item;
	Reason reason = { "" };
	int r;

	r = attrs_find(attrs, &command->request.attr, kinds, &item, &reason);
	if (r != 0) {
		command_fail_by(command, r, &reason);
		return;
	}
	command->item = *item;
	command->item.flags = NULL;
	command->item.path = g_strdup(item->path);
	act(command, item);
}

static int on_objects(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Command *command = userdata;
	g_autoptr(GPtrArray) attrs = NULL;
	const RequesterLink *link = command_link(command);
	json_object *answer;
	int r;

	if (!command_take_reply(command, m))
		return 0;
	r = link ? attrs_read(m, link->path, &attrs) : E_NOT_CONNECTED;
	if (r != 0) {
		command_fail_by(command, r, NULL);
	} else if (command->request.kind == REQUEST_SERVICES) {
		answer = answer_new(&command->request);
		json_object_object_add(answer, "services", attrs_to_json(attrs));
		command_succeed(command, answer);
	} else {
		act_on(command, attrs);
	}
	return 0;
}

void command_find(Command *command)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r = requester_call_new(command->requester, &m, MANAGER_PATH, "org.freedesktop.DBus.ObjectManager",
				   "GetManagedObjects");

	command_send_call(command, m, r, on_objects);
}
