/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bluetoothd asks of our services for peers: reads, writes, subscriptions. */
#include "bluez/request.h"

#include <stdio.h>
#include <string.h>

#include "bluez/bluez.h"
#include "bluez/device.h"
#include "bluez/subscription.h"
#include "bus/array.h"
#include "bus/msg.h"
#include "core/client.h"
#include "core/local-group.h"
#include "core/local-value.h"

/* A read or write that waits for a program. */
typedef struct Request {
	union {
		LocalRead read;
		LocalWrite write;
	};
	Application *application;
	sd_bus_message *message;
} Request;

/* What came with a read or write. */
typedef struct Details {
	const Application *application;
	Addr client;
	uint16_t offset;
	uint16_t mtu;
	const char *type;	/* of a write: one of the words that we know, or NULL */
	bool prepare;		/* bluetoothd asks whether the peer may prepare a write */
} Details;

/* Which central it is, by the address that programs were told. */
static void read_client(Details *details, const char *path)
{
	const Application *application = details->application;
	const Device *device = g_hash_table_lookup(application->bluez->devices, path);
	const Client *client;

	if (device)
		details->client = device->addr;
	else
		(void)device_path_addr(path, &details->client);
	client = client_find(application->service->peripheral, &details->client);
	if (client)
		details->client = client->addr;
}

static int read_offset(sd_bus_message *m, void *userdata)
{
	Details *details = userdata;

	return msg_read_variant(m, 'q', &details->offset);
}

static int read_mtu(sd_bus_message *m, void *userdata)
{
	Details *details = userdata;

	return msg_read_variant(m, 'q', &details->mtu);
}

static int read_type(sd_bus_message *m, void *userdata)
{
	static const char *const words[] = { "command", "request", "reliable" };
	Details *details = userdata;
	const char *type;
	int r = msg_read_variant(m, 's', &type);

	for (size_t i = 0; r > 0 && i < ARRAY_SIZE(words); i++)
		if (strcmp(type, words[i]) == 0)
			details->type = words[i];
	return r;
}

static int read_prepare(sd_bus_message *m, void *userdata)
{
	Details *details = userdata;

	return msg_read_variant_bool(m, &details->prepare);
}

static int read_device(sd_bus_message *m, void *userdata)
{
	const char *path;
	int r = msg_read_variant(m, 'o', &path);

	if (r > 0)
		read_client(userdata, path);
	return r;
}

static int read_details(sd_bus_message *m, Details *details)
{
	static const MsgRow rows[] = {
		{ "offset", read_offset },
		{ "mtu", read_mtu },
		{ "type", read_type },
		{ "prepare-authorize", read_prepare },
		{ "device", read_device },
		{ 0 },
	};

	return msg_walk_table(m, rows, details);
}

/* The errors that bluetoothd hands on to the peer as they are; from any other it makes 0x0e. */
static int reply_att(sd_bus_message *m, uint8_t att)
{
	static const struct {
		uint8_t att;
		const char *name;
	} table[] = {
		{ 0x02, "NotPermitted" },
		{ 0x03, "NotPermitted" },
		{ 0x06, "NotSupported" },
		{ 0x07, "InvalidOffset" },
		{ 0x08, "NotAuthorized" },
		{ 0x0d, "InvalidValueLength" },
		{ 0xfe, "InProgress" },
	};
	char name[64];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].att != att)
			continue;
		snprintf(name, sizeof(name), "org.bluez.Error.%s", table[i].name);
		return sd_bus_reply_method_errorf(m, name, "0x%02x", att);
	}
	return sd_bus_reply_method_errorf(m, "org.bluez.Error.Failed", "0x%02x", att);
}

static int append_value(sd_bus_message *m, void *userdata)
{
	GBytes *value = userdata;
	gsize length;
	const void *bytes = g_bytes_get_data(value, &length);

	return sd_bus_message_append_array(m, 'y', bytes, length);
}

static int reply_value(sd_bus_message *m, uint8_t att, GBytes *value)
{
	return att != 0 ? reply_att(m, att) : msg_reply(m, append_value, value);
}

static void request_free(Request *request)
{
	wait_deinit(&request->read.wait);
	g_ptr_array_remove(request->application->requests, request);
	sd_bus_message_unref(request->message);
	g_free(request);
}

static void on_answered(Wait *wait, int att, const Reason *reason UNUSED)
{
	Request *request = CONTAINER_OF(wait, Request, read.wait);

	(void)reply_value(request->message, (uint8_t)att, wait->value);
	request_free(request);
}

static void on_write_answered(Wait *wait, int att, const Reason *reason UNUSED)
{
	Request *request = CONTAINER_OF(wait, Request, write.wait);

	(void)(att != 0 ? reply_att(request->message, (uint8_t)att) :
			  sd_bus_reply_method_return(request->message, NULL));
	request_free(request);
}

static Request *request_new(Application *application, sd_bus_message *m,
			    void (*done)(Wait *wait, int error, const Reason *reason))
{
	Request *request = g_new0(Request, 1);

	request->application = application;
	request->message = sd_bus_message_ref(m);
	wait_init(&request->read.wait, &application->bluez->broker->agenda, done);
	g_ptr_array_add(application->requests, request);
	return request;
}

