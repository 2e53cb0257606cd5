/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device's Connect() and Disconnect(), and its link. */
#include "sim.h"
#include "connection.h"

#define DISCONNECT_MS 2000 /* bluetoothd gives profiles that long to say goodbye */
/* Descriptors are the process's, so one for all radios: an attempt was ended in this turn of the loop. */
static guint closed_in_this_turn;

#define CANCELED "br-connection-canceled"

struct Connection {
	Bus *bus;
	Air *air;
	Radio *radio;
	uint64_t addr;
	bool random;
	Gatt *gatt;
	const ConnectionOps *ops;
	void *owner;
	Link *link;
	bool up, resolved;
	bool discovering;
	GDBusMethodInvocation *connect; /* Connect() under way */
	GPtrArray *disconnects; /* Disconnect() under way */
	guint disconnect_timer;
};

static void connection_set_resolved(Connection *connection, bool resolved, const AttrTable *table)
{
	if (!resolved && !connection->resolved)
		return;
	connection->resolved = resolved;
	connection->ops->resolved(connection->owner, table);
}

/* The link is over, or never came about. */
static void connection_over(Connection *connection)
{
	bool was_up = connection->up;

	/* First, so that what waits for an answer has it. */
	connection->link = link_free(connection->link);
	connection->up = false;
	connection->discovering = false;
	if (connection->disconnect_timer)
		g_source_remove(connection->disconnect_timer);
	connection->disconnect_timer = 0;
	gatt_set_link(connection->gatt, NULL);
	connection_set_resolved(connection, false, NULL);
	if (connection->connect)
		bus_error(connection->bus, g_steal_pointer(&connection->connect), "Failed",
			  CANCELED);
	while (connection->disconnects->len > 0)
		bus_reply(connection->bus, g_ptr_array_steal_index(connection->disconnects, 0),
			  NULL);
	if (was_up)
		connection->ops->changed(connection->owner);
}

/* bluetoothd wants to hear when the services change. */
static void connection_watch_services(Connection *connection, const AttrTable *table)
{
	const Attr *attr = attrs_find_uuid(table, ATTR_UUID_SERVICE_CHANGED);
	const Attr *ccc = attr ? attrs_find_ccc(table, attr) : NULL;
	g_autoptr(GBytes) indications = g_bytes_new_static("\2", 2);

	if (ccc)
		link_request(connection->link, ATT_WRITE, ccc->handle, 0, indications, NULL, NULL);
}

static void connection_on_discovered(void *data, uint8_t error, const uint8_t *value, size_t len)
{
	Connection *connection = data;
	AttrTable *table;

	(void)value;
	(void)len;
	connection->discovering = false;
	if (!connection->link || !link_is_up(connection->link))
		return;
	if (error) { /* bluetoothd 5.66 calls that resolved, too, and keeps what it knew before */
		connection_set_resolved(connection, true, NULL);
		return;
	}
	table = attrs_new(&link_peer(connection->link)->database);
	connection_watch_services(connection, table);
	connection_set_resolved(connection, true, table);
	attrs_free(table);
}

static void connection_discover(Connection *connection)
{
	if (connection->discovering)
		return;
	connection->discovering = true;
	link_request(connection->link, LINK_DISCOVER, 0, 0, NULL, connection_on_discovered,
		     connection);
}

static void connection_on_up(void *owner)
{
	Connection *connection = owner;

	connection->up = true;
	connection->ops->changed(connection->owner);
	gatt_set_link(connection->gatt, connection->link);
	if (connection->connect)
		bus_reply(connection->bus, g_steal_pointer(&connection->connect), NULL);
	connection_discover(connection);
}

static void connection_on_failed(void *owner)
{
	Connection *connection = owner;

	/* bluetoothd 5.66 has one name for all causes. */
	if (connection->connect)
		bus_error(connection->bus, g_steal_pointer(&connection->connect), "Failed",
			  "le-connection-abort-by-local");
	connection->ops->failed(connection->owner);
	connection_over(connection);
}

