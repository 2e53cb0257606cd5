/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls to bluetoothd: how many at a time, and how long. */
#include "bluez/call-queue.h"

#include <string.h>

#include "bluez/bluez.h"
#include "core/broker-events.h"

/* Less than dbus-daemon's 128: the ping, and calls to the bus itself, come on top. */
#define SENT_MAX 96
/* The bound with those that timed out, which the bus still counts; but SENT_MIN may always be sent. */
#define SENT_MAX_OVERDUE 120
#define SENT_MIN 8
/* Of one device: ATT does one thing after the other, so more would only keep others from their turn. */
#define SENT_MAX_DEVICE 16
#define WAITING_MAX 2048
/* Other calls leave half of this to floating ones, which mostly end something. */
#define WAITING_MAX_FLOATING (2 * WAITING_MAX)

#define DEVICE_MARK "/dev_"
#define DEVICE_MARK_SIZE (strlen(DEVICE_MARK) + strlen("AA_BB_CC_DD_EE_FF"))

uint64_t call_queue_now(const CallQueue *queue)
{
	uint64_t now = 0;

	(void)sd_event_now(queue->bluez->event, CLOCK_MONOTONIC, &now);
	return now;
}

/* --- lanes --- */

static void lane_free(void *data)
{
	Lane *lane = data;

	g_free(lane->device);
	g_free(lane);
}

static Lane *lane_get(CallQueue *queue, const char *path)
{
	const char *mark = strstr(path, DEVICE_MARK);
	const bool of_device = mark && strlen(mark) >= DEVICE_MARK_SIZE;
	g_autofree char *device =
		of_device ? g_strndup(path, (size_t)(mark - path) + DEVICE_MARK_SIZE) : g_strdup("");
	Lane *lane = g_hash_table_lookup(queue->lanes, device);

	if (lane)
		return lane;
	lane = g_new0(Lane, 1);
	lane->device = g_steal_pointer(&device);
	lane->sent_max = of_device ? SENT_MAX_DEVICE : SENT_MAX;
	g_hash_table_insert(queue->lanes, lane->device, lane);
	return lane;
}

void call_queue_leave(CallQueue *queue, Lane *lane)
{
	if (lane->waiting.length > 0)
		return;
	(void)g_queue_remove(&queue->ready, lane);
	if (lane->sent == 0)
		g_hash_table_remove(queue->lanes, lane->device);
}

bool call_queue_has_room(const CallQueue *queue, bool floating)
{
	return queue->waiting < (floating ? WAITING_MAX_FLOATING : WAITING_MAX);
}

void call_queue_add(CallQueue *queue, BluezCall *call)
{
	call->lane = lane_get(queue, sd_bus_message_get_path(call->message));
	g_queue_push_tail_link(&call->lane->waiting, &call->place);
	queue->waiting++;
	if (call->lane->waiting.length == 1)
		g_queue_push_tail(&queue->ready, call->lane);
	call_queue_send(queue);
}

/* --- sending --- */

static bool queue_may_send(const CallQueue *queue)
{
	const unsigned overdue = MIN(queue->overdue, SENT_MAX_OVERDUE - SENT_MIN);

	return !watchdog_is_stalled(&queue->watchdog) && queue->bluez->owner &&
	       queue->sent.length - queue->overdue < MIN(SENT_MAX, SENT_MAX_OVERDUE - overdue);
}

static bool lane_may_send(const CallQueue *queue, Lane *lane)
{
	const BluezCall *call = g_queue_peek_head(&lane->waiting);

	if (lane->sent >= lane->sent_max)
		return false;
	return !fence_is_up(&queue->fence) || !fence_is_for_begin(sd_bus_message_get_member(call->message));
}

/* Sends as many calls as may be sent now, one of each device in turn. */
void call_queue_send(CallQueue *queue)
{
	unsigned passed = 0;

	while (passed < queue->ready.length && queue_may_send(queue)) {
		Lane *lane = g_queue_pop_head(&queue->ready);
		bool sent = lane_may_send(queue, lane) && bluez_call_send(g_queue_peek_head(&lane->waiting));

		passed = sent ? 0 : passed + 1;
		if (lane->waiting.length > 0)
			g_queue_push_tail(&queue->ready, lane);
	}
}

/* --- time limits --- */

static BluezCall *next_expired(const CallQueue *queue, uint64_t now, uint64_t *next)
{
	*next = USEC_NEVER;
	for (GList *item = queue->sent.head; item; item = item->next) {
		BluezCall *call = item->data;

		if (!call->overdue && call->deadline <= now)
			return call;
		if (!call->overdue)
			*next = MIN(*next, call->deadline);
	}
	return NULL;
}

