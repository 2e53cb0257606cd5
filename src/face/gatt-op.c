/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and writing the attributes of devices. */
#include "face/gatt-private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bus/array.h"
#include "face/tree.h"

/* --- errors --- */

/* The number in core's text of an ATT error ("0x0e …"); 0: none. */
static unsigned att_code(const Reason *reason)
{
	unsigned code = 0;

	return reason && sscanf(reason->text, "0x%2x", &code) == 1 ? code : 0;
}

/* What bluetoothd makes of an ATT error. */
static void finish_att(Request *request, const Reason *reason)
{
	static const struct {
		unsigned code;
		const char *name, *text;
	} table[] = {
		{ 0x02, BLUEZ_ERROR("NotPermitted"), "Read not permitted" },
		{ 0x03, BLUEZ_ERROR("NotPermitted"), "Write not permitted" },
		{ 0x05, BLUEZ_ERROR("NotPermitted"), "Not paired" },
		{ 0x06, BLUEZ_ERROR("NotSupported"), "Operation is not supported" },
		{ 0x07, BLUEZ_ERROR("InvalidArguments"), "Invalid offset" },
		{ 0x08, BLUEZ_ERROR("NotAuthorized"), "Operation Not Authorized" },
		{ 0x0c, BLUEZ_ERROR("NotPermitted"), "Not paired" },
		{ 0x0d, BLUEZ_ERROR("InvalidArguments"), "Invalid Length" },
		{ 0x0f, BLUEZ_ERROR("NotPermitted"), "Not paired" },
	};
	const unsigned code = att_code(reason);
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].code == code) {
			request_finish_with(request, table[i].name, table[i].text);
			return;
		}
	snprintf(text, sizeof(text), "Operation failed with ATT error: 0x%02x", code);
	request_finish_with(request, BLUEZ_ERROR("Failed"), text);
}

void gatt_finish(Request *request, int error, const Reason *reason)
{
	if (error == E_ATT_ERROR)
		finish_att(request, reason);
	else if (error == E_NOT_PERMITTED)
		request_finish_with(request, BLUEZ_ERROR("NotPermitted"),
				    request->writes ? "Write not permitted" : "Read not permitted");
	else if (error == E_NOT_CONNECTED || error == E_DOES_NOT_EXIST || error == E_TIMED_OUT)
		request_finish_with(request, BLUEZ_ERROR("Failed"), "Operation failed with ATT error: 0x0e");
	else
		request_finish(request, error, reason);
}

/* --- reading and writing --- */

