/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket of bluebroker-radio. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "radio-control.h"

typedef struct Client {
	int fd;
	char line[COMMAND_LINE_MAX];
	size_t length;
	Promise *promise;	/* the reply that it waits for, or that is on its way */
	size_t sent;		/* of that */
} Client;

struct Control {
	struct sockaddr_un address;
	int fd;
	Client *clients[CONTROL_CLIENTS_MAX];
	size_t n_clients;
};

static int address_set(struct sockaddr_un *ret, const char *path)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	strcpy(ret->sun_path, path);
	return 0;
}

int control_new(Control **ret, const char *path)
{
	Control *control = calloc(1, sizeof(*control));
	int r;

	if (!control)
		return -ENOMEM;
	control->fd = -1;
	r = address_set(&control->address, path);
	if (r < 0)
		goto fail;
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)unlink(path);
	if (control->fd < 0 ||
	    bind(control->fd, (struct sockaddr *)&control->address, sizeof(control->address)) < 0 ||
	    listen(control->fd, CONTROL_CLIENTS_MAX) < 0) {
		r = -errno;
		goto fail;
	}
	*ret = control;
	return 0;
fail:
	if (control->fd >= 0)
		close(control->fd);
	free(control);
	return r;
}

static void client_drop(Control *control, size_t i)
{
	close(control->clients[i]->fd);
	promise_forget(control->clients[i]->promise);
	free(control->clients[i]);
	control->clients[i] = control->clients[--control->n_clients];
}

Control *control_free(Control *control)
{
	if (!control)
		return NULL;
	while (control->n_clients > 0)
		client_drop(control, 0);
	close(control->fd);
	(void)unlink(control->address.sun_path);
	free(control);
	return NULL;
}

size_t control_poll(const Control *control, struct pollfd *fds)
{
	size_t n = 0;

	fds[n++] = (struct pollfd){ .fd = control->fd, .events = POLLIN };
	for (size_t i = 0; i < control->n_clients; i++) {
		const Client *client = control->clients[i];
		short events = POLLIN;

		/* while it waits, only its end is of interest; poll() always tells that */
		if (client->promise)
			events = client->promise->kept ? POLLOUT : POLLRDHUP;
		fds[n++] = (struct pollfd){ .fd = client->fd, .events = events };
	}
	return n;
}

static void client_accept(Control *control)
{
	int fd = accept4(control->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	Client *client;

	if (fd < 0)
		return;
	client = control->n_clients < CONTROL_CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
	if (!client) {
		close(fd);
		return;
	}
	client->fd = fd;
	control->clients[control->n_clients++] = client;
}

/* A client that does not read its replies misses the short ones. */
static bool client_answer(Client *client, Air *air, uint64_t now, char *line)
{
	char reply[COMMAND_REPLY_MAX + 1];
	bool go_on = command_line_run(air, line, now, reply, &client->promise);

	if (client->promise)
		return true;
	strcat(reply, "\n");
	(void)send(client->fd, reply, strlen(reply), MSG_NOSIGNAL);
	return go_on;
}

/* Sends of a kept promise what the client takes now. */
static void client_send(Client *client)
{
	Promise *promise = client->promise;
	ssize_t n;

	if (client->sent < promise->length) {
		n = send(client->fd, promise->reply + client->sent, promise->length - client->sent,
			 MSG_NOSIGNAL);
		if (n > 0)
			client->sent += (size_t)n;
	} else if (send(client->fd, "\n", 1, MSG_NOSIGNAL) == 1) {
		client->promise = promise_forget(promise);
		client->sent = 0;
	}
}

/* Carries out the lines that are here, up to one that has to wait. */
static bool client_run(Client *client, Air *air, uint64_t now)
{
	char *end;
	size_t used;

	while (!client->promise && (end = memchr(client->line, '\n', client->length))) {
		char line[COMMAND_LINE_MAX];

		*end = '\0';
		used = (size_t)(end + 1 - client->line);
		memcpy(line, client->line, used);
		client->length -= used;
		memmove(client->line, end + 1, client->length);
		if (!client_answer(client, air, now, line))
			return false;
	}
	return true;
}

/* false: the program shall end; the client is marked by a closed connection through *ret_gone */
static bool client_read(Client *client, Air *air, uint64_t now, bool *ret_gone)
{
	ssize_t n = read(client->fd, client->line + client->length,
			 sizeof(client->line) - client->length);

	*ret_gone = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	if (n <= 0)
		return true;
	client->length += (size_t)n;
	if (!client_run(client, air, now))
		return false;
	/* a line without an end */
	*ret_gone = !client->promise && client->length == sizeof(client->line);
	return true;
}

bool control_dispatch(Control *control, Air *air, uint64_t now, const struct pollfd *fds,
		      size_t n_fds)
{
	Client *client;
	bool gone;

	/* from the end: dropping one moves the last into its place, which has been served */
	for (size_t i = n_fds; i-- > 1;) {
		if (!fds[i].revents)
			continue;
		client = control->clients[i - 1];
		if (client->promise) {
			gone = fds[i].revents & (POLLHUP | POLLERR | POLLRDHUP);
			if (!gone && client->promise->kept)
				client_send(client);
			if (!gone && !client_run(client, air, now))
				return false;
		} else if (!client_read(client, air, now, &gone)) {
			return false;
		}
		if (gone)
			client_drop(control, i - 1);
	}
	if (fds[0].revents)
		client_accept(control);
	return true;
}

int control_ask(const char *path, const char *line)
{
	struct sockaddr_un address;
	FILE *stream = NULL;
	char *reply = NULL;
	size_t size = 0;
	int fd, r;

	r = address_set(&address, path);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    dprintf(fd, "%s\n", line) < 0 || !(stream = fdopen(fd, "r")) ||
	    getline(&reply, &size, stream) < 0) {
		r = errno ? -errno : -ECONNRESET;
	} else {
		fputs(reply, stdout);
		r = strncmp(reply, "ok", 2) != 0;
	}
	if (stream)
		fclose(stream);
	else if (fd >= 0)
		close(fd);
	free(reply);
	return r;
}