static void connection_on_down(void *owner, uint8_t reason)
{
	(void)reason;
	connection_over(owner);
}

static void connection_on_heard(void *owner, uint16_t handle, const uint8_t *value, size_t len)
{
	Connection *connection = owner;

	gatt_hear(connection->gatt, handle, value, len);
}

static void connection_on_changed(void *owner)
{
	connection_discover(owner);
}

static bool connection_on_elevate(void *owner)
{
	Connection *connection = owner;

	return connection->ops->elevate(connection->owner);
}

static const LinkOps link_ops = {
	.up = connection_on_up,
	.failed = connection_on_failed,
	.down = connection_on_down,
	.heard = connection_on_heard,
	.changed = connection_on_changed,
	.elevate = connection_on_elevate,
};

static int on_turn_over(void *data)
{
	(void)data;
	closed_in_this_turn = 0;
	return G_SOURCE_REMOVE;
}

/* bluetoothd 5.66 takes a socket that it opens in the turn in which it closed another one for both, and dies.
 */
static void connection_open_socket(const Connection *connection)
{
	if (closed_in_this_turn && connection->bus->crash)
		connection->bus->crash(connection->bus->crash_data);
}

static void connection_close_socket(void)
{
	if (!closed_in_this_turn)
		closed_in_this_turn = g_idle_add(on_turn_over, NULL);
}

const char *connection_begin(Connection *connection)
{
	if (connection->link)
		return "Operation already in progress";
	if (!connection->radio->powered)
		return "Input/output error";
	connection_open_socket(connection);
	connection->link = link_new(connection->air, connection->radio, connection->addr,
				    connection->random, &link_ops, connection);
	return NULL;
}

void connection_connect(Connection *connection, GDBusMethodInvocation *call)
{
	const char *error;

	if (connection->up) { /* even while it is being disconnected */
		bus_reply(connection->bus, call, NULL);
		return;
	}
	error = connection_begin(connection);
	if (error)
		bus_error(connection->bus, call, "Failed", error);
	else
		connection->connect = call;
}

static int connection_on_disconnect(void *data)
{
	Connection *connection = data;

	connection->disconnect_timer = 0;
	connection_over(connection);
	return G_SOURCE_REMOVE;
}

void connection_disconnect(Connection *connection, GDBusMethodInvocation *call)
{
	if (!connection->up) {
		if (connection->link)
			connection_close_socket();
		connection_over(connection);
		if (call)
			bus_reply(connection->bus, call, NULL);
		return;
	}
	if (call)
		g_ptr_array_add(connection->disconnects, call);
	connection->gatt->disconnecting = true;
	if (!connection->disconnect_timer)
		connection->disconnect_timer =
			g_timeout_add(DISCONNECT_MS, connection_on_disconnect, connection);
}

void connection_close(Connection *connection)
{
	connection_over(connection);
}

void connection_set_addr(Connection *connection, uint64_t addr, bool random)
{
	connection->addr = addr;
	connection->random = random;
}

bool connection_is_up(const Connection *connection)
{
	return connection->up;
}

bool connection_is_resolved(const Connection *connection)
{
	return connection->resolved;
}

Link *connection_link(const Connection *connection)
{
	return connection->link;
}

Connection *connection_new(Bus *bus, Air *air, Radio *radio, uint64_t addr, bool random,
			   Gatt *gatt, const ConnectionOps *ops, void *owner)
{
	Connection *connection = g_new0(Connection, 1);

	connection->bus = bus;
	connection->air = air;
	connection->radio = radio;
	connection->addr = addr;
	connection->random = random;
	connection->gatt = gatt;
	connection->ops = ops;
	connection->owner = owner;
	connection->disconnects = g_ptr_array_new();
	return connection;
}

Connection *connection_free(Connection *connection)
{
	if (!connection)
		return NULL;

	g_ptr_array_unref(connection->disconnects);
	g_free(connection);
	return NULL;
}
