/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link, and calls on the attributes of the device. */
#include "client/link.h"

#include "build-config.h"
#include "client/device.h"
#include "client/fail.h"
#include "meaning/constants.h"

#define CONNECTION "com.example.Bluetooth.Connection1"
#define CHARACTERISTIC "com.example.Bluetooth.RemoteCharacteristic1"
#define DESCRIPTOR "com.example.Bluetooth.RemoteDescriptor1"

struct Link {
	Session *session;
	char *path;
	char address[ADDR_STRING_SIZE];
	bool auto_reconnect;
	LinkNotified notified;
	void *userdata;
};

Session *link_session(const Link *link)
{
	return link->session;
}

const char *link_address(const Link *link)
{
	return link->address;
}

/* --- how it ends --- */

static const char *explain_loss(const char *reason)
{
	if (g_str_equal(reason, "radio-off"))
		return "the radio was switched off";
	if (g_str_equal(reason, "radio-gone"))
		return "the radio was unplugged";
	if (g_str_equal(reason, "bluez-gone"))
		return "bluetoothd went away";
	return "the device went away, or closed it";
}

static void on_disconnected(GDBusConnection *connection UNUSED, const char *sender UNUSED,
			    const char *path UNUSED, const char *interface UNUSED, const char *member UNUSED,
			    GVariant *arguments, void *userdata)
{
	Link *link = userdata;
	const char *reason;

	if (session_ended(link->session) || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(s)")))
		return;
	g_variant_get(arguments, "(&s)", &reason);
	fail_line("the link to %s was lost: %s%s", link->address, explain_loss(reason),
		  link->auto_reconnect ? "; it will be opened again" : "");
	if (!link->auto_reconnect)
		session_end(link->session,
			    g_str_equal(reason, "disconnected") ? EXIT_UNREACHABLE : EXIT_NO_RADIO);
}

/* Subscribed to only with auto_reconnect: otherwise the program ends when the link is lost. */
static void on_changed(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path,
		       const char *interface UNUSED, const char *member UNUSED, GVariant *arguments,
		       void *userdata)
{
	Link *link = userdata;
	g_autoptr(GVariant) changed = NULL;
	gboolean connected;

	if (session_ended(link->session) || g_strcmp0(path, link->path) != 0 ||
	    !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(sa{sv}as)")))
		return;
	changed = g_variant_get_child_value(arguments, 1);
	if (g_variant_lookup(changed, "Connected", "b", &connected) && connected)
		fail_line("connected to %s again", link->address);
}

/* --- opening and closing --- */

static bool open_link(Link *link, const LinkRequest *request, ExitCode *ret_exit)
{
	g_autofree char *doing = g_strdup_printf("connecting to %s", link->address);
	BrokerSession1 *proxy = session_proxy(link->session);
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
	g_autoptr(GError) error = NULL;

	/* subscribe before there is a link to lose; signals are handled when the main loop runs */
	session_subscribe(link->session, NULL, CONNECTION, "Disconnected", NULL, on_disconnected, link);
	if (link->auto_reconnect)
		session_subscribe(link->session, NULL, "org.freedesktop.DBus.Properties", "PropertiesChanged",
				  CONNECTION, on_changed, link);
	/* let the daemon time out before GDBus does: its answer says more */
	if (session_is_timed(link->session))
		g_variant_dict_insert(&dict, "timeout", "u", (uint32_t)session_time_left_ms(link->session));
	g_variant_dict_insert(&dict, "addr_type", "y", request->addr_type);
	g_variant_dict_insert(&dict, "priority", "y", request->priority);
	g_variant_dict_insert(&dict, "auto_reconnect", "b", request->auto_reconnect);
	g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(proxy), SESSION_NO_TIMEOUT);
	if (!broker_session1_call_connect_sync(proxy, link->address, g_variant_dict_end(&dict), &link->path,
					       NULL, &error))
		*ret_exit = session_fail(link->session, error, doing);
	return link->path;
}

/* Finds the device, while there is time. */
static bool find_device(const Session *session, const char *word, Device *ret, ExitCode *ret_exit)
{
	unsigned listen = DEVICE_LISTEN_SECONDS;
	const DeviceQuery query = {
		.word = word,
		.adapter = session_adapter(session),
		.listen = session_is_timed(session) ?
				  MIN(((unsigned)session_time_left_ms(session) + 999) / 1000, listen) :
				  listen,
	};

	return device_find(session_manager(session), &query, ret, ret_exit);
}

Link *link_open(const SessionRequest *session, const LinkRequest *request, const char *word,
		ExitCode *ret_exit)
{
	g_autoptr(Link) link = g_new0(Link, 1);
	LinkRequest wanted = *request;
	Device device;

	link->auto_reconnect = request->auto_reconnect;
	link->session = session_open(session, ret_exit);
	if (!link->session || !find_device(link->session, word, &device, ret_exit))
		return NULL;
	g_strlcpy(link->address, device.address, sizeof(link->address));
	if (device.named)
		wanted.addr_type = device.addr_type;
	return open_link(link, &wanted, ret_exit) ? g_steal_pointer(&link) : NULL;
}

void link_close(Link *link)
{
	g_clear_pointer(&link->session, session_close);
	g_free(link->path);
	g_free(link);
}

/* --- calls --- */

BrokerConnection1 *link_proxy(Link *link)
{
	GDBusConnection *connection = session_connection(link->session);
	g_autoptr(BrokerConnection1) proxy = NULL;

	proxy = broker_connection1_proxy_new_sync(connection, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, BUS_NAME,
						  link->path, NULL, NULL);
	return proxy && broker_connection1_get_address(proxy) ? g_steal_pointer(&proxy) : NULL;
}

unsigned link_mtu(Link *link)
{
	g_autoptr(GVariant) reply =
		session_call(link->session, link->path, CONNECTION, "GetMtu", NULL, "(q)", NULL);
	guint16 mtu = 0;

	if (reply)
		g_variant_get(reply, "(q)", &mtu);
	return mtu;
}

GPtrArray *link_tree(Link *link, ExitCode *ret_exit)
{
	g_autoptr(GVariant) objects =
		bus_objects(session_connection(link->session), session_time_left_ms(link->session), ret_exit);
	g_autoptr(GVariant) dict = objects ? g_variant_get_child_value(objects, 0) : NULL;

	return dict ? gatt_tree_new(dict, link->path) : NULL;
}

GVariant *link_call(Link *link, const GattAttr *attr, const char *method, GVariant *arguments,
		    const char *reply_type, GError **error)
{
	return session_call(link->session, attr->path,
			    attr->kind == GATT_DESCRIPTOR ? DESCRIPTOR : CHARACTERISTIC, method, arguments,
			    reply_type, error);
}

GBytes *link_read(Link *link, const GattAttr *attr, unsigned offset, GError **error)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GVariant) value = NULL;

	if (offset > 0)
		g_variant_dict_insert(&dict, "offset", "q", (guint16)offset);
	reply = link_call(link, attr, "Read", g_variant_new("(@a{sv})", g_variant_dict_end(&dict)), "(ay)",
			  error);
	value = reply ? g_variant_get_child_value(reply, 0) : NULL;
	return value ? g_variant_get_data_as_bytes(value) : NULL;
}

