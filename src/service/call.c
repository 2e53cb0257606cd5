/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A method call on its way from the vtable to the reply. */
#include "service/call.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "service/service.h"
#include "util/log.h"

static void call_reply_error(sd_bus_message *m, int error, const Reason *reason)
{
	const char *text = reason && reason->text[0] ? reason->text : error_text(error);
	int r;

	log_debug("%s.%s from %s: %s: %s", sd_bus_message_get_interface(m), sd_bus_message_get_member(m),
		  sd_bus_message_get_sender(m), error_name(error), text);
	r = sd_bus_reply_method_errorf(m, error_name(error), "%s", text);
	if (r < 0)
		log_limited(LOG_WARNING, "cannot reply to %s: %s", sd_bus_message_get_sender(m),
			    strerror(-r));
}

static Call *call_free(Call *call)
{
	g_queue_remove(&call->peer->calls, call);
	job_cancel(call);
	wait_deinit(&call->wait);
	wait_deinit(&call->flow.wait);
	flow_wait_deinit(&call->flow);
	if (call->fd >= 0)
		close(call->fd);
	sd_bus_message_unref(call->answer);
	sd_bus_message_unref(call->message);
	g_free(call);
	return NULL;
}

int call_keep(Call *call, Reason *reason)
{
	/* what a call waits for comes from BlueZ, so there is no point while BlueZ does not answer */
	if (!call->wait.call.user && call->service->broker->bluez_stalled)
		return broker_bluez_ready(call->service->broker, reason);
	return call_queue(call, reason);
}

/* Replaces the call's message by a copy of our own, and charges it to the user. */
static int call_own(Call *call, Reason *reason)
{
	sd_bus_message *copy;
	size_t size;
	int r;

	r = message_size(call->message, &size, reason);
	if (r == 0)
		r = wait_charge(&call->wait, call->peer->user, sizeof(*call) + size, reason);
	if (r == 0)
		r = message_copy(call->message, &copy);
	if (r != 0)
		return r;
	sd_bus_message_unref(call->message);
	call->message = copy;
	return 0;
}

int call_queue(Call *call, Reason *reason)
{
	int r;

	if (call->wait.call.user)
		return 0;
	r = call_own(call, reason);
	if (r != 0)
		return r;
	g_queue_push_tail(&call->peer->calls, call);
	return 0;
}

void call_wait(Call *call, void (*done)(Wait *wait, int error, const Reason *reason))
{
	wait_init(&call->wait, &call->service->broker->agenda, done);
}

void call_finish(Call *call, int error, const Reason *reason)
{
	if (error == CALL_DEFERRED)
		return;
	if (error != 0)
		call_reply_error(call->message, error, reason);
	call_free(call);
}

int call_again(Call *call, void *object, Reason *reason)
{
	const Method *method = call->method;
	int r;

	r = sd_bus_message_rewind(call->message, true);
	if (r < 0)
		return r;
	r = method->check ? method->check(call, object, reason) : 0;
	return r != 0 ? r : method->run(call, object, reason);
}

static void call_run(Call *call, void *object)
{
	Reason reason = { "" };

	call_finish(call, call_again(call, object, &reason), &reason);
}

static uint64_t cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

/* Runs a call that wants no answer. A caller may have any number of those under way, so their CPU time is
 * counted. */
static void call_run_unanswered(Call *call, void *object)
{
	const uint64_t now = service_now(call->service), began = cpu_now();
	User *user = user_ref(call->peer->user);

	call_run(call, object);
	user_take_time(user, cpu_now() - began, now);
	user_unref(user);
}

/* Keeps a call whose user is not known yet, so it is counted by connection. */
static int peer_keep_early(Peer *peer, sd_bus_message *m, unsigned max, Reason *reason)
{
	sd_bus_message *copy;
	size_t size;
	int r;

	if (peer->early.length >= max)
		return reason_set(reason, E_LIMIT_REACHED,
				  "too many calls wait for this connection's credentials");
	r = message_size(m, &size, reason);
	if (r != 0)
		return r;
	if (peer->early_bytes + size > 2 * MESSAGE_KEPT_MAX)
		return reason_set(reason, E_LIMIT_REACHED,
				  "too much waits for this connection's credentials");
	r = message_copy(m, &copy);
	if (r < 0)
		return r;
	peer->early_bytes += size;
	g_queue_push_tail(&peer->early, copy);
	return 0;
}

/* None of it is kept. A caller that wants no answer does not hear of that, so it is counted. */
static void early_refuse(Service *service, sd_bus_message *m, int error, const Reason *reason)
{
	if (sd_bus_message_get_expect_reply(m))
		call_reply_error(m, error, reason);
	else
		broker_call_dropped(service->broker);
}

int call_begin(sd_bus_message *m, void *object, const Method *method)
{
	Service *service = sd_bus_slot_get_userdata(sd_bus_get_current_slot(sd_bus_message_get_bus(m)));
	Reason reason = { "" };
	Peer *peer;
	Call *call;
	int r;

	if (method->question && !sd_bus_message_get_expect_reply(m))
		return 1;
	r = peers_get(service->peers, sd_bus_message_get_sender(m), &peer);
	if (r < 0)
		return r;
	peer_alive(peer);
	if (!peer->user) {
		r = peer_keep_early(peer, m, service->broker->config.queued_calls_per_user, &reason);
		if (r != 0)
			early_refuse(service, m, r, &reason);
		return 1;
	}
	call = g_new0(Call, 1);
	call->service = service;
	call->message = sd_bus_message_ref(m);
	call->peer = peer;
	call->method = method;
	call->fd = -1;
	if (sd_bus_message_get_expect_reply(m))
		call_run(call, object);
	else
		call_run_unanswered(call, object);
	return 1;
}

