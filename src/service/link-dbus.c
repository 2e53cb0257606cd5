/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.Connection1, and Session1.Connect. */
#include "service/link-dbus.h"

#include <errno.h>
#include <string.h>

#include "core/links.h"
#include "service/call-session.h"
#include "service/interfaces.h"
#include "service/objects.h"
#include "service/options.h"
#include "service/pair.h"

#define MTU_DEFAULT 23		/* Vol 3 Part G 5.2.1 */

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
		return reason_set(reason, E_INVALID_ARGUMENTS, "addr_type: 0 to 3, not %u",
				  options->addr_type);
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
	return call_reply(call, "o", path_of_link(link, path));
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

static int disconnect(Call *call, void *object, Reason *reason UNUSED)
{
	int r = call_reply(call, NULL);

	(void)link_release(object, call->session, service_now(call->service));
	return r;
}
METHOD(disconnect, call_link)

/* A question about the caller's hold: who has none, for whatever reason and since whenever, is told so. */
static int is_connected(Call *call, void *object, Reason *reason UNUSED)
{
	const Link *link = object;
	Reason why;
	bool connected = link && call_link(call, object, &why) == 0 && link->bluez.connected;

	return call_reply(call, "b", (int)connected);
}
QUESTION(is_connected, NULL)

const Method is_connected_method = { .run = is_connected, .question = true };

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

static int services(Call *call, void *object, Reason *reason UNUSED)
{
	return reply_attr_paths(call, object, ATTR_SERVICE, NULL);
}
QUESTION(services, call_link)

static int get_mtu(Call *call, void *object, Reason *reason UNUSED)
{
	const Link *link = object;
	uint16_t mtu = MTU_DEFAULT;

	/* BlueZ tells it with each characteristic (since 5.62) */
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
	r = link_claim(link, attr, call->session, reason);
	return r != 0 ? r : call_reply(call, NULL);
}
METHOD(claim, call_link)

static int release(Call *call, void *object, Reason *reason UNUSED)
{
	link_unclaim(object, call->session);
	return call_reply(call, NULL);
}
METHOD(release, call_link)

METHOD(pair_link, call_link)
METHOD(respond_pairing, call_link)

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
	if (strcmp(property, "RSSI") == 0)
		return sd_bus_message_append(reply, "n", (int)link->bluez.rssi);
	return -ENOENT;
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
	SD_BUS_METHOD_WITH_ARGS("Pair", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT, method_pair_link,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("RespondPairing", SD_BUS_ARGS("u", id, "b", accept, "u", passkey),
				SD_BUS_NO_RESULT, method_respond_pairing, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Claim", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT, method_claim,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Release", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_release,
				SD_BUS_VTABLE_UNPRIVILEGED),
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
