/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process on the socket. */
#include "face/program.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/broker-events.h"
#include "face/agent.h"
#include "face/driver.h"
#include "face/guests.h"
#include "face/listener.h"
#include "face/programs.h"
#include "face/tree.h"
#include "face/view.h"

#define SETTLE_WAIT (100 * USEC_PER_MSEC)

/* --- signals --- */

void program_signal(Program *program, const MatchSignal *signal,
		    int (*append)(sd_bus_message *m, void *userdata), void *userdata)
{
	for (guint i = 0; i < program->connections->len; i++) {
		Connection *connection = g_ptr_array_index(program->connections, i);
		CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;

		if (connection_signal(connection, signal, &m) >= 0 && m && append(m, userdata) >= 0)
			connection_send(connection, m);
	}
}

bool program_is_behind(const Program *program)
{
	for (guint i = 0; i < program->connections->len; i++) {
		const Connection *connection = g_ptr_array_index(program->connections, i);

		if (connection->rules->len > 0 && connection_is_behind(connection))
			return true;
	}
	return false;
}

static void program_settle(Program *program)
{
	task_cancel(&program->settled);
	if (!program->settles)
		return;
	program->settles = false;
	outbox_release(program);
}

static void on_settled(Task *task, uint64_t now UNUSED)
{
	program_settle(CONTAINER_OF(task, Program, settled));
}

/* Objects come a moment after the name, as bluetoothd's do: who sees the name come asks then for its signals.
 */
static void program_await(Program *program)
{
	program->settles = true;
	outbox_hold(program);
	task_at(&program->settled, programs_now(program->programs) + SETTLE_WAIT);
}

void program_ready(Program *program)
{
	outbox_flush(program);
	for (guint i = 0; i < program->views->len; i++)
		view_ready(g_ptr_array_index(program->views, i));
}

void program_cut_off(Program *program, const char *why)
{
	const bool behind = program_is_behind(program);

	for (guint i = 0; i < program->connections->len; i++) {
		Connection *connection = g_ptr_array_index(program->connections, i);

		/* what is not told because a list is being written is missed by all who listen */
		if (behind ? connection_is_behind(connection) : connection->rules->len > 0)
			wire_cut(&connection->wire, why);
	}
}

/* --- radios --- */

static View *find_view(const Program *program, const Radio *radio)
{
	for (guint i = 0; i < program->views->len; i++) {
		View *view = g_ptr_array_index(program->views, i);

		if (view->radio == radio)
			return view;
	}
	return NULL;
}

void program_add_radio(Program *program, Radio *radio)
{
	View *view;

	if (!radio->present || (program->only != LISTENER_ALL && radio->index != (unsigned)program->only))
		return;
	view = find_view(program, radio);
	if (!view) {
		view = view_new(program, radio);
		g_ptr_array_add(program->views, view);
	}
	view_appear(view);
}

void program_remove_radio(Program *program, const Radio *radio)
{
	View *view = find_view(program, radio);

	if (!view || !view->appeared || view_vanish(view))
		return;
	g_ptr_array_remove(program->views, view);
	view_free(view);
}

/* The name goes when all is gone that it had: some libraries take no signal of a name that has no owner. */
void program_bluez_changed(Program *program, bool up)
{
	const Place place = { .kind = PLACE_BLUEZ, .program = program };

	program_settle(program);
	for (guint i = program->views->len; i-- > 0 && !up;)
		program_remove_radio(program, ((const View *)g_ptr_array_index(program->views, i))->radio);
	if (!up)
		tree_removed(&place);
	for (guint i = 0; i < program->connections->len; i++) {
		Connection *connection = g_ptr_array_index(program->connections, i);

		/* as with bluetoothd, which forgets it: a program that sees it come back registers its agent
		 * anew */
		if (!up)
			agent_clear(connection);
		driver_bluez_changed(connection, up);
	}
	if (!up)
		return;
	program_await(program);
	tree_added(&place);
}

/* --- who it is --- */

/* Whether the process has ended: its number may be another's by now. */
static bool has_ended(const Program *program)
{
	struct pollfd poll_for = { .fd = program->pidfd, .events = POLLIN };

	return program->pidfd >= 0 && poll(&poll_for, 1, 0) > 0;
}

static Program *find_program(const Programs *programs, const struct ucred *cred, int only)
{
	for (guint i = 0; i < programs->list->len; i++) {
		Program *program = g_ptr_array_index(programs->list, i);

		/* of another pid namespace: each connection counts as a program */
		if (cred->pid != 0 && program->pid == cred->pid && program->uid == cred->uid &&
		    program->only == only && !has_ended(program))
			return program;
	}
	return NULL;
}

static void read_command(Program *program)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)program->pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(program->command, sizeof(program->command), file))
		program->command[strcspn(program->command, "\n")] = '\0';
	(void)fclose(file);
}

static Program *program_new(Programs *programs, const struct ucred *cred, int only)
{
	const Broker *broker = programs->broker;
	Program *program = g_new0(Program, 1);

	program->programs = programs;
	program->pid = cred->pid;
	program->uid = cred->uid;
	program->only = only;
	program->pidfd = pidfd_open(cred->pid, 0);
	task_init(&program->settled, &programs->broker->agenda, on_settled);
	read_command(program);
	snprintf(program->owner, sizeof(program->owner), "bluez:%llu",
		 (unsigned long long)++programs->last_program);
	program->user = quota_user(broker->quota, cred->uid);
	program->connections = g_ptr_array_new();
	program->views = g_ptr_array_new();
	g_ptr_array_add(programs->list, program);
	for (guint i = 0; i < broker->radios->len; i++)
		program_add_radio(program, g_ptr_array_index(broker->radios, i));
	return program;
}

/* Whoever has too many is refused before anything is made for him. */
static int check_room(const Programs *programs, uid_t uid, Reason *reason)
{
	User *user = quota_user(programs->broker->quota, uid);
	const bool full = user_charged(user, QUOTA_CONNECTIONS) >= user_limit(user, QUOTA_CONNECTIONS);

	user_unref(user);
	return full ? reason_set(reason, E_LIMIT_REACHED,
				 "uid %u has too many connections (ConnectionsPerUser)", uid) :
		      0;
}

int program_accept(Programs *programs, int fd, int only, Reason *reason)
{
	socklen_t size = sizeof(struct ucred);
	struct ucred cred;
	Program *program;
	int r;

	r = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0 ? -errno :
	    check_room(programs, cred.uid, reason);
	if (r != 0) {
		(void)close(fd);
		return r;
	}
	program = find_program(programs, &cred, only);
	return connection_new(program ? program : program_new(programs, &cred, only), fd, reason);
}

void program_end(Program *program)
{
	/* the last one takes the program with it */
	for (guint left = program->connections->len; left > 0; left--)
		connection_free(g_ptr_array_index(program->connections, left - 1));
}

Program *program_free(Program *program)
{
	Programs *programs = program->programs;

	while (program->views->len > 0)
		view_free(g_ptr_array_steal_index(program->views, program->views->len - 1));
	task_cancel(&program->settled);
	outbox_clear(program);
	g_ptr_array_remove(programs->list, program);
	guest_gone(program);
	broker_peer_gone(programs->broker, program->owner, programs_now(programs));
	g_ptr_array_free(program->views, TRUE);
	g_ptr_array_free(program->connections, TRUE);
	if (program->pidfd >= 0)
		(void)close(program->pidfd);
	user_unref(program->user);
	g_free(program);
	return NULL;
}
