/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What centrals do with the applications of programs. */
#include "face/app-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/array.h"
#include "core/client.h"
#include "core/local-subscriber.h"
#include "face/device.h"
#include "face/programs.h"
#include "face/request.h"
#include "face/tree.h"

/* of a read or write: shorter than bluetoothd's, which does not survive all that leave meanwhile */
#define ATT_TIMEOUT (LOCAL_READ_WAIT_MAX * USEC_PER_MSEC)

static AppAttr *find_attr(const View *view, const LocalAttr *attr)
{
	for (guint i = 0; i < view->apps->len; i++) {
		const App *app = g_ptr_array_index(view->apps, i);

		if (app->session != attr->service->session)
			continue;
		for (guint a = 0; a < app->attrs->len; a++) {
			AppAttr *found = g_ptr_array_index(app->attrs, a);

			if (found->attr == attr)
				return found;
		}
	}
	return NULL;
}

/* The ATT error that bluetoothd makes of an error of a program's. */
static uint8_t att_of(const sd_bus_error *error, uint8_t not_permitted)
{
	static const struct {
		const char *name;
		uint8_t att;
	} table[] = {
		{ BLUEZ_ERROR("NotSupported"), 0x06 },
		{ BLUEZ_ERROR("NotAuthorized"), 0x08 },
		{ BLUEZ_ERROR("InvalidValueLength"), 0x0d },
		{ BLUEZ_ERROR("InvalidOffset"), 0x07 },
		{ BLUEZ_ERROR("InProgress"), 0xfe },
	};
	unsigned long code;
	char *end;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strcmp(error->name, table[i].name) == 0)
			return table[i].att;
	if (strcmp(error->name, BLUEZ_ERROR("NotPermitted")) == 0)
		return not_permitted;
	if (strcmp(error->name, BLUEZ_ERROR("Failed")) != 0)
		return ATT_UNLIKELY;
	code = error->message ? strtoul(error->message, &end, 0) : 0;
	if (!error->message || end == error->message || *end != '\0')
		return 0x80;
	return code >= 0x80 && code <= 0x9f ? (uint8_t)code : ATT_UNLIKELY;
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	const sd_bus_error *refusal = sd_bus_message_get_error(m);
	g_autoptr(GBytes) value = NULL;
	AppCall *call = userdata;
	uint8_t att = refusal ? att_of(refusal, call->is_write ? ATT_WRITE_NOT_PERMITTED :
				       ATT_READ_NOT_PERMITTED) : 0;
	const void *bytes = NULL;
	size_t length = 0;
	Reason reason;

	if (!refusal && !call->is_write && array_read(m, 'y', &bytes, &length) < 0)
		att = ATT_UNLIKELY;
	if (call->is_write) {
		(void)local_accept(call->attr, call->id, att, &reason);
	} else if (att != 0 || length > ATTR_VALUE_MAX) {
		(void)local_reject(call->attr, call->id, att != 0 ? att : ATT_INVALID_LENGTH, &reason);
	} else {
		value = g_bytes_new(bytes, length);
		(void)local_respond(call->attr, call->id, value, &reason);
	}
	app_call_free(call);
	return 0;
}

/* Appends a{sv}: device, offset, link, type, mtu, as bluetoothd does. */
static int append_options(sd_bus_message *m, const View *view, const Addr *client, uint16_t offset,
			  const char *type)
{
	const Client *central = client_find(view->radio->peripheral, client);
	char address[ADDR_STRING_SIZE], path[PLACE_PATH_SIZE];
	int r;

	snprintf(path, sizeof(path), "/org/bluez/hci%u/dev_%s", view->radio->index,
		 addr_format_with(client, '_', address));
	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}{sv}", "device", "o", path, "link", "s", "LE");
	if (r >= 0 && offset > 0)
		r = sd_bus_message_append(m, "{sv}", "offset", "q", offset);
	if (r >= 0 && type)
		r = sd_bus_message_append(m, "{sv}", "type", "s", type);
	if (r >= 0 && central && central->mtu > 0)
		r = sd_bus_message_append(m, "{sv}", "mtu", "q", central->mtu);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_bytes(sd_bus_message *m, GBytes *value)
{
	gsize length;
	const void *bytes = g_bytes_get_data(value, &length);

	return sd_bus_message_append_array(m, 'y', bytes, length);
}

static const char *interface_of(const LocalAttr *attr)
{
	return attr->kind == LOCAL_DESCRIPTOR ? DESCRIPTOR_INTERFACE : CHARACTERISTIC_INTERFACE;
}

static int call_program(const AppAttr *attr, sd_bus_message *m, uint32_t id, bool is_write)
{
	App *app = attr->app;
	AppCall *call = g_new0(AppCall, 1);
	int r;

	call->app = app;
	call->attr = attr->attr;
	call->id = id;
	call->is_write = is_write;
	call->link.data = call;
	g_queue_push_tail_link(&app->calls, &call->link);
	r = connection_call(app->connection, &call->slot, m, on_answer, call, ATT_TIMEOUT);
	if (r < 0)
		app_call_free(call);
	return r;
}

void apps_read(View *view, LocalAttr *attr, uint32_t id, const Addr *client, uint16_t offset UNUSED)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	const AppAttr *found = find_attr(view, attr);
	Reason reason;
	int r;

	if (!found || id == 0)
		return;
	r = connection_method(found->app->connection, found->path, interface_of(attr), "ReadValue", &m);
	if (r >= 0)
		r = append_options(m, view, client, 0, NULL);
	if (r >= 0)
		r = call_program(found, m, id, false);
	if (r < 0)
		(void)local_reject(attr, id, ATT_UNLIKELY, &reason);
}

