/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.Connection1, and Session1.Connect. */
#include "service/link-dbus.h"

#include <errno.h>
#include <string.h>

#include "core/links.h"
#include "service/interfaces.h"
#include "service/options.h"
#include "service/pair.h"

#define MTU_DEFAULT 23		/* Vol 3 Part G 5.2.1 */

Link *link_at(const Service *service, const Path *path)
{
	Radio *radio = broker_radio(service->broker, path->index);
	Link *link = radio && path->kind >= PATH_LINK && path->kind <= PATH_DESCRIPTOR ? link_find(radio, &path->addr) : NULL;

	/* an object has one path, though a device has many addresses */
	return link && link->exposed && addr_equal(&link->addr, &path->addr) ? link : NULL;
}

Attr *attr_at(const Service *service, const Path *path)
{
	Link *link = link_at(service, path);

	if (!link || path->kind == PATH_LINK)
		return NULL;
	return attr_find(link, (AttrKind)(path->kind - PATH_SERVICE), path->handle);
}

static Session *acting_session(const Call *call, const Link *link)
{
	Session *of_user = NULL;

	for (guint i = 0; i < link->holds->len; i++) {
		Session *session = g_array_index(link->holds, Hold, i).session;

		if (session->owner && strcmp(session->owner, call_sender(call)) == 0)
			return session;
		if (!session->owner && user_uid(session->user) == call_uid(call))
			of_user = session;
	}
	return of_user;
}

int call_link(Call *call, Link **ret, Session **ret_session, Reason *reason)
{
	Path path = path_parse(sd_bus_message_get_path(call->message));
	Link *link = link_at(call->service, &path);
	Session *session;

	if (!link)
		return reason_set(reason, E_DOES_NOT_EXIST, "there is no such link (any more)");
	session = acting_session(call, link);
	if (!session)
		return reason_set(reason, E_ACCESS_DENIED, "no session of yours holds this link; Session1.Connect gets it");
	session->last_used = service_now(call->service);
	*ret = link;
	*ret_session = session;
	return 0;
}

int call_attr(Call *call, Attr **ret, Session **ret_session, Reason *reason)
{
	Path path = path_parse(sd_bus_message_get_path(call->message));
	Session *session = NULL;
	Link *link = NULL;
	Attr *attr;
	int r;

	r = call_link(call, &link, &session, reason);
	if (r != 0)
		return r;
	attr = attr_at(call->service, &path);
	if (!attr)
		return reason_set(reason, E_DOES_NOT_EXIST, "the device has no such attribute (any more)");
	if (!link->bluez.connected && link->mend_until == 0)
		return reason_set(reason, E_NOT_CONNECTED, "the link is down, and being opened again");
	*ret = attr;
	*ret_session = session;
	return 0;
}

/* --- Session1.Connect --- */

typedef struct ConnectOptions {
	uint32_t timeout_ms;
	uint8_t addr_type;
	uint8_t priority;
	bool auto_reconnect;
} ConnectOptions;

static int read_timeout(sd_bus_message *m, void *userdata, Reason *reason)
{
	ConnectOptions *options = userdata;
	int r = sd_bus_message_read_basic(m, 'u', &options->timeout_ms);

	if (r < 0)
		return r;
	if (options->timeout_ms == 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "timeout: at least 1 ms");
	return 0;
}

static int read_addr_type(sd_bus_message *m, void *userdata, Reason *reason)
{
	ConnectOptions *options = userdata;
	int r = sd_bus_message_read_basic(m, 'y', &options->addr_type);

	if (r < 0)
		return r;
	if (options->addr_type > ADDR_RANDOM_RPA)
		return reason_set(reason, E_INVALID_ARGUMENTS, "addr_type: 0 to 3, not %u", options->addr_type);
	return 0;
}

static int read_priority(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'y', &((ConnectOptions *)userdata)->priority);

	return r < 0 ? r : 0;
}

static int read_auto_reconnect(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	return options_read_flag(m, &((ConnectOptions *)userdata)->auto_reconnect);
}

static int reply_link(Call *call, const Radio *radio, const Addr *addr)
{
	const Link *link = link_find(radio, addr);
	char path[PATH_SIZE];

	if (!link)
		return E_NOT_CONNECTED;
	return sd_bus_reply_method_return(call->message, "o", path_of_link(link, path)) < 0 ? -ECOMM : 0;
}

static void on_connected(ConnectWait *wait, int error, const Reason *reason)
{
	Call *call = (Call *)(void *)((char *)wait - offsetof(Call, connect));
	Addr addr = { 0 };
	const char *mac;

	if (error == 0) {
		(void)sd_bus_message_rewind(call->message, true);
		if (sd_bus_message_read(call->message, "s", &mac) >= 0 && addr_parse(mac, &addr) == 0)
			error = reply_link(call, wait->session->radio, &addr);
	}
	call_finish(call, error, reason);
}

int session_connect(Call *call, Session *session, Reason *reason)
{
	static const Option table[] = {
		{ "timeout", "u", read_timeout },
		{ "addr_type", "y", read_addr_type },
		{ "priority", "y", read_priority },
		{ "auto_reconnect", "b", read_auto_reconnect },
		{ 0 }
	};
	uint64_t now = service_now(call->service);
	ConnectOptions options = { 0 };
	const char *mac;
	Addr addr = { 0 };
	int r;

	r = sd_bus_message_rewind(call->message, true);
	if (r >= 0)
		r = sd_bus_message_read(call->message, "s", &mac);
	if (r < 0)
		return r;
	options.timeout_ms = call->service->broker->config.connect_timeout_seconds * 1000;
	r = options_parse_addr(mac, "mac", &addr, reason);
	if (r == 0)
		r = options_read(call->message, table, &options, reason);
	if (r != 0)
		return r;
	addr.type = options.addr_type;

	r = call_keep(call, reason);
	if (r != 0)
		return r;
	call->connect = (ConnectWait){
		.done = on_connected,
		.session = session,
		.deadline = now + options.timeout_ms * USEC_PER_MSEC,
		.priority = options.priority,
		.auto_reconnect = options.auto_reconnect,
	};
	r = link_connect(session->radio, &addr, &call->connect, now, reason);
	if (r == 1)
		return CALL_DEFERRED;
	return r != 0 ? r : reply_link(call, session->radio, &addr);
}

