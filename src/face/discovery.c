/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Discovery, and its filter. */
#include "face/discovery.h"

#include <errno.h>
#include <string.h>

#include "core/filter.h"
#include "core/power.h"
#include "core/scan-filter.h"
#include "core/sessions.h"
#include "face/adapter.h"
#include "face/guests.h"
#include "face/programs.h"
#include "face/request.h"
#include "face/view.h"
#include "meaning/ad.h"

#define FLAG_LIMITED 0x01
#define FLAG_GENERAL 0x02

/* Reports that wait for a program that does not read, beside what is merged. */
#define FIFO 256

/* --- what is taken --- */

static bool has_pattern(const Report *report, const char *pattern)
{
	char address[ADDR_STRING_SIZE];
	const size_t length = strlen(pattern);
	AdField name;

	if (g_ascii_strncasecmp(addr_format(&report->addr, address), pattern, length) == 0)
		return true;
	return ad_find_name(report->data, report->length, &name) && name.length >= length &&
	       memcmp(name.data, pattern, length) == 0;
}

/* Whether its flags say that it may be discovered, limited or general. */
static bool is_discoverable(const Report *report)
{
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, report->data, report->length);
	while (ad_iter_next(&iter, &field))
		if (field.type == AD_FLAGS && field.length > 0)
			return field.data[0] & (FLAG_LIMITED | FLAG_GENERAL);
	return false;
}

/* Whether the program is to hear of the report, which has passed the filter of the session. */
static bool filter_takes(const Discovery *discovery, const Report *report)
{
	const DiscoveryFilter *filter = &discovery->filter;

	if (filter->silent)
		return false;
	/* what is known already is not looked at again: the name may be in the other packet */
	if (filter->pattern && !has_pattern(report, filter->pattern) &&
	    !view_has_pattern(discovery->view, &report->addr, filter->pattern))
		return false;
	/* as bluetoothd: without a filter, what does not call itself discoverable is not shown, unless it is
	 * known. BlueZ's own signals do not tell. */
	return filter->is_set || !discovery->view->radio->broker->monitored || is_discoverable(report) ||
	       view_device(discovery->view, &report->addr);
}

static int apply(Discovery *discovery, Reason *reason)
{
	const Config *config = &discovery->view->radio->broker->config;
	CLEANUP(scan_filter_clear) ScanFilter filter = { 0 };
	int r;

	/* without a session, too: what is too long is not kept */
	r = discovery_filter_compile(&discovery->filter, config, &filter);
	if (r == -EDQUOT)
		return reason_set(reason, E_LIMIT_REACHED, "UUIDs: more than %u (FilterEntries)",
				  config->filter_entries);
	return r == 0 && discovery->session ? session_set_filter(discovery->session, &filter, reason) : r;
}

/* --- reports --- */

/* Takes what waits in the session's FIFO. */
static StreamState on_reports(SessionStream *stream)
{
	const Discovery *discovery = CONTAINER_OF(stream, Discovery, stream);
	RingEntry entry;

	while (!outbox_must_wait(discovery->view->program)) {
		if (!session_take(stream->session, &entry))
			return STREAM_TOOK_ALL;
		if (filter_takes(discovery, entry.report))
			view_report(discovery->view, &discovery->filter, entry.report);
		report_unref(entry.report);
	}
	return STREAM_FULL;
}

static void on_stream_end(SessionStream *stream)
{
	stream->session = NULL;
}

void discovery_ready(Discovery *discovery)
{
	if (discovery->stream.session && discovery->stream.full)
		session_stream_ready(&discovery->stream, programs_now(discovery->view->program->programs));
}

/* --- starting --- */

bool discovery_is_on(const View *view)
{
	for (guint i = 0; i < view->discoveries->len; i++) {
		const Discovery *discovery = g_ptr_array_index(view->discoveries, i);

		if (discovery->on && !discovery->starting)
			return true;
	}
	return false;
}

/* How long StartDiscovery waits for the radio to scan; it goes on in any case. */
#define START_TIME (5 * USEC_PER_SEC)

static void discovery_started(Discovery *discovery)
{
	const bool is_first = !discovery_is_on(discovery->view);
	Request *request = g_steal_pointer(&discovery->starting);

	task_cancel(&discovery->late);
	if (!request)
		return;
	(void)request_reply(request, "");
	request_finish(request, 0, NULL);
	if (is_first)
		view_adapter_changed(discovery->view, ADAPTER_BIT(ADAPTER_DISCOVERING));
	engaged_begin(&discovery->engaged, discovery->session);
}

static void on_late(Task *task, uint64_t now UNUSED)
{
	discovery_started(CONTAINER_OF(task, Discovery, late));
}

void discoveries_scan_changed(View *view)
{
	for (guint i = 0; i < view->discoveries->len && view->radio->scan_mode != SCAN_MODE_OFF; i++)
		discovery_started(g_ptr_array_index(view->discoveries, i));
}

/* --- life --- */

static Discovery *find(const Request *request)
{
	const GPtrArray *discoveries = request->place.view->discoveries;

	for (guint i = 0; i < discoveries->len; i++) {
		Discovery *discovery = g_ptr_array_index(discoveries, i);

		if (discovery->connection == request->place.connection)
			return discovery;
	}
	return NULL;
}

