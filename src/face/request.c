/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of programs, and their answers. */
#include "face/request.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "face/programs.h"
#include "util/fd.h"

/* About how many bytes a message takes that has no arguments. */
#define MESSAGE_SIZE 1024

/* By Outcome; of those that BlueZ has no name for, the nearest. */
static const char *const error_names[_E_MAX] = {
	[E_INVALID_ARGUMENTS] = BLUEZ_ERROR("InvalidArguments"),
	[E_NOT_READY] = BLUEZ_ERROR("NotReady"),
	[E_NO_SUCH_ADAPTER] = BLUEZ_ERROR("NoSuchAdapter"),
	[E_NOT_CONNECTED] = BLUEZ_ERROR("NotConnected"),
	[E_NOT_PERMITTED] = BLUEZ_ERROR("NotPermitted"),
	[E_ACCESS_DENIED] = BLUEZ_ERROR("NotAuthorized"),
	[E_NOT_SUPPORTED] = BLUEZ_ERROR("NotSupported"),
	[E_IN_PROGRESS] = BLUEZ_ERROR("InProgress"),
	[E_TIMED_OUT] = BLUEZ_ERROR("Failed"),
	[E_CONNECTION_REFUSED] = BLUEZ_ERROR("Failed"),
	[E_BUSY] = BLUEZ_ERROR("Failed"),
	[E_LIMIT_REACHED] = BLUEZ_ERROR("Failed"),
	[E_DOES_NOT_EXIST] = BLUEZ_ERROR("DoesNotExist"),
	[E_ATT_ERROR] = BLUEZ_ERROR("Failed"),
	[E_BLUEZ_UNAVAILABLE] = BLUEZ_ERROR("NotReady"),
	[E_FAILED] = BLUEZ_ERROR("Failed"),
};

/* --- answers --- */

int request_reply_message(Request *request, sd_bus_message *reply)
{
	Connection *connection = request->place.connection;
	int r;

	r = sd_bus_message_set_destination(reply, connection->name);
	if (r < 0)
		return r;
	connection_send(connection, reply);
	return 0;
}

int request_reply(Request *request, const char *types, ...)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	va_list values;
	int r;

	r = sd_bus_message_new_method_return(request->message, &reply);
	va_start(values, types);
	if (r >= 0 && *types)
		r = sd_bus_message_appendv(reply, types, values);
	va_end(values);
	return r < 0 ? r : request_reply_message(request, reply);
}

int request_refuse(Request *request, const char *name, const char *format, ...)
{
	va_list values;
	char text[256];

	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	return sd_bus_error_set(request->error, name, text);
}

static const char *name_of(int error)
{
	return error > 0 && error < _E_MAX ? error_names[error] : BLUEZ_ERROR("Failed");
}

static const char *text_of(int error, const Reason *reason)
{
	return reason && *reason->text ? reason->text : error_text(error);
}

int request_refuse_for(Request *request, int error, const Reason *reason)
{
	return sd_bus_error_set(request->error, name_of(error), text_of(error, reason));
}

/* --- those that wait --- */

/* A call with the same cookie, to which an answer can be made; without the arguments. */
static int copy_without_arguments(sd_bus_message *m, sd_bus_message **ret)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *copy = NULL;
	uint64_t cookie = 0;
	int r;

	r = sd_bus_message_get_cookie(m, &cookie);
	if (r >= 0)
		r = sd_bus_message_new_method_call(sd_bus_message_get_bus(m), &copy, NULL,
						   sd_bus_message_get_path(m),
						   sd_bus_message_get_interface(m),
						   sd_bus_message_get_member(m));
	if (r >= 0)
		r = sd_bus_message_set_expect_reply(copy, sd_bus_message_get_expect_reply(m));
	if (r >= 0)
		r = sd_bus_message_seal(copy, cookie, 0);
	if (r >= 0)
		*ret = g_steal_pointer(&copy);
	return r;
}

int request_keep(Request *request, void (*done)(Wait *wait, int error, const Reason *reason), Request **ret)
{
	Program *program = request->place.program;
	Request *kept = g_new0(Request, 1);
	Reason reason;
	int r;

	wait_init(&kept->wait, &program->programs->broker->agenda, done);
	r = wait_charge(&kept->wait, program->user, sizeof(*kept) + MESSAGE_SIZE, &reason);
	if (r != 0) {
		g_free(kept);
		return request_refuse_for(request, r, &reason);
	}
	r = copy_without_arguments(request->message, &kept->message);
	if (r < 0) {
		wait_deinit(&kept->wait);
		g_free(kept);
		return r;
	}
	kept->fd = -1;
	kept->place = request->place;
	kept->kept = true;
	kept->link.data = kept;
	g_queue_push_tail_link(&request->place.connection->requests, &kept->link);
	*ret = kept;
	return 0;
}

int request_keep_object(Request *request, size_t size, const char *path, Charge *charge, Request **ret)
{
	Reason reason = { "" };
	int r;

	if (strlen(path) >= CONNECTION_PATH_MAX)
		return request_refuse(request, BLUEZ_ERROR("InvalidArguments"), "the path is too long");
	r = charge_bytes(charge, request->place.program->user, size + strlen(path) + 1, &reason);
	if (r != 0)
		return request_refuse_for(request, r, &reason);
	r = request_keep(request, NULL, ret);
	if (r < 0)
		charge_end(charge);
	return r;
}

static void request_free(Request *request)
{
	g_queue_unlink(&request->place.connection->requests, &request->link);
	if (request->work)
		request->work->free(request->work);
	wait_deinit(&request->wait);
	sd_bus_message_unref(request->message);
	fd_closep(&request->fd);
	g_free(request->path);
	g_free(request);
}

void request_finish_with(Request *request, const char *name, const char *text)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const sd_bus_error refusal = { .name = name, .message = text };

	if (sd_bus_message_new_method_error(request->message, &reply, &refusal) >= 0)
		(void)request_reply_message(request, reply);
	request_free(request);
}

void request_finish(Request *request, int error, const Reason *reason)
{
	if (error != 0)
		request_finish_with(request, name_of(error), text_of(error, reason));
	else
		request_free(request);
}

void requests_drop(Connection *connection)
{
	while (!g_queue_is_empty(&connection->requests))
		request_free(g_queue_peek_head(&connection->requests));
}
