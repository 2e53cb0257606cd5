/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.Connection1 */
#include "service/link-dbus.h"

#include <errno.h>
#include <string.h>

#include "core/links.h"
#include "core/subscriber.h"
#include "service/call-session.h"
#include "service/emit.h"
#include "service/interfaces.h"
#include "service/managed.h"
#include "service/objects.h"
#include "bus/options.h"
#include "service/pair.h"
#include "service/path.h"

#define MTU_DEFAULT 23		/* Vol 3 Part G 5.2.1 */

static int disconnect(Call *call, void *object, Reason *reason UNUSED)
{
	int r = call_reply_first(call);

	(void)hold_release(object, call->session, service_now(call->service));
	return r;
}
METHOD(disconnect, call_link)

/* Of a link whose object is not there: to others it does not exist. */
static int holds_hidden(Call *call, void *object, Reason *reason)
{
	return call_link(call, object, reason) == 0 ? 0 :
	       reason_set(reason, E_DOES_NOT_EXIST, "%s is not there (any more)",
			  sd_bus_message_get_path(call->message));
}

const Method link_disconnect_method = { .run = disconnect, .check = holds_hidden };

/* Asks about the caller's hold: a caller without one, for whatever reason, is told false. */
static int is_connected(Call *call, void *object, Reason *reason UNUSED)
{
	const Link *link = object;
	Reason why;
	bool connected = link && call_link(call, object, &why) == 0 && link->bluez.connected;

	return call_reply(call, "b", (int)connected);
}
QUESTION(is_connected, NULL)

const Method link_is_connected_method = { .run = is_connected, .question = true };

int link_dbus_reply_attrs(Call *call, const Link *link, AttrKind kind, const Attr *parent)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char path[PATH_SIZE];
	int r;

	r = sd_bus_message_new_method_return(call->message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "o");
	for (guint i = 0; i < link->attrs->len && r >= 0; i++) {
		const Attr *attr = g_ptr_array_index(link->attrs, i);

		if (attr->kind == kind && attr->parent == parent)
			r = sd_bus_message_append(reply, "o", path_of_attr(attr, path));
	}
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	return r < 0 ? r : 0;
}

static int services(Call *call, void *object, Reason *reason UNUSED)
{
	return link_dbus_reply_attrs(call, object, ATTR_SERVICE, NULL);
}
QUESTION(services, call_link)

static int get_mtu(Call *call, void *object, Reason *reason UNUSED)
{
	const Link *link = object;
	uint16_t mtu = MTU_DEFAULT;

	/* BlueZ tells the MTU with each characteristic (since 5.62) */
	for (guint i = 0; i < link->attrs->len; i++)
		mtu = MAX(mtu, ((const Attr *)g_ptr_array_index(link->attrs, i))->mtu);
	return call_reply(call, "q", mtu);
}
QUESTION(get_mtu, call_link)

static int read_claim_path(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'o', userdata);

	return r < 0 ? r : 0;
}

static int claim(Call *call, void *object, Reason *reason)
{
	static const Option table[] = {
		{ "characteristic", "o", read_claim_path },
		{ 0 }
	};
	const char *characteristic = NULL;
	Link *link = object;
	Attr *attr = NULL;
	Path path;
	int r;

	r = options_read(call->message, table, &characteristic, reason);
	if (r != 0)
		return r;
	if (characteristic) {
		path = path_parse(characteristic);
		attr = path.kind == PATH_CHARACTERISTIC ? object_attr(call->service, &path) : NULL;
		if (!attr || attr->link != link)
			return reason_set(reason, E_INVALID_ARGUMENTS,
					  "characteristic: not the path of a characteristic of this link");
	}
	r = claim_take(link, attr, call->session, reason);
	return r != 0 ? r : call_reply(call, NULL);
}
METHOD(claim, call_link)

static int release(Call *call, void *object, Reason *reason UNUSED)
{
	claim_release(object, call->session);
	return call_reply(call, NULL);
}
METHOD(release, call_link)

METHOD(pair_begin, call_link)
METHOD(pair_respond, call_link)

static int get_property(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
			const char *property, sd_bus_message *reply, void *userdata,
			sd_bus_error *error UNUSED)
{
	const Link *link = userdata;
	char address[ADDR_STRING_SIZE];

	if (strcmp(property, "Address") == 0)
		return sd_bus_message_append(reply, "s", addr_format(&link->addr, address));
	if (strcmp(property, "AddressType") == 0)
		return sd_bus_message_append(reply, "s", addr_type_name(link->addr.type));
	if (strcmp(property, "IdentityAddress") == 0)
		return sd_bus_message_append(reply, "s", addr_format(&link->identity, address));
	if (strcmp(property, "Connected") == 0)
		return sd_bus_message_append(reply, "b", (int)link->bluez.connected);
	if (strcmp(property, "Paired") == 0)
		return sd_bus_message_append(reply, "b", (int)link->bluez.paired);
	if (strcmp(property, "Holders") == 0)
		return sd_bus_message_append(reply, "u", link->holds->len);
	if (strcmp(property, "Name") == 0)
		return sd_bus_message_append(reply, "s", link->bluez.name);
	if (strcmp(property, "RSSI") == 0)
		return sd_bus_message_append(reply, "n", (int)link->bluez.rssi);
	return -ENOENT;
}