void requests_end(Application *application)
{
	while (application->requests->len > 0)
		request_free(g_ptr_array_index(application->requests, 0));
}

void requests_deinit(Application *application)
{
	requests_end(application);
	g_ptr_array_free(application->requests, TRUE);
}

void request_client(const Application *application, sd_bus_message *m, Addr *client, uint16_t *mtu)
{
	Details details = { .application = application };

	(void)read_details(m, &details);
	*client = details.client;
	*mtu = details.mtu;
}

static int on_read(Application *application, LocalAttr *attr, sd_bus_message *m)
{
	Details details = { .application = application };
	g_autoptr(GBytes) value = NULL;
	Request *request;
	uint8_t att;
	int r;

	r = read_details(m, &details);
	if (r < 0)
		return r;
	request = request_new(application, m, on_answered);
	att = local_read(attr, &details.client, details.mtu, details.offset, &request->read,
			 bluez_now(application->bluez), &value);
	if (att == 0 && !value)
		return 1;
	r = reply_value(m, att, value);
	request_free(request);
	return r < 0 ? r : 1;
}

static int on_write(Application *application, LocalAttr *attr, sd_bus_message *m)
{
	Details details = { .application = application };
	Request *request;
	const void *bytes;
	size_t length;
	uint8_t att;
	int r;

	r = array_read(m, 'y', &bytes, &length);
	if (r >= 0)
		r = read_details(m, &details);
	if (r < 0)
		return r;
	if (details.prepare) {
		r = sd_bus_reply_method_return(m, NULL);
		return r < 0 ? r : 1;
	}
	request = request_new(application, m, on_write_answered);
	att = local_write(attr,
			  &(LocalWritten){ .client = details.client,
					   .mtu = details.mtu,
					   .offset = details.offset,
					   .type = details.type,
					   .bytes = bytes,
					   .length = length },
			  &request->write, bluez_now(application->bluez));
	if (!wait_is_on(&request->write.wait))
		on_write_answered(&request->write.wait, att, NULL);
	return 1;
}

/* That of a path, or of what lies below it. */
static LocalService *find_service(const Application *application, const char *path)
{
	LocalService *service;
	unsigned number;

	if (sscanf(path + strlen(application->root), "/service%u", &number) != 1)
		return NULL;
	for (guint i = 0; (service = local_group_member(application->service, i)); i++)
		if (service->number == number)
			return service;
	return NULL;
}

/* bluetoothd sets Handle: where it put the service. */
static int on_set(Application *application, sd_bus_message *m)
{
	LocalService *service = find_service(application, sd_bus_message_get_path(m));
	const char *interface, *property;
	uint16_t handle;
	int r;

	r = sd_bus_message_read(m, "ss", &interface, &property);
	if (r < 0)
		return r;
	if (service && strcmp(property, "Handle") == 0 && msg_read_variant(m, 'q', &handle) > 0)
		local_placed(service, handle);
	return sd_bus_reply_method_return(m, NULL);
}

static LocalAttr *find_attr(const Application *application, const char *path)
{
	const LocalService *service = find_service(application, path);
	unsigned characteristic, descriptor;
	char wanted[APPLICATION_PATH_SIZE];
	LocalAttr *attr = NULL;
	int found;

	if (!service)
		return NULL;
	found = sscanf(path + strlen(application->root), "/service%*u/char%u/desc%u", &characteristic,
		       &descriptor);
	if (found == 1)
		attr = local_attr_find(service, LOCAL_CHARACTERISTIC, characteristic, 0);
	else if (found == 2)
		attr = local_attr_find(service, LOCAL_DESCRIPTOR, characteristic, descriptor);
	/* the path has to be written exactly as we write it */
	return attr && strcmp(application_path(attr, wanted), path) == 0 ? attr : NULL;
}

static int on_attr_call(Application *application, sd_bus_message *m)
{
	const char *member = sd_bus_message_get_member(m);
	const char *interface = sd_bus_message_get_interface(m);
	LocalAttr *attr;

	if (!interface || (strcmp(interface, CHARACTERISTIC_INTERFACE) != 0 &&
			   strcmp(interface, DESCRIPTOR_INTERFACE) != 0))
		return 0;
	attr = find_attr(application, sd_bus_message_get_path(m));
	if (!attr)
		return 0;
	if (strcmp(member, "ReadValue") == 0)
		return on_read(application, attr, m);
	if (strcmp(member, "WriteValue") == 0)
		return on_write(application, attr, m);
	if (strcmp(member, "Confirm") == 0) {
		local_confirmed(attr);
		return sd_bus_reply_method_return(m, NULL);
	}
	return subscription_call(application, attr, m, member);
}

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Application *application = userdata;

	/* the application is about to be unregistered */
	if (!application->service)
		return sd_bus_error_set(error, "org.bluez.Error.NotSupported",
					"the service is not there any more");
	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"))
		return msg_reply(m, application_append_tree, application);
	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Set"))
		return on_set(application, m);
	return on_attr_call(application, m);
}

int requests_listen(Application *application)
{
	sd_bus *bus = application->bluez->bus;
	int r;

	r = sd_bus_add_object(bus, &application->object, application->root, on_call, application);
	if (r < 0)
		return r;
	return sd_bus_add_fallback(bus, &application->objects, application->root, on_call, application);
}