static Discovery *find_or_make(const Request *request)
{
	Discovery *discovery = find(request);

	if (!discovery) {
		discovery = g_new0(Discovery, 1);
		discovery->view = request->place.view;
		discovery->connection = request->place.connection;
		discovery->stream = (SessionStream){ .batch_ms = VIEW_BATCH_MS, .batch_max = VIEW_BATCH_MAX,
						      .send = on_reports, .end = on_stream_end };
		task_init(&discovery->late, &discovery->view->radio->broker->agenda, on_late);
		engaged_init(&discovery->engaged, discovery->view);
		g_ptr_array_add(discovery->view->discoveries, discovery);
	}
	return discovery;
}

static int open_session(Discovery *discovery, Reason *reason)
{
	const InitOptions options = { .fifo = FIFO };
	const Program *program = discovery->view->program;
	const uint64_t now = programs_now(program->programs);
	int r;

	if (discovery->session)
		return 0;
	r = sessions_open(discovery->view->radio, &program->programs->face, program->uid, program->owner,
			  &options, now, &discovery->session, reason);
	if (r != 0)
		return r;
	session_stream_open(discovery->session, &discovery->stream, now);
	return apply(discovery, reason);
}

/* The last of the program's to end changes the view, which is to tell it. */
static void discovery_off(Discovery *discovery)
{
	View *view = discovery->view;

	if (!discovery->on)
		return;
	discovery_started(discovery);
	discovery->on = false;
	guest_look(view->program);
	engaged_end(&discovery->engaged);
	sessions_stop_scan(discovery->session, "stopped");
	if (discovery_is_on(view))
		return;
	view_forget_signal(view);
	view->changed |= ADAPTER_BIT(ADAPTER_DISCOVERING);
}

void discovery_free(Discovery *discovery)
{
	discovery_off(discovery);
	task_cancel(&discovery->late);
	g_ptr_array_remove(discovery->view->discoveries, discovery);
	if (discovery->stream.session)
		session_stream_end(discovery->stream.session);
	if (discovery->session)
		sessions_drop(discovery->session, programs_now(discovery->view->program->programs));
	discovery_filter_clear(&discovery->filter);
	g_free(discovery);
}

void discoveries_end(View *view)
{
	while (view->discoveries->len > 0)
		discovery_free(g_ptr_array_index(view->discoveries, 0));
}

int discovery_set_filter(Request *request)
{
	CLEANUP(discovery_filter_clear) DiscoveryFilter filter = { 0 };
	DiscoveryFilter before;
	Discovery *discovery;
	Reason reason = { "" };
	int r;

	if (!view_is_powered(request->place.view))
		return request_refuse(request, BLUEZ_ERROR("NotReady"), "Resource Not Ready");
	r = discovery_filter_read(request->message, &filter);
	if (r == -EINVAL)
		return request_refuse(request, BLUEZ_ERROR("InvalidArguments"),
				      "Invalid arguments in method call");
	if (r < 0)
		return r;
	discovery = find_or_make(request);
	before = discovery->filter;
	discovery->filter = filter;
	filter = (DiscoveryFilter){ 0 };
	r = apply(discovery, &reason);
	if (r != 0) {
		filter = discovery->filter;
		discovery->filter = before;
		return request_refuse_for(request, r, &reason);
	}
	discovery_filter_clear(&before);
	return request_reply(request, "");
}

int discovery_get_filters(Request *request)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(request->message, &reply);
	if (r >= 0)
		r = discovery_filter_append_keys(reply);
	return r < 0 ? r : request_reply_message(request, reply);
}

/* --- start and stop --- */

int discovery_start(Request *request)
{
	View *view = request->place.view;
	Discovery *discovery;
	Reason reason = { "" };
	int r;

	if (!view_is_powered(view))
		return request_refuse(request, BLUEZ_ERROR("NotReady"), "Resource Not Ready");
	discovery = find_or_make(request);
	if (discovery->on)
		return request_refuse(request, BLUEZ_ERROR("InProgress"), "Operation already in progress");
	r = open_session(discovery, &reason);
	if (r == 0)
		r = sessions_start_scan(discovery->session, -1, programs_now(view->program->programs),
					&reason);
	if (r != 0)
		return request_refuse_for(request, r, &reason);
	discovery->on = true;
	guest_look(view->program);
	r = request_keep(request, NULL, &discovery->starting);
	if (r < 0)
		discovery_off(discovery);
	else if (view->radio->scan_mode != SCAN_MODE_OFF)
		discovery_started(discovery);
	else
		task_at(&discovery->late, programs_now(view->program->programs) + START_TIME);
	return r < 0 ? r : 0;
}

int discovery_stop(Request *request)
{
	View *view = request->place.view;
	Discovery *discovery = find(request);
	int r;

	if (!view_is_powered(view))
		return request_refuse(request, BLUEZ_ERROR("NotReady"), "Resource Not Ready");
	if (!discovery || !discovery->on)
		return request_refuse(request, BLUEZ_ERROR("Failed"), "No discovery started");
	/* what was heard is told before the answer */
	fanout_flush(discovery->session);
	r = request_reply(request, "");
	discovery_off(discovery);
	view_tell(view);
	return r;
}