/* Whether reading on is useless: the link or the daemon is gone, or the time is up. */
static bool is_over(const GError *error)
{
	g_autofree char *name = g_dbus_error_get_remote_error(error);

	return !name || g_str_has_suffix(name, ".NotConnected") || g_str_has_suffix(name, ".AccessDenied") ||
	       g_str_has_prefix(name, "org.freedesktop.");
}

static bool is_readable(const GattAttr *attr)
{
	/* BlueZ does not tell whether a descriptor can be read: try it */
	return attr->kind == GATT_DESCRIPTOR ||
	       (attr->kind == GATT_CHARACTERISTIC && attr->properties & PROP_READ);
}

bool link_read_all(Link *link, const GPtrArray *tree, void (*progress)(unsigned at, unsigned of),
		   ExitCode *ret_exit)
{
	for (guint i = 0; i < tree->len; i++) {
		GattAttr *attr = tree->pdata[i];
		g_autoptr(GError) error = NULL;

		if (progress)
			progress(i, tree->len);
		if (!is_readable(attr))
			continue;
		attr->value = link_read(link, attr, 0, &error);
		if (attr->value)
			continue;
		if (is_over(error)) {
			*ret_exit = session_fail(link->session, error, "reading the values");
			return false;
		}
		g_dbus_error_strip_remote_error(error);
		attr->failure = g_strdup(error->message);
	}
	return true;
}

static void on_notification(GDBusConnection *connection UNUSED, const char *sender UNUSED,
			    const char *path UNUSED, const char *interface UNUSED, const char *member UNUSED,
			    GVariant *arguments, void *userdata)
{
	Link *link = userdata;
	g_autoptr(GVariant) value = NULL;
	guint64 time;
	const uint8_t *bytes;
	size_t length;

	if (session_ended(link->session) || !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(tay)")))
		return;
	g_variant_get(arguments, "(t@ay)", &time, &value);
	bytes = g_variant_get_fixed_array(value, &length, 1);
	link->notified(link->userdata, time, bytes, length);
}

void link_listen(Link *link, const GattAttr *attr, LinkNotified notified, void *userdata)
{
	link->notified = notified;
	link->userdata = userdata;
	session_subscribe(link->session, attr->path, CHARACTERISTIC, "Notification", NULL, on_notification,
			  link);
}