void calls_admit(Service *service, Peer *peer, int error, const Reason *reason)
{
	while (!g_queue_is_empty(&peer->early)) {
		CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = g_queue_pop_head(&peer->early);
		int r = error != 0 ? error : sd_bus_enqueue_for_read(sd_bus_message_get_bus(m), m);

		if (error != 0 || r < 0)
			early_refuse(service, m, r, reason);
	}
	peer->early_bytes = 0;
}

void calls_forget(Peer *peer)
{
	while (!g_queue_is_empty(&peer->early))
		sd_bus_message_unref(g_queue_pop_head(&peer->early));
	while (!g_queue_is_empty(&peer->calls))
		call_free(g_queue_peek_head(&peer->calls));
}

/* What it waited for has come, or error says why it does not. */
static void call_resume(Call *call, int error, Reason *reason)
{
	const MethodResume resume = call->resume;

	call->resume = NULL;
	wait_cancel(&call->wait);
	call_finish(call, resume(call, error, reason), reason);
}

/* The first of its calls that waits for BlueZ: a job waits for its turn alone, and an answer that is there
 * already to be the last. */
static Call *peer_waits_for_bluez(const Peer *peer)
{
	for (GList *item = peer->calls.head; item; item = item->next) {
		Call *call = item->data;

		if (!call->job.line && !call->answer)
			return call;
	}
	return NULL;
}

void calls_bluez_stalled(Peer *peer)
{
	Call *call;

	while ((call = peer_waits_for_bluez(peer))) {
		Reason reason;
		int r = broker_bluez_ready(call->service->broker, &reason);

		if (call->resume) {
			call_resume(call, r, &reason);
		} else if (call->made) {
			/* what was asked for is there, and is shown to peers later */
			wait_cancel(&call->wait);
			call->wait.done(&call->wait, E_NOT_READY, &reason);
		} else {
			call_finish(call, r, &reason);
		}
	}
}

uid_t call_uid(const Call *call)
{
	return user_uid(call->peer->user);
}

const char *call_sender(const Call *call)
{
	return call->peer->name;
}

static void on_power(Wait *wait, int error, const Reason *why)
{
	Reason reason = why ? *why : (Reason){ "" };

	call_resume(CONTAINER_OF(wait, Call, wait), error, &reason);
}

int call_wait_power(Call *call, Radio *radio, MethodResume resume, Reason *reason)
{
	int r;

	call_wait(call, on_power);
	r = power_on(radio, &call->wait, reason);
	if (r != 1)
		return r;
	call->resume = resume;
	r = call_keep(call, reason);
	if (r == 0)
		return CALL_DEFERRED;
	call->resume = NULL;
	wait_cancel(&call->wait);
	return r;
}

static void on_said(Wait *wait, int error UNUSED, const Reason *reason UNUSED)
{
	Call *call = CONTAINER_OF(wait, Call, wait);

	call_finish(call, sd_bus_send(NULL, call->answer, NULL) < 0 ? -ECOMM : 0, NULL);
}

/* Sends the news that a call caused before its answer, so that a program that has the answer has heard it.
 * What else is due is done as well, and may free the objects that the method worked on: so the answer is
 * built before. */
static int send_settled(Call *call, sd_bus_message *reply)
{
	Agenda *agenda = &call->service->broker->agenda;

	if (call->resumed) {
		/* the wait has had its turn in this run, so this is the first of the next */
		call->answer = sd_bus_message_ref(reply);
		call->wait.done = on_said;
		wait_end(&call->wait, 0, NULL);
		return CALL_DEFERRED;
	}
	if (!agenda->running)
		agenda_run(agenda, service_now(call->service));
	return sd_bus_send(NULL, reply, NULL) < 0 ? -ECOMM : 0;
}

int call_reply(Call *call, const char *types, ...)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	va_list values;
	int r;

	r = sd_bus_message_new_method_return(call->message, &reply);
	if (r >= 0 && types) {
		va_start(values, types);
		r = sd_bus_message_appendv(reply, types, values);
		va_end(values);
	}
	return r < 0 ? -ECOMM : send_settled(call, reply);
}

int call_reply_first(Call *call)
{
	return sd_bus_reply_method_return(call->message, NULL) < 0 ? -ECOMM : 0;
}

int call_reply_after(Call *call, Reason *reason)
{
	int r;

	r = call_queue(call, reason);
	if (r != 0)
		return r;
	if (sd_bus_message_new_method_return(call->message, &call->answer) < 0)
		return -ECOMM;
	call_wait(call, on_said);
	return 0;
}

int call_reply_bytes(Call *call, GBytes *value)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const void *bytes = NULL;
	gsize length = 0;
	int r;

	if (value)
		bytes = g_bytes_get_data(value, &length);
	r = sd_bus_message_new_method_return(call->message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(reply, 'y', bytes, length);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	return r < 0 ? r : 0;
}
