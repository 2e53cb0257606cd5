/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that are answered a slice at a time. */
#include "service/job.h"

#include "core/fanout.h"
#include "service/call.h"
#include "service/service.h"

/*
 * A slice is done when there is nothing else to do; at the latest, this long after the last one. We also wait
 * this long before we look again whether the bus has read what we sent: slices make long messages, and all
 * others wait behind one. If it does not read, a slice is done each PRESS_PAUSE.
 */
#define TURN_LATEST (1 * USEC_PER_MSEC)

struct JobLine {
	User *user;
	GQueue calls;		/* the first is under way */
};

static int on_turn(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata);

static int on_idle(sd_event_source *source, void *userdata)
{
	return on_turn(source, 0, userdata);
}

static void jobs_disarm(Service *service)
{
	service->turn = sd_event_source_disable_unref(service->turn);
	service->idle = sd_event_source_disable_unref(service->idle);
}

static void jobs_arm(Service *service)
{
	jobs_disarm(service);
	if (g_queue_is_empty(&service->jobs))
		return;
	(void)sd_event_add_time_relative(service->event, &service->turn, CLOCK_BOOTTIME, TURN_LATEST, 0,
					 on_turn, service);
	if (!service_is_behind(service) &&
	    sd_event_add_defer(service->event, &service->idle, on_idle, service) >= 0)
		(void)sd_event_source_set_priority(service->idle, SD_EVENT_PRIORITY_IDLE);
}

static int on_turn(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	Service *service = userdata;
	Reason reason = { "" };
	JobLine *line;
	Call *call;

	if (service_now(service) >= service->last_slice + PRESS_PAUSE || !service_is_behind(service)) {
		service->last_slice = service_now(service);
		line = g_queue_pop_head(&service->jobs);
		g_queue_push_tail(&service->jobs, line);
		call = g_queue_peek_head(&line->calls);
		call_finish(call, call->job.slice(call, &reason), &reason);
	}
	jobs_arm(service);
	return 0;
}

static JobLine *line_of(Service *service, User *user)
{
	JobLine *line;

	for (GList *link = service->jobs.head; link; link = link->next) {
		line = link->data;
		if (line->user == user)
			return line;
	}
	line = g_new0(JobLine, 1);
	line->user = user;	/* the line's calls hold the user */
	g_queue_init(&line->calls);
	g_queue_push_tail(&service->jobs, line);
	return line;
}

/* Puts the call behind those of the same round, so that a connection with many calls in line does not keep
 * another from its first. */
static void line_add(JobLine *line, Call *call)
{
	GList *before = NULL;

	for (GList *link = line->calls.head; link; link = link->next)
		call->job.round += ((const Call *)link->data)->peer == call->peer;
	for (GList *link = line->calls.head ? line->calls.head->next : NULL; link && !before;
	     link = link->next)
		if (((const Call *)link->data)->job.round > call->job.round)
			before = link;
	g_queue_insert_before(&line->calls, before, call);
}

int job_start(Call *call, JobSlice slice, void *work, GDestroyNotify free, bool brief, Reason *reason)
{
	Service *service = call->service;
	JobLine *line;
	int r;

	call->job = (Job){ .slice = slice, .work = work, .free = free };
	if (brief)
		return slice(call, reason);
	r = call_queue(call, reason);
	if (r != 0)
		return r;
	line = line_of(service, call->peer->user);
	line_add(line, call);
	call->job.line = line;
	if (!service->turn)
		jobs_arm(service);
	return CALL_DEFERRED;
}

int job_grows(Call *call, size_t bytes, const char *remedy, Reason *reason)
{
	const size_t max = call->service->answer_max;

	call->job.bytes += bytes;
	if (call->job.bytes <= max)
		return 0;
	return reason_set(reason, E_LIMIT_REACHED, "the answer would take more than %zu bytes: %s", max,
			  remedy);
}

void job_cancel(Call *call)
{
	Job job = call->job;

	call->job = (Job){ 0 };
	if (job.free)
		job.free(job.work);
	if (!job.line)
		return;
	g_queue_remove(&job.line->calls, call);
	if (!g_queue_is_empty(&job.line->calls))
		return;
	g_queue_remove(&call->service->jobs, job.line);
	g_free(job.line);
	/* on_turn expects a line whenever it runs */
	if (g_queue_is_empty(&call->service->jobs))
		jobs_disarm(call->service);
}

void jobs_end(Service *service)
{
	g_assert(g_queue_is_empty(&service->jobs));
	jobs_disarm(service);
}
