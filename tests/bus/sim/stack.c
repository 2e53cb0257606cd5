/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd itself: the name and the tree. Each life has a bus connection of its own. */
#include "adapter.h"
#include "agents.h"
#include "object.h"
#include "stack.h"

struct Stack {
	AgentsOwner agents;
	StackOptions options;
	GDBusConnection *connection;
	Bus *bus;
	Object *object; /* /org/bluez */
	GPtrArray *adapters;
	Air *air;
	guint finding; /* the adapters are not there yet */
};

#define FIND_MS 100 /* from the name to the adapters */

/* Profiles have nothing to do: accepted and never called. */
static void profile_call(void *owner, const char *method, GVariant *args,
			 GDBusMethodInvocation *call)
{
	Stack *stack = owner;

	(void)method;
	(void)args;
	bus_reply(stack->bus, call, NULL);
}

static const Iface profile_iface = { .name = "org.bluez.ProfileManager1", .call = profile_call };
static const Iface *const root_ifaces[] = { &agents_iface, &profile_iface, NULL };

static int on_ping(void *data)
{
	GDBusMessage *ping = data;
	GDBusConnection *connection = g_object_get_data(G_OBJECT(ping), "connection");
	g_autoptr(GDBusMessage) pong = g_dbus_message_new_method_reply(ping);

	(void)g_dbus_connection_send_message(connection, pong, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
	return G_SOURCE_REMOVE;
}

/* GDBus answers it out of turn; bluetoothd looks at one message after the other. */
static bool take_ping(GDBusConnection *connection, GDBusMessage *message)
{
	if (g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
	    g_strcmp0(g_dbus_message_get_interface(message), "org.freedesktop.DBus.Peer") != 0 ||
	    g_strcmp0(g_dbus_message_get_member(message), "Ping") != 0)
		return false;
	g_object_set_data_full(G_OBJECT(message), "connection", g_object_ref(connection), g_object_unref);
	g_idle_add_full(G_PRIORITY_DEFAULT, on_ping, message, g_object_unref);
	return true;
}

/* Runs in GDBus' own thread. An object that is not there is an unknown method to GDBus, and an
 * unknown object to bluetoothd. */
static GDBusMessage *on_message(GDBusConnection *connection, GDBusMessage *message, int incoming,
				void *data)
{
	const char *name = g_dbus_message_get_error_name(message);
	const char *text = name ? g_dbus_message_get_arg0(message) : NULL;
	GDBusMessage *copy;

	(void)data;
	if (incoming && take_ping(connection, message))
		return NULL;
	if (incoming || !text || !g_str_has_prefix(text, "Object does not exist"))
		return message;

	copy = g_dbus_message_copy(message, NULL);
	g_dbus_message_set_error_name(copy, "org.freedesktop.DBus.Error.UnknownObject");
	g_object_unref(message);
	return copy;
}

static GDBusConnection *stack_connect(void)
{
	g_autofree char *address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
	g_autoptr(GError) error = NULL;
	GDBusConnection *connection = g_dbus_connection_new_for_address_sync(
		address,
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, NULL, &error);

	if (connection)
		g_dbus_connection_add_filter(connection, on_message, NULL, NULL);
	else
		g_printerr("bluebroker-simbluez: no system bus: %s\n", error->message);
	return connection;
}

static bool stack_own_name(GDBusConnection *connection)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = NULL;
	uint32_t result;

	/* 4: DBUS_NAME_FLAG_DO_NOT_QUEUE; 1: DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER */
	reply = g_dbus_connection_call_sync(
		connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
		"RequestName", g_variant_new("(su)", "org.bluez", 4), G_VARIANT_TYPE("(u)"),
		G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
	if (!reply) {
		g_printerr("bluebroker-simbluez: cannot own org.bluez: %s\n", error->message);
		return false;
	}
	g_variant_get(reply, "(u)", &result);
	if (result != 1)
		g_printerr(
			"bluebroker-simbluez: org.bluez is taken: a bluetoothd runs on this bus\n");
	return result == 1;
}

static void stack_add(Stack *stack, Radio *radio, bool fresh)
{
	g_ptr_array_add(stack->adapters,
			adapter_new(stack->bus, stack->air, radio, stack->agents.agents, fresh,
				    stack->options.temporary_ms));
}

void stack_find(Stack *stack)
{
	if (!stack->finding)
		return;

	g_source_remove(stack->finding);
	stack->finding = 0;
	for (unsigned int i = 0; i < stack->air->radios->len; i++)
		stack_add(stack, stack->air->radios->pdata[i], false);
	bus_flush(stack->bus);
}

static int on_find(void *data)
{
	stack_find(data);
	return G_SOURCE_REMOVE;
}

Stack *stack_new(Air *air, Faults *faults, const StackOptions *options)
{
	GDBusConnection *connection = stack_connect();
	Stack *stack;

	if (!connection)
		return NULL;

	stack = g_new0(Stack, 1);
	stack->options = *options;
	stack->connection = connection;
	stack->adapters = g_ptr_array_new();
	stack->bus = bus_new(connection, faults, options->experimental);
	stack->bus->crash = options->crash;
	stack->bus->crash_data = options->crash_data;
	stack->agents.agents = agents_new(stack->bus);
	stack->object = object_new(stack->bus, "/org/bluez", root_ifaces, 2, stack);
	if (!stack_own_name(connection))
		return stack_free(stack);

	/* bluetoothd too has its name first and finds its adapters afterwards. */
	stack->air = air;
	stack->finding = g_timeout_add(FIND_MS, on_find, stack);
	return stack;
}

Stack *stack_free(Stack *stack)
{
	if (!stack)
		return NULL;

	if (stack->finding)
		g_source_remove(stack->finding);
	/* Gone from the bus first, so that nothing said below gets out. */
	(void)g_dbus_connection_close_sync(stack->connection, NULL, NULL);
	for (unsigned int i = 0; i < stack->adapters->len; i++)
		adapter_free(stack->adapters->pdata[i], true);
	g_ptr_array_unref(stack->adapters);
	object_free(stack->object, true);
	agents_free(stack->agents.agents);
	bus_free(stack->bus);
	g_object_unref(stack->connection);
	g_free(stack);
	return NULL;
}

void stack_plugged(Stack *stack, Radio *radio)
{
	if (!stack->finding)
		stack_add(stack, radio, true);
}

void stack_unplugged(Stack *stack, const Radio *radio)
{
	for (unsigned int i = 0; i < stack->adapters->len; i++) {
		Adapter *adapter = stack->adapters->pdata[i];

		if (adapter_radio(adapter) != radio)
			continue;
		g_ptr_array_remove_index(stack->adapters, i);
		adapter_free(adapter, false);
		bus_flush(stack->bus);
		return;
	}
}