/* --- Connection1 --- */

static int disconnect(Call *call, Reason *reason)
{
	Session *session = NULL;
	Link *link = NULL;
	int r;

	r = call_link(call, &link, &session, reason);
	if (r != 0)
		return r;
	r = call_reply(call);
	(void)link_release(link, session, service_now(call->service));
	return r;
}

/* A question about the caller's hold: who has none, for whatever reason and since whenever, is told so. */
static int is_connected(Call *call, Reason *reason UNUSED)
{
	Session *session = NULL;
	Link *link = NULL;
	Reason why;
	int r;

	r = call_link(call, &link, &session, &why);
	return sd_bus_reply_method_return(call->message, "b", (int)(r == 0 && link->bluez.connected)) < 0 ? -ECOMM : 0;
}

int reply_attr_paths(Call *call, const Link *link, AttrKind kind, const Attr *parent)
{
	sd_bus_message *reply = NULL;
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
	sd_bus_message_unref(reply);
	return r < 0 ? r : 0;
}

static int services(Call *call, Reason *reason)
{
	Session *session = NULL;
	Link *link = NULL;
	int r;

	r = call_link(call, &link, &session, reason);
	return r != 0 ? r : reply_attr_paths(call, link, ATTR_SERVICE, NULL);
}

static int get_mtu(Call *call, Reason *reason)
{
	uint16_t mtu = MTU_DEFAULT;
	Session *session = NULL;
	Link *link = NULL;
	int r;

	r = call_link(call, &link, &session, reason);
	if (r != 0)
		return r;
	/* BlueZ tells it with each characteristic (since 5.62) */
	for (guint i = 0; i < link->attrs->len; i++)
		mtu = MAX(mtu, ((const Attr *)g_ptr_array_index(link->attrs, i))->mtu);
	return sd_bus_reply_method_return(call->message, "q", mtu) < 0 ? -ECOMM : 0;
}

static int read_claim_path(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'o', userdata);

	return r < 0 ? r : 0;
}

static int claim(Call *call, Reason *reason)
{
	static const Option table[] = {
		{ "characteristic", "o", read_claim_path },
		{ 0 }
	};
	const char *characteristic = NULL;
	Session *session = NULL;
	Link *link = NULL;
	Attr *attr = NULL;
	Path path;
	int r;

	r = call_link(call, &link, &session, reason);
	if (r != 0)
		return r;
	r = options_read(call->message, table, &characteristic, reason);
	if (r != 0)
		return r;
	if (characteristic) {
		path = path_parse(characteristic);
		attr = path.kind == PATH_CHARACTERISTIC && link_at(call->service, &path) == link ?
		       attr_at(call->service, &path) : NULL;
		if (!attr)
			return reason_set(reason, E_INVALID_ARGUMENTS,
					  "characteristic: not the path of a characteristic of this link");
	}
	r = link_claim(link, attr, session, reason);
	return r != 0 ? r : call_reply(call);
}

static int release(Call *call, Reason *reason)
{
	Session *session = NULL;
	Link *link = NULL;
	int r;

	r = call_link(call, &link, &session, reason);
	if (r != 0)
		return r;
	link_unclaim(link, session);
	return call_reply(call);
}

static int get_property(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED, const char *property,
			sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Path parsed = path_parse(path);
	const Link *link = link_at(userdata, &parsed);
	char address[ADDR_STRING_SIZE];

	if (!link)
		return -ENOENT;
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
	if (strcmp(property, "RSSI") == 0)
		return sd_bus_message_append(reply, "n", (int)link->bluez.rssi);
	return -ENOENT;
}

const Method link_methods[] = {
	{ .member = "Disconnect", .run = disconnect },
	{ .member = "IsConnected", .run = is_connected, .question = true },
	{ .member = "Services", .run = services, .question = true },
	{ .member = "GetMtu", .run = get_mtu, .question = true },
	{ .member = "Pair", .run = pair_link },
	{ .member = "RespondPairing", .run = respond_pairing },
	{ .member = "Claim", .run = claim },
	{ .member = "Release", .run = release },
	{ 0 }
};

const sd_bus_vtable link_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Disconnect", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("IsConnected", SD_BUS_NO_ARGS, SD_BUS_RESULT("b", connected), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Services", SD_BUS_NO_ARGS, SD_BUS_RESULT("ao", services), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetMtu", SD_BUS_NO_ARGS, SD_BUS_RESULT("q", mtu), call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Pair", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("RespondPairing", SD_BUS_ARGS("u", id, "b", accept, "u", passkey), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Claim", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Release", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("Address", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("AddressType", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("IdentityAddress", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Connected", "b", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Paired", "b", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Holders", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("RSSI", "n", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_SIGNAL_WITH_ARGS("Disconnected", SD_BUS_ARGS("s", reason), 0),
	SD_BUS_SIGNAL_WITH_ARGS("PairingRequest", SD_BUS_ARGS("u", id, "s", kind, "u", passkey), 0),
	SD_BUS_VTABLE_END
};
