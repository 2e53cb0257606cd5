/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bed-programs.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BUS "org.freedesktop.DBus"

void face_init(FaceBed *face)
{
	g_autofree char *path = NULL;

	memset(face, 0, sizeof(*face));
	g_strlcpy(face->directory, "/tmp/unit-face-XXXXXX", sizeof(face->directory));
	ck_assert_ptr_nonnull(mkdtemp(face->directory));
	path = g_build_filename(face->directory, "bluez", NULL);
	face->callers = g_ptr_array_new();
	bed_init(&face->bed);
	ck_assert_int_ge(sd_event_new(&face->event), 0);
	ck_assert_int_eq(programs_new(&face->programs, face->event, face->bed.broker, path), 0);
	ck_assert_ptr_nonnull(face->programs);
	ck_assert_uint_eq(face->programs->listeners->len, 1);
	face->bed.now = programs_now(face->programs);
	face->bed.radio = bed_radio(&face->bed, 1, 0, true);
	bed_forget(&face->bed);
}

void face_end(FaceBed *face)
{
	while (face->callers->len > 0)
		caller_end(g_ptr_array_index(face->callers, 0));
	ck_assert_uint_eq(face->programs->list->len, 0);
	bed_settle(&face->bed);
	g_ptr_array_remove(face->bed.broker->faces, &face->programs->face);
	programs_free(face->programs);
	ck_assert_int_eq(rmdir(face->directory), 0);
	bed_end(&face->bed);
	sd_event_unref(face->event);
	g_ptr_array_free(face->callers, TRUE);
}

void face_run(FaceBed *face)
{
	bool busy = true;

	while (busy) {
		busy = false;
		while (sd_event_run(face->event, 0) > 0)
			busy = true;
		for (guint i = 0; i < face->callers->len; i++)
			while (sd_bus_process(((Caller *)g_ptr_array_index(face->callers, i))->bus, NULL) > 0)
				busy = true;
		bed_settle(&face->bed);
	}
}

static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Caller *caller = userdata;

	if (!sd_bus_message_is_signal(m, NULL, NULL) ||
	    sd_bus_message_is_signal(m, "org.freedesktop.DBus.Local", NULL))
		return 0;
	g_queue_push_tail(&caller->signals, sd_bus_message_ref(m));
	return 1;
}

void caller_init(FaceBed *face, Caller *caller)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const Program *program;

	*caller = (Caller){ .face = face };
	g_strlcpy(address.sun_path, face->programs->broker->guest_socket, sizeof(address.sun_path));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_ge(sd_bus_new(&caller->bus), 0);
	ck_assert_int_ge(sd_bus_set_fd(caller->bus, fd, fd), 0);
	ck_assert_int_ge(sd_bus_negotiate_fds(caller->bus, true), 0);
	ck_assert_int_ge(sd_bus_start(caller->bus), 0);
	ck_assert_int_ge(sd_bus_add_filter(caller->bus, NULL, on_message, caller), 0);
	g_ptr_array_add(face->callers, caller);
	face_run(face);
	ck_assert_uint_gt(face->programs->list->len, 0);
	program = g_ptr_array_index(face->programs->list, face->programs->list->len - 1);
	caller->connection = g_ptr_array_index(program->connections, program->connections->len - 1);
}

void caller_end(Caller *caller)
{
	FaceBed *face = caller->face;

	g_ptr_array_remove(face->callers, caller);
	caller->reply = sd_bus_message_unref(caller->reply);
	while (!g_queue_is_empty(&caller->signals))
		sd_bus_message_unref(g_queue_pop_head(&caller->signals));
	sd_bus_close_unref(caller->bus);
	face_run(face);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Caller *caller = userdata;

	caller->answered++;
	caller->reply = sd_bus_message_ref(m);
	return 0;
}

static sd_bus_message *call(Caller *caller, const char *destination, const char *path, const char *interface,
			    const char *member, const char *types, va_list values)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	ck_assert_int_ge(sd_bus_message_new_method_call(caller->bus, &m, destination, path, interface,
							member), 0);
	if (*types)
		ck_assert_int_ge(sd_bus_message_appendv(m, types, values), 0);
	caller->reply = sd_bus_message_unref(caller->reply);
	caller->answered = 0;
	ck_assert_int_ge(sd_bus_call_async(caller->bus, NULL, m, on_answer, caller, UINT64_MAX), 0);
	face_run(caller->face);
	ck_assert_msg(caller->answered == 1, "%s was answered %u times", member, caller->answered);
	return caller->reply;
}

sd_bus_message *caller_call(Caller *caller, const char *destination, const char *path, const char *interface,
			    const char *member, const char *types, ...)
{
	sd_bus_message *reply;
	va_list values;

	va_start(values, types);
	reply = call(caller, destination, path, interface, member, types, values);
	va_end(values);
	return reply;
}

sd_bus_message *caller_bus(Caller *caller, const char *member, const char *types, ...)
{
	sd_bus_message *reply;
	va_list values;

	va_start(values, types);
	reply = call(caller, BUS, "/org/freedesktop/DBus", BUS, member, types, values);
	va_end(values);
	ck_assert_msg(!sd_bus_message_is_method_error(reply, NULL), "%s was refused", member);
	ck_assert_str_eq(sd_bus_message_get_sender(reply), BUS);
	return reply;
}

const char *caller_refused(Caller *caller, const char *member, const char *types, ...)
{
	sd_bus_message *reply;
	va_list values;

	va_start(values, types);
	reply = call(caller, BUS, "/org/freedesktop/DBus", BUS, member, types, values);
	va_end(values);
	ck_assert_msg(sd_bus_message_is_method_error(reply, NULL), "%s was not refused", member);
	ck_assert_str_ne(sd_bus_message_get_error(reply)->message, "");
	return strrchr(sd_bus_message_get_error(reply)->name, '.') + 1;
}

sd_bus_message *caller_signal(Caller *caller, const char *member)
{
	sd_bus_message *m;

	face_run(caller->face);
	m = g_queue_pop_head(&caller->signals);
	ck_assert_msg(m != NULL, "no %s came", member);
	ck_assert_str_eq(sd_bus_message_get_member(m), member);
	return m;
}

void caller_no_signal(Caller *caller)
{
	face_run(caller->face);
	ck_assert(g_queue_is_empty(&caller->signals));
}

sd_bus_message *caller_message(const Caller *caller)
{
	sd_bus_message *m = NULL;

	ck_assert_int_ge(sd_bus_message_new_signal(caller->bus, &m, "/", "a.b", "C"), 0);
	return m;
}

void message_rewind(sd_bus_message *m)
{
	ck_assert_int_ge(sd_bus_message_seal(m, 1, 0), 0);
	ck_assert_int_ge(sd_bus_message_rewind(m, true), 0);
}