static int on_expiry(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	CallQueue *queue = userdata;
	uint64_t next;
	BluezCall *call;

	queue->expires = USEC_NEVER;
	/* search from the start each time: callbacks add and remove calls */
	while ((call = next_expired(queue, call_queue_now(queue), &next))) {
		call->overdue = true;
		queue->overdue++;
		bluez_call_leave_lane(call);
		bluez_call_fail(call, "no answer within the time limit");
	}
	call_queue_expire_at(queue, next);
	call_queue_send(queue);
	return 0;
}

void call_queue_expire_at(CallQueue *queue, uint64_t when)
{
	if (when >= queue->expires || watchdog_is_stalled(&queue->watchdog))
		return;
	queue->expires = when;
	(void)sd_event_source_set_time(queue->expiry, when);
	(void)sd_event_source_set_enabled(queue->expiry, SD_EVENT_ONESHOT);
}

/* --- whether it answers --- */

static bool queue_cares(const void *userdata)
{
	const CallQueue *queue = userdata;

	return queue->sent.length > 0 || queue->bluez->broker->sessions->len > 0;
}

static void on_stalled(void *userdata)
{
	CallQueue *queue = userdata;

	queue->expires = USEC_NEVER;
	(void)sd_event_source_set_enabled(queue->expiry, SD_EVENT_OFF);
	broker_bluez_stalled(queue->bluez->broker, true, bluez_now(queue->bluez));
}

static void on_recovered(void *userdata, uint64_t pause)
{
	CallQueue *queue = userdata;
	uint64_t next = USEC_NEVER;

	for (GList *item = queue->sent.head; item; item = item->next) {
		BluezCall *call = item->data;

		call->deadline += pause;
		if (!call->overdue)
			next = MIN(next, call->deadline);
	}
	call_queue_expire_at(queue, next);
	call_queue_send(queue);
	broker_bluez_stalled(queue->bluez->broker, false, bluez_now(queue->bluez));
}

static void on_fence_opened(void *userdata)
{
	call_queue_send(userdata);
}

/* --- coming and going --- */

int call_queue_new(CallQueue **ret, Bluez *bluez)
{
	CallQueue *queue = g_new0(CallQueue, 1);
	int r;

	queue->bluez = bluez;
	queue->expires = USEC_NEVER;
	queue->fence = (Fence){ .bluez = bluez, .opened = on_fence_opened, .userdata = queue };
	queue->lanes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, lane_free);
	queue->watchdog = (Watchdog){
		.bluez = bluez,
		.is_wanted = queue_cares,
		.stalled = on_stalled,
		.recovered = on_recovered,
		.userdata = queue,
	};
	r = watchdog_init(&queue->watchdog);
	if (r >= 0)
		r = sd_event_add_time(bluez->event, &queue->expiry, CLOCK_MONOTONIC, 0, 10 * USEC_PER_MSEC,
				      on_expiry, queue);
	if (r >= 0)
		r = sd_event_source_set_enabled(queue->expiry, SD_EVENT_OFF);
	if (r < 0) {
		call_queue_free(queue);
		return r;
	}
	*ret = queue;
	return 0;
}

static BluezCall *next_waiting(CallQueue *queue)
{
	Lane *lane = g_queue_peek_head(&queue->ready);

	return lane ? g_queue_peek_head(&lane->waiting) : NULL;
}

void call_queue_lost(CallQueue *queue)
{
	BluezCall *call;

	watchdog_lost(&queue->watchdog);
	fence_deinit(&queue->fence);
	while ((call = next_waiting(queue))) {
		bluez_call_leave_lane(call);
		bluez_call_fail(call, "bluetoothd has left the bus");
		bluez_call_free(call);
	}
}

/* Whether a waiting call is still sent when the daemon ends. One that begins a connection is not: nobody
 * would use it. */
static bool goes_at_the_end(const BluezCall *call)
{
	return call->floating && !fence_is_for_begin(sd_bus_message_get_member(call->message));
}

void call_queue_flush(CallQueue *queue)
{
	g_autoptr(GPtrArray) last = g_ptr_array_new();

	for (GList *lane = queue->ready.head; lane; lane = lane->next)
		for (GList *item = ((Lane *)lane->data)->waiting.head; item; item = item->next)
			if (goes_at_the_end(item->data))
				g_ptr_array_add(last, item->data);
	for (guint i = 0; i < last->len; i++) {
		BluezCall *call = g_ptr_array_index(last, i);

		if (sd_bus_message_set_expect_reply(call->message, false) >= 0)
			(void)sd_bus_send(queue->bluez->bus, call->message, NULL);
		bluez_call_free(call);
	}
}

CallQueue *call_queue_free(CallQueue *queue)
{
	BluezCall *call;

	if (!queue)
		return NULL;
	while ((call = next_waiting(queue)))
		bluez_call_free(call);
	while ((call = g_queue_peek_head(&queue->sent)))
		bluez_call_free(call);
	watchdog_deinit(&queue->watchdog);
	fence_deinit(&queue->fence);
	sd_event_source_disable_unref(queue->expiry);
	g_hash_table_destroy(queue->lanes);
	g_free(queue);
	return NULL;
}