/* Asks the program for a socket. */
static int acquire(AppAttr *attr, AppSocket *sock, const char *member, const Addr *client)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = connection_method(attr->app->connection, attr->path, CHARACTERISTIC_INTERFACE, member, &m);
	if (r >= 0)
		r = append_options(m, attr->app->view, client, 0, NULL);
	return r < 0 ? r : app_socket_acquire(sock, attr->app->connection, m, ATT_TIMEOUT);
}

/* --- writes --- */

static void call_write(const AppAttr *attr, const AppWrite *write)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	Reason reason;
	int r;

	r = connection_method(attr->app->connection, attr->path, interface_of(attr->attr), "WriteValue", &m);
	if (r >= 0)
		r = append_bytes(m, write->value);
	if (r >= 0)
		r = append_options(m, attr->app->view, &write->client, write->offset, write->type);
	if (r >= 0)
		r = call_program(attr, m, write->id, true);
	if (r < 0)
		(void)local_accept(attr->attr, write->id, ATT_UNLIKELY, &reason);
}

/* What waits for the socket goes out; as bluetoothd, by WriteValue where the program gives none. */
void app_write_ready(void *userdata)
{
	AppAttr *attr = userdata;
	AppWrite *write;
	Reason reason;

	while ((write = g_queue_pop_head(&attr->writes))) {
		if (attr->write.fd < 0)
			call_write(attr, write);
		else
			(void)local_accept(attr->attr, write->id,
					   app_socket_send(&attr->write, write->value) < 0 ? ATT_UNLIKELY : 0,
					   &reason);
		app_write_free(write);
	}
}

/* For a program that takes writes of all kinds from a socket. */
static void write_to_socket(AppAttr *attr, const AppWrite *write)
{
	AppWrite *kept;
	Reason reason;
	Charge charge;

	if (charge_bytes(&charge, attr->app->view->program->user,
			 sizeof(*kept) + g_bytes_get_size(write->value), &reason) != 0) {
		(void)local_accept(attr->attr, write->id, ATT_UNLIKELY, &reason);
		return;
	}
	kept = g_new0(AppWrite, 1);
	*kept = *write;
	g_bytes_ref(kept->value);
	kept->charge = charge;
	g_queue_push_tail(&attr->writes, kept);
	if (attr->write.call)
		return;
	if (attr->write.fd >= 0 || acquire(attr, &attr->write, "AcquireWrite", &write->client) < 0)
		app_write_ready(attr);
}

void apps_write(View *view, LocalAttr *attr, uint32_t id, const Addr *client, uint16_t offset,
		const char *type, GBytes *value)
{
	const AppWrite write = {
		.id = id, .client = *client, .offset = offset, .type = type, .value = value
	};
	AppAttr *found = find_attr(view, attr);

	if (!found)
		return;
	if (found->takes_write)
		write_to_socket(found, &write);
	else
		call_write(found, &write);
}

static void tell(const AppAttr *attr, const char *member)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	if (connection_method(attr->app->connection, attr->path, CHARACTERISTIC_INTERFACE, member, &m) >= 0 &&
	    sd_bus_message_set_expect_reply(m, 0) >= 0)
		connection_send(attr->app->connection, m);
}

/* A program that does not hand out a socket is told as if it had none. */
void app_notify_ready(void *userdata)
{
	const AppAttr *attr = userdata;

	if (attr->notify.fd < 0 && attr->is_started)
		tell(attr, "StartNotify");
}

/* As bluetoothd: StartNotify for each central, and StopNotify when the last one leaves. */
void apps_subscribed(View *view, LocalAttr *attr, const Addr *client, bool on)
{
	AppAttr *found = find_attr(view, attr);
	const bool wanted = local_subscribers(attr) > 0;

	if (!found || (found->is_started == wanted && !on))
		return;
	if (found->is_started && on) {
		if (found->notify.fd < 0 && !found->notify.call)
			tell(found, "StartNotify");
		return;
	}
	found->is_started = wanted;
	if (wanted && found->takes_notify) {
		if (acquire(found, &found->notify, "AcquireNotify", client) < 0)
			tell(found, "StartNotify");
	} else if (!wanted && (found->notify.fd >= 0 || found->notify.call)) {
		app_socket_close(&found->notify);
	} else {
		tell(found, wanted ? "StartNotify" : "StopNotify");
	}
}

void apps_confirmed(View *view, LocalAttr *attr)
{
	const AppAttr *found = find_attr(view, attr);

	if (found && found->notify.fd < 0)
		tell(found, "Confirm");
}

void apps_client(View *view, const Addr *addr, bool connected)
{
	DeviceView *device = view_device(view, addr);
	Reason reason;

	if (!device && (!connected || view_add_device(view, addr, &device, &reason) != 0))
		return;
	if (device->central == connected)
		return;
	device->central = connected;
	view_device_changed(device, DEVICE_BIT(DEVICE_CONNECTED));
	view_tell(view);
	view_check_device(device);
}

void apps_no_clients(View *view)
{
	for (GList *item = view->by_age.head; item; item = item->next) {
		DeviceView *device = item->data;

		if (device->central)
			apps_client(view, &device->addr, false);
	}
}
