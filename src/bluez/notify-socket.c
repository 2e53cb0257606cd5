/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets over which single centrals are notified. */
#include "bluez/notify-socket.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/device.h"
#include "bluez/directory.h"
#include "core/identity.h"
#include "core/local-group.h"
#include "core/local-subscriber.h"
#include "core/session.h"
#include "util/fd.h"

#define SINCE BLUEZ_VERSION(5, 76)

typedef struct NotifySocket {
	Application *application;
	LocalAttr *attr;
	Addr client;
	uint16_t mtu;
	int fd;			/* -1: bluetoothd has closed it */
	sd_event_source *source;
	BluezCall *asking;	/* a call to learn why it was closed, or that bluetoothd has it */
	bool taken;		/* bluetoothd has it */
	bool mistaken;		/* it was closed for another central */
} NotifySocket;

static void notify_socket_close(NotifySocket *socket)
{
	socket->source = sd_event_source_disable_unref(socket->source);
	if (socket->fd >= 0)
		close(socket->fd);
	socket->fd = -1;
}

static void notify_socket_free(void *data)
{
	NotifySocket *socket = data;

	notify_socket_close(socket);
	bluez_call_forget(socket->asking);
	g_free(socket);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(NotifySocket, notify_socket_free)

void notify_sockets_init(Application *application)
{
	/* in the order in which bluetoothd has them */
	application->sockets = g_ptr_array_new_with_free_func(notify_socket_free);
}

void notify_sockets_end(Application *application)
{
	g_ptr_array_set_size(application->sockets, 0);
}

void notify_sockets_deinit(Application *application)
{
	g_ptr_array_free(application->sockets, TRUE);
}

static bool of_client(const NotifySocket *socket, const Addr *client)
{
	return identities_same(socket->attr->service->session->radio->identities, &socket->client, client);
}

/* bluetoothd has told all that happened before it closed the socket: unless it did so by mistake, the central
 * has unsubscribed. */
static int on_asked(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *error UNUSED)
{
	NotifySocket *socket = userdata;
	LocalAttr *attr = socket->attr;
	const Addr client = socket->client;
	const bool subscribed = socket->mistaken;

	g_ptr_array_remove(socket->application->sockets, socket);
	if (!subscribed)
		local_unsubscribe(attr, &client);
	return 0;
}

/* Where the socket is still open, bluetoothd did not make the mistake; when it closes the socket later, it
 * means it. */
static int on_checked(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *error UNUSED)
{
	NotifySocket *socket = userdata;
	char byte;

	socket->asking = bluez_call_forget(socket->asking);
	if (recv(socket->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
		socket->mistaken = false;
	return 0;
}

static int append_address(sd_bus_message *m, void *userdata UNUSED)
{
	return sd_bus_message_append(m, "ss", ADAPTER_INTERFACE, "Address");
}

/* Calls back when bluetoothd has sent all that it had to tell: any property will do to ask for. */
static int notify_socket_ask(NotifySocket *socket, sd_bus_message_handler_t callback)
{
	const Application *application = socket->application;

	socket->asking = bluez_call_forget(socket->asking);
	return bluez_call(application->bluez, application->adapter, "org.freedesktop.DBus.Properties", "Get",
			  &socket->asking, callback, socket, append_address);
}

static int on_socket(sd_event_source *source UNUSED, int fd, uint32_t events, void *userdata)
{
	NotifySocket *socket = userdata;
	char byte[16];

	/* a byte for each indication that was confirmed */
	if ((events & EPOLLIN) && recv(fd, byte, sizeof(byte), MSG_DONTWAIT) > 0)
		return 0;
	if (!(events & (EPOLLHUP | EPOLLERR | EPOLLIN)))
		return 0;
	notify_socket_close(socket);
	if (notify_socket_ask(socket, on_asked) < 0)
		(void)on_asked(NULL, socket, NULL);
	return 0;
}

/* bluetoothd has the socket: now it will say, by closing it, when the central unsubscribes. */
static int on_taken(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *error UNUSED)
{
	NotifySocket *socket = userdata;

	socket->asking = bluez_call_forget(socket->asking);
	socket->taken = true;
	local_subscribe(socket->attr, &socket->client, socket->mtu);
	return 0;
}

/* *theirs: bluetoothd's end. */
static int notify_socket_new(NotifySocket **ret, Application *application, LocalAttr *attr,
			     const Addr *client, uint16_t mtu, int *theirs)
{
	g_autoptr(NotifySocket) socket = NULL;
	int fds[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return -errno;
	*theirs = fds[1];
	socket = g_new0(NotifySocket, 1);
	socket->application = application;
	socket->attr = attr;
	socket->client = *client;
	socket->mtu = mtu;
	socket->fd = fds[0];
	r = sd_event_add_io(application->bluez->event, &socket->source, fds[0], EPOLLIN, on_socket, socket);
	if (r < 0)
		return r;
	*ret = g_steal_pointer(&socket);
	return 0;
}

bool notify_socket_open(Application *application, LocalAttr *attr, const Addr *client, uint16_t mtu,
			sd_bus_message *m)
{
	const Adapter *adapter = bluez_adapter(application->bluez, attr->service->session->radio);
	g_autoptr(NotifySocket) socket = NULL;
	CLEANUP(fd_closep) int theirs = -1;
	NotifySocket *opened;

	if (!adapter || adapter->version < SINCE || application->sockets->len >= NOTIFY_SOCKETS_MAX)
		return false;
	if (notify_socket_new(&socket, application, attr, client, mtu, &theirs) < 0 ||
	    sd_bus_reply_method_return(m, "hq", theirs, mtu) < 0)
		return false;
	opened = g_steal_pointer(&socket);
	g_ptr_array_add(application->sockets, opened);
	if (notify_socket_ask(opened, on_taken) < 0)
		(void)on_taken(NULL, opened, NULL);
	return true;
}

/* The socket of a characteristic that bluetoothd has had for longest. */
static NotifySocket *notify_socket_oldest(const Application *application, const LocalAttr *attr)
{
	for (guint i = 0; i < application->sockets->len; i++) {
		NotifySocket *socket = g_ptr_array_index(application->sockets, i);

		if (socket->attr == attr && socket->taken && !socket->mistaken)
			return socket;
	}
	return NULL;
}

/* Marks the sockets that bluetoothd closes by mistake when the central leaves: the oldest one of each
 * characteristic to which the central subscribed, whether it is that central's or not. */
static void notify_sockets_mistake(const Application *application, const LocalService *service,
				   const Addr *client)
{
	for (guint i = 0; i < service->attrs->len; i++) {
		const LocalAttr *attr = g_ptr_array_index(service->attrs, i);
		NotifySocket *oldest =
			local_is_subscribed(attr, client) ? notify_socket_oldest(application, attr) : NULL;

		if (!oldest || of_client(oldest, client))
			continue;
		oldest->mistaken = true;
		if (oldest->fd >= 0)
			(void)notify_socket_ask(oldest, on_checked);
	}
}

void notify_sockets_left(Application *application, const Addr *client, bool bonded)
{
	const LocalService *service;

	for (guint i = 0; !bonded && (service = local_group_member(application->service, i)); i++)
		notify_sockets_mistake(application, service, client);
	for (guint i = application->sockets->len; i-- > 0;)
		if (of_client(g_ptr_array_index(application->sockets, i), client))
			g_ptr_array_remove_index(application->sockets, i);
}

int notify_socket_send(Application *application, const LocalAttr *attr, const Addr *client, GBytes *value)
{
	const void *bytes;
	gsize length;

	bytes = g_bytes_get_data(value, &length);
	for (guint i = 0; i < application->sockets->len; i++) {
		const NotifySocket *socket = g_ptr_array_index(application->sockets, i);

		if (socket->attr != attr || socket->fd < 0 || length == 0 || !of_client(socket, client))
			continue;
		return send(socket->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
	}
	return -EOPNOTSUPP;
}