/* a{sv}; what is not about offset or type is left to those who know it. -EINVAL: of a wrong type. */
int gatt_read_options(sd_bus_message *m, GattOptions *ret)
{
	const char *name, *contents;
	char type;
	int r;

	*ret = (GattOptions){ 0 };
	r = sd_bus_message_enter_container(m, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read_basic(m, 's', &name);
		if (r >= 0)
			r = sd_bus_message_peek_type(m, &type, &contents);
		if (r < 0)
			return r;
		if (strcmp(name, "offset") == 0)
			r = strcmp(contents, "q") == 0 ? sd_bus_message_read(m, "v", "q", &ret->offset) :
							 -EINVAL;
		else if (strcmp(name, "type") == 0)
			r = strcmp(contents, "s") == 0 ? sd_bus_message_read(m, "v", "s", &ret->type) :
							 -EINVAL;
		else
			r = sd_bus_message_skip(m, "v");
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

int gatt_refuse_arguments(Request *request, int r)
{
	return r == -EINVAL ? request_refuse(request, BLUEZ_ERROR("InvalidArguments"),
					     "Invalid arguments in method call") : r;
}

/* The program's part in the attribute, charged to its user. */
static int make_view(const Place *place, AttrView **ret, Reason *reason)
{
	AttrView *view = gatt_view(place);
	Charge charge;
	int r;

	if (!view) {
		r = charge_bytes(&charge, place->program->user, sizeof(*view) + ATTR_VALUE_MAX, reason);
		if (r != 0)
			return r;
		view = g_new0(AttrView, 1);
		view->charge = charge;
		view->attr = place->attr;
		view->notified = g_ptr_array_new();
		g_hash_table_insert(place->device->attrs, place->attr, view);
	}
	*ret = view;
	return 0;
}

/* Keeps the request for an operation on its attribute, for the program's session. */
int gatt_keep(Request *request, void (*done)(Wait *wait, int error, const Reason *reason), Request **ret)
{
	Reason reason;
	AttrView *view;
	int r;

	r = make_view(&request->place, &view, &reason);
	if (r != 0)
		return request_refuse_for(request, r, &reason);
	r = request_keep(request, done, ret);
	if (r < 0)
		return r;
	(*ret)->wait.session = request->place.view->session;
	(*ret)->place.addr = request->place.device->addr;
	(*ret)->path = g_strdup(sd_bus_message_get_path(request->message));
	return 0;
}

/* The attribute of a kept request, if the program still has it. */
bool gatt_still_there(Request *request, Place *ret)
{
	return place_find(request->place.connection, request->path, ret) && ret->attr;
}

static const Iface *iface_of(const Place *place)
{
	return place->kind == PLACE_DESCRIPTOR ? &gatt_descriptor_iface : &gatt_characteristic_iface;
}

static void on_read(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	Place place;
	bool changed;

	if (error == 0 && gatt_still_there(request, &place)) {
		changed = !gatt_has_value(&place) || !g_bytes_equal(gatt_view(&place)->value, wait->value);
		/* as from bluetoothd: what was read is a change of Value, and comes before the answer */
		if (changed && request->op.offset == 0) {
			gatt_keep_value(&place, wait->value);
			tree_changed(&place, iface_of(&place), CHARACTERISTIC_BIT(CHARACTERISTIC_VALUE));
		}
	}
	if (error == 0 && sd_bus_message_new_method_return(request->message, &reply) >= 0 &&
	    gatt_append_value(reply, wait->value) >= 0)
		(void)request_reply_message(request, reply);
	gatt_finish(request, error, reason);
}

int gatt_read_value(Request *request)
{
	Request *kept = NULL;
	GattOptions options;
	Reason reason = { "" };
	int r;

	r = gatt_read_options(request->message, &options);
	if (r < 0)
		return gatt_refuse_arguments(request, r);
	r = gatt_keep(request, on_read, &kept);
	if (r < 0)
		return r;
	kept->op.offset = options.offset;
	r = attr_op_read(request->place.attr, kept->wait.session, options.offset, &kept->op, &reason);
	if (r != 0)
		gatt_finish(kept, r, &reason);
	return 0;
}

static void on_done(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);

	if (error == 0)
		(void)request_reply(request, "");
	gatt_finish(request, error, reason);
}

/* Which way a write goes; -EOPNOTSUPP: none. As bluetoothd chooses. */
static int kind_of_write(const Attr *attr, const char *type)
{
	/* bluetoothd writes reliably whether or not the device says that it can */
	if (type && g_ascii_strcasecmp(type, "reliable") == 0)
		return attr->properties & PROP_EXT_PROP ? OP_WRITE_RELIABLE : OP_WRITE_REQUEST;
	if (type)
		return g_ascii_strcasecmp(type, "request") == 0 ? OP_WRITE_REQUEST :
		       g_ascii_strcasecmp(type, "command") == 0 ? OP_WRITE_COMMAND : -EOPNOTSUPP;
	if (attr->kind == ATTR_DESCRIPTOR || (attr->properties & PROP_WRITE))
		return OP_WRITE_REQUEST;
	return attr->properties & PROP_WRITE_NR ? OP_WRITE_COMMAND : -EOPNOTSUPP;
}

int gatt_write_value(Request *request)
{
	const Attr *attr = request->place.attr;
	Request *kept = NULL;
	GattOptions options;
	Reason reason = { "" };
	const void *bytes;
	size_t length;
	int kind, r;

	r = array_read(request->message, 'y', &bytes, &length);
	if (r >= 0)
		r = gatt_read_options(request->message, &options);
	if (r < 0)
		return gatt_refuse_arguments(request, r);
	kind = kind_of_write(attr, options.type);
	if (kind < 0)
		return request_refuse(request, BLUEZ_ERROR("NotSupported"), "Operation is not supported");
	if (gatt_has_pipe(&request->place, false))
		return request_refuse(request, BLUEZ_ERROR("NotPermitted"), "Write acquired");
	if (options.offset + length > ATTR_VALUE_MAX)
		return request_refuse(request, BLUEZ_ERROR("InvalidArguments"), "Invalid Length");
	r = gatt_keep(request, on_done, &kept);
	if (r < 0)
		return r;
	kept->writes = true;
	r = attr_op_write(request->place.attr, kept->wait.session, (OpKind)kind, options.offset, bytes,
			  length, &kept->op, &reason);
	if (r == E_INVALID_ARGUMENTS)
		request_finish_with(kept, BLUEZ_ERROR("Failed"), "Failed to initiate write");
	else if (r != 0)
		gatt_finish(kept, r, &reason);
	return 0;
}