/* --- signals --- */

void link_dbus_added(void *userdata, Link *link)
{
	Service *service = userdata;
	char path[PATH_SIZE];

	path_of_link(link, path);
	managed_came(service, path, NULL);
	emit_check(sd_bus_emit_object_added(service->bus, path));
}

void link_dbus_removed(void *userdata, Link *link)
{
	Service *service = userdata;
	char path[PATH_SIZE];

	path_of_link(link, path);
	managed_changed(service, path, NULL);
	emit_check(sd_bus_emit_interfaces_removed(service->bus, path, CONNECTION_INTERFACE, NULL));
}

static int append_changes(sd_bus_message *m, Link *link, unsigned changes)
{
	static const struct {
		unsigned change;
		const char *name, *type;
	} properties[] = {
		{ LINK_CONNECTED, "Connected", "b" },
		{ LINK_PAIRED, "Paired", "b" },
		{ LINK_HOLDERS, "Holders", "u" },
		{ LINK_RSSI, "RSSI", "n" },
		{ LINK_IDENTITY, "IdentityAddress", "s" },
		{ LINK_NAME, "Name", "s" },
	};
	int r;

	r = sd_bus_message_append(m, "s", CONNECTION_INTERFACE);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	for (size_t i = 0; i < ARRAY_SIZE(properties) && r >= 0; i++) {
		const char *name = properties[i].name;

		if (!(changes & properties[i].change))
			continue;
		r = sd_bus_message_open_container(m, 'e', "sv");
		if (r >= 0)
			r = sd_bus_message_append(m, "s", name);
		if (r >= 0)
			r = sd_bus_message_open_container(m, 'v', properties[i].type);
		if (r >= 0)
			r = get_property(NULL, NULL, NULL, name, m, link, NULL);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
	}
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_append(m, "as", 0);
}

/* Builds PropertiesChanged by hand: sd-bus would look for the link in the tree, and one that goes with its
 * radio is out of it by now. */
void link_dbus_changed(void *userdata, Link *link, unsigned changes)
{
	Service *service = userdata;
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	char path[PATH_SIZE];
	int r;

	path_of_link(link, path);
	managed_changed(service, path, NULL);
	r = sd_bus_message_new_signal(service->bus, &m, path, "org.freedesktop.DBus.Properties",
				      "PropertiesChanged");
	if (r >= 0)
		r = append_changes(m, link, changes);
	if (r >= 0)
		r = sd_bus_send(service->bus, m, NULL);
	emit_check(r);
}

/* Sends Disconnected to one connection. */
static void send_lost(Service *service, const Link *link, const char *connection, const char *reason)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	char path[PATH_SIZE];
	int r;

	r = sd_bus_message_new_signal(service->bus, &m, path_of_link(link, path), CONNECTION_INTERFACE,
				      "Disconnected");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", reason);
	if (r >= 0)
		service_send(service, connection, m, 0);
	emit_check(r);
}

void link_dbus_lost(void *userdata, Link *link, Session *session, const char *reason)
{
	Service *service = userdata;

	if (session->owner) {
		send_lost(service, link, session->owner, reason);
		return;
	}
	for (guint i = 0; i < session->subscribers->len; i++)
		send_lost(service, link, g_array_index(session->subscribers, Subscriber, i).connection,
			  reason);
}

void link_dbus_ask_pairing(Service *service, const Link *link, const char *connection, uint32_t id,
			   const char *kind, uint32_t passkey)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	char path[PATH_SIZE];
	int r;

	r = sd_bus_message_new_signal(service->bus, &m, path_of_link(link, path), CONNECTION_INTERFACE,
				      "PairingRequest");
	if (r >= 0)
		r = sd_bus_message_append(m, "usu", id, kind, passkey);
	if (r >= 0)
		r = sd_bus_send_to(service->bus, m, connection, NULL);
	emit_check(r);
}

const sd_bus_vtable link_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Disconnect", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_disconnect,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("IsConnected", SD_BUS_NO_ARGS, SD_BUS_RESULT("b", connected),
				method_is_connected, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Services", SD_BUS_NO_ARGS, SD_BUS_RESULT("ao", services), method_services,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetMtu", SD_BUS_NO_ARGS, SD_BUS_RESULT("q", mtu), method_get_mtu,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Pair", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT, method_pair_begin,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("RespondPairing", SD_BUS_ARGS("u", id, "b", accept, "u", passkey),
				SD_BUS_NO_RESULT, method_pair_respond, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Claim", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT, method_claim,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Release", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_release,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("Address", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("AddressType", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Name", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("IdentityAddress", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Connected", "b", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Paired", "b", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Holders", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("RSSI", "n", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_SIGNAL_WITH_ARGS("Disconnected", SD_BUS_ARGS("s", reason), 0),
	SD_BUS_SIGNAL_WITH_ARGS("PairingRequest", SD_BUS_ARGS("u", id, "s", kind, "u", passkey), 0),
	SD_BUS_VTABLE_END
};
