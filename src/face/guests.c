/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs on the socket, for the statistics. */
#include "face/guests.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "core/broker-events.h"
#include "core/hold.h"
#include "face/programs.h"
#include "face/view.h"

static void count_view(const View *view, Guest *guest)
{
	for (guint i = 0; i < view->discoveries->len; i++)
		guest->discoveries += ((const Discovery *)g_ptr_array_index(view->discoveries, i))->on;
	for (guint i = 0; view->session && i < view->radio->links->len; i++)
		guest->links += hold_is_there(g_ptr_array_index(view->radio->links, i), view->session);
}

static Guest guest_of(const Program *program)
{
	Guest guest = { .pid = program->pid, .uid = program->uid, .command = program->command,
			.connections = program->connections->len, .cut_off = program->cut_off };

	for (guint v = 0; v < program->views->len; v++)
		count_view(g_ptr_array_index(program->views, v), &guest);
	return guest;
}

void guests_each(void *userdata, GuestRow row, void *row_userdata)
{
	const Programs *programs = userdata;

	for (guint i = 0; i < programs->list->len; i++) {
		const Guest guest = guest_of(g_ptr_array_index(programs->list, i));

		row(&guest, row_userdata);
	}
}

void guest_look(Program *program)
{
	const Guest guest = guest_of(program);

	if (guest.connections == program->told.connections &&
	    guest.discoveries == program->told.discoveries && guest.links == program->told.links)
		return;
	program->told = guest;
	broker_guest_changed(program->programs->broker, &guest, true);
}

void guest_gone(const Program *program)
{
	const Programs *programs = program->programs;
	Guest guest = guest_of(program);
	bool there = false;

	/* a process that is on two sockets is two programs, of which the other one stays */
	for (guint i = 0; i < programs->list->len && !there; i++) {
		const Program *other = g_ptr_array_index(programs->list, i);

		there = other != program && other->pid == program->pid && other->uid == program->uid;
		if (there)
			guest = guest_of(other);
	}
	broker_guest_changed(programs->broker, &guest, there);
}

void guests_listen_at(Broker *broker, int fd)
{
	struct sockaddr_un address = { 0 };
	socklen_t size = sizeof(address) - 1;	/* a NUL is always left behind the path */

	/* asked from the socket, for systemd may have opened it somewhere else than the configuration says */
	if (getsockname(fd, (struct sockaddr *)&address, &size) == 0 && address.sun_family == AF_UNIX &&
	    address.sun_path[0] == '/' && g_utf8_validate(address.sun_path, -1, NULL))
		broker_guests_at(broker, address.sun_path);
}
