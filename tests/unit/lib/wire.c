/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire.h"

#include <check.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-id128.h>

#include "util/macros.h"

#define BUS "org.freedesktop.DBus"

static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Wire *wire = userdata;

	if (!sd_bus_message_is_method_call(m, NULL, NULL))
		return 0;
	g_queue_push_tail(&wire->asked, sd_bus_message_ref(m));
	return 1;
}

static sd_bus *end_new(int fd, bool server)
{
	sd_bus *bus = NULL;
	sd_id128_t id;

	ck_assert_int_ge(sd_bus_new(&bus), 0);
	ck_assert_int_ge(sd_bus_set_fd(bus, fd, fd), 0);
	ck_assert_int_ge(sd_id128_randomize(&id), 0);
	if (server)
		ck_assert_int_ge(sd_bus_set_server(bus, true, id), 0);
	ck_assert_int_ge(sd_bus_negotiate_fds(bus, true), 0);
	ck_assert_int_ge(sd_bus_start(bus), 0);
	return bus;
}

void wire_init(Wire *wire)
{
	int fds[2];

	*wire = (Wire){ 0 };
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	wire->service = end_new(fds[0], true);
	wire->world = end_new(fds[1], false);
	ck_assert_int_ge(sd_bus_add_filter(wire->world, NULL, on_message, wire), 0);
	wire_run(wire);
}

void wire_end(Wire *wire)
{
	while (!g_queue_is_empty(&wire->asked))
		sd_bus_message_unref(g_queue_pop_head(&wire->asked));
	sd_bus_close_unref(wire->world);
	sd_bus_close_unref(wire->service);
}

void wire_run(Wire *wire)
{
	int done;

	do {
		done = sd_bus_process(wire->world, NULL);
		ck_assert_int_ge(done, 0);
		if (done == 0)
			done = sd_bus_process(wire->service, NULL);
		ck_assert_int_ge(done, 0);
	} while (done > 0);
}

sd_bus_message *wire_asked(Wire *wire, const char *member)
{
	sd_bus_message *m;

	wire_run(wire);
	m = g_queue_pop_head(&wire->asked);
	ck_assert_ptr_nonnull(m);
	ck_assert_str_eq(sd_bus_message_get_member(m), member);
	return m;
}

void wire_answer_uid(Wire *wire, uint32_t uid)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = wire_asked(wire, "GetConnectionCredentials");

	ck_assert_int_ge(sd_bus_reply_method_return(m, "a{sv}", 2, "ProcessID", "u", 1, "UnixUserID", "u",
						    uid),
			 0);
	wire_run(wire);
}

void wire_leave(Wire *wire, const char *connection)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	ck_assert_int_ge(sd_bus_message_new_signal(wire->world, &m, "/org/freedesktop/DBus", BUS,
						   "NameOwnerChanged"),
			 0);
	ck_assert_int_ge(sd_bus_message_set_sender(m, BUS), 0);
	ck_assert_int_ge(sd_bus_message_append(m, "sss", connection, connection, ""), 0);
	ck_assert_int_ge(sd_bus_send(wire->world, m, NULL), 0);
	wire_run(wire);
}

/* --- what programs call --- */

sd_bus_message *wire_method(Wire *wire, const char *connection, const char *path, const char *interface,
			    const char *member)
{
	sd_bus_message *m = NULL;

	ck_assert_int_ge(sd_bus_message_new_method_call(wire->world, &m, NULL, path, interface, member), 0);
	ck_assert_int_ge(sd_bus_message_set_sender(m, connection), 0);
	return m;
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	const sd_bus_error *refusal = sd_bus_message_get_error(m);
	WireCall *call = userdata;

	call->answered++;
	call->reply = sd_bus_message_ref(m);
	if (refusal)
		g_strlcpy(call->error, strrchr(refusal->name, '.') + 1, sizeof(call->error));
	return 0;
}

void wire_call(Wire *wire, sd_bus_message *m, WireCall *call)
{
	if (call)
		*call = (WireCall){ 0 };
	if (call)
		ck_assert_int_ge(sd_bus_call_async(wire->world, NULL, m, on_answer, call, UINT64_MAX), 0);
	else
		ck_assert_int_ge(sd_bus_send(wire->world, m, NULL), 0);
	sd_bus_message_unref(m);
	wire_run(wire);
}

void wire_call_end(WireCall *call)
{
	call->reply = sd_bus_message_unref(call->reply);
}

sd_bus_message *wire_message(Wire *wire, const char *types, ...)
{
	sd_bus_message *m = NULL;
	va_list values;

	ck_assert_int_ge(sd_bus_message_new_signal(wire->world, &m, "/", "a.b", "c"), 0);
	va_start(values, types);
	ck_assert_int_ge(sd_bus_message_appendv(m, types, values), 0);
	va_end(values);
	ck_assert_int_ge(sd_bus_message_seal(m, 1, 0), 0);
	return m;
}
