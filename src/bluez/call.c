/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls to bluetoothd: how many at a time, and how long. */
#include "bluez/call.h"

#include <errno.h>
#include <string.h>

#include "bluez/bluez.h"
#include "bluez/fence.h"
#include "bluez/watchdog.h"
#include "util/log.h"

/* Less than dbus-daemon's 128: the ping, and calls to the bus itself, come on top. */
#define SENT_MAX 96
/* With those that bluetoothd seems to have forgotten, for the bus has not. */
#define SENT_MAX_OVERDUE 120
#define SENT_MIN 8
/* Of one device: ATT does one thing after the other, so more would only keep others from their turn. */
#define SENT_MAX_DEVICE 16
#define WAITING_MAX 2048
#define WAITING_MAX_FLOATING (2 * WAITING_MAX)

#define DEVICE_MARK "/dev_"
#define DEVICE_MARK_SIZE (strlen(DEVICE_MARK) + strlen("AA_BB_CC_DD_EE_FF"))

/* The calls of one device; one lane is all the rest's. */
typedef struct Lane {
	char *device;		/* path; "" */
	unsigned sent;
	unsigned sent_max;
	GQueue waiting;		/* BluezCall */
} Lane;

struct BluezCall {
	CallQueue *queue;
	Lane *lane;		/* NULL: is not counted there any more */
	GList place;		/* in lane->waiting, or queue->sent */
	sd_bus_message *message;
	sd_bus_slot *slot;	/* NULL: waits */
	sd_bus_message_handler_t callback;	/* NULL: nobody waits for the answer */
	void *userdata;
	bool floating;
	bool over;		/* whoever waits is being told */
	bool overdue;		/* was told that there is no answer */
	GDestroyNotify destroy;
	uint64_t timeout;
	uint64_t deadline;	/* CLOCK_MONOTONIC */
};

struct CallQueue {
	Bluez *bluez;
	GHashTable *lanes;	/* by device */
	GQueue ready;		/* Lane: something waits there */
	GQueue sent;		/* BluezCall: until bluetoothd, or the bus for it, has answered */
	unsigned overdue;	/* of these */
	unsigned waiting;
	Fence fence;
	Watchdog watchdog;
	sd_event_source *expiry;
	uint64_t expires;	/* what that is set to */
};

static uint64_t queue_now(const CallQueue *queue)
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
	g_autofree char *device = of_device ? g_strndup(path, (size_t)(mark - path) + DEVICE_MARK_SIZE) : g_strdup("");
	Lane *lane = g_hash_table_lookup(queue->lanes, device);

	if (lane)
		return lane;
	lane = g_new0(Lane, 1);
	lane->device = g_steal_pointer(&device);
	lane->sent_max = of_device ? SENT_MAX_DEVICE : SENT_MAX;
	g_hash_table_insert(queue->lanes, lane->device, lane);
	return lane;
}

static void lane_leave(CallQueue *queue, Lane *lane)
{
	if (lane->waiting.length > 0)
		return;
	(void)g_queue_remove(&queue->ready, lane);
	if (lane->sent == 0)
		g_hash_table_remove(queue->lanes, lane->device);
}

/* --- the life of a call --- */

static void queue_expire_at(CallQueue *queue, uint64_t when);
static void queue_send(CallQueue *queue);

/* One that nobody waits for any more keeps nobody else of its device waiting. */
static void call_leave_lane(BluezCall *call)
{
	Lane *lane = call->lane;

	if (!lane)
		return;
	call->lane = NULL;
	if (call->slot)
		lane->sent--;
	else
		g_queue_unlink(&lane->waiting, &call->place);
	lane_leave(call->queue, lane);
}

static void call_free(BluezCall *call)
{
	CallQueue *queue = call->queue;

	call_leave_lane(call);
	if (call->slot)
		g_queue_unlink(&queue->sent, &call->place);
	else
		queue->waiting--;
	queue->overdue -= call->overdue;
	sd_bus_slot_unref(call->slot);
	sd_bus_message_unref(call->message);
	if (call->destroy)
		call->destroy(call->userdata);
	g_free(call);
}

static void call_answer(BluezCall *call, sd_bus_message *answer)
{
	sd_bus_message_handler_t callback = call->callback;

	call->over = true;
	call->callback = NULL;
	if (callback)
		(void)callback(answer, call->userdata, NULL);
}

/* What the bus would say. */
static void call_fail(BluezCall *call, const char *why)
{
	sd_bus_message *m = NULL, *error = NULL;
	int r;

	if (!call->callback)
		return;
	/* an error answers a message that has a number */
	r = sd_bus_message_new_method_call(call->queue->bluez->bus, &m, "org.bluez", sd_bus_message_get_path(call->message),
					   sd_bus_message_get_interface(call->message),
					   sd_bus_message_get_member(call->message));
	if (r >= 0)
		r = sd_bus_message_seal(m, 1, 0);
	if (r >= 0)
		r = sd_bus_message_new_method_errorf(m, &error, SD_BUS_ERROR_NO_REPLY, "%s", why);
	if (r < 0)
		log_error("nobody is told that a call to bluetoothd failed: %s", strerror(-r));
	else
		call_answer(call, error);
	sd_bus_message_unref(error);
	sd_bus_message_unref(m);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	BluezCall *call = userdata;
	CallQueue *queue = call->queue;

	watchdog_heard(&queue->watchdog, m);
	call_answer(call, m);
	call_free(call);
	queue_send(queue);
	return 0;
}

/* False: the bus does not take it now. */
static bool call_send(BluezCall *call)
{
	CallQueue *queue = call->queue;
	sd_bus_slot *slot = NULL;
	int r;

	/* the time limit is ours */
	r = sd_bus_call_async(queue->bluez->bus, &slot, call->message, on_answer, call, UINT64_MAX);
	if (r < 0) {
		log_limited(LOG_ERR, "cannot call bluetoothd: %s", strerror(-r));
		return false;
	}
	g_queue_unlink(&call->lane->waiting, &call->place);
	queue->waiting--;
	call->slot = slot;
	g_queue_push_tail_link(&queue->sent, &call->place);
	call->lane->sent++;
	call->deadline = queue_now(queue) + call->timeout;
	queue_expire_at(queue, call->deadline);
	watchdog_sent(&queue->watchdog);
	if (fence_is_for_end(sd_bus_message_get_member(call->message)))
		fence_raise(&queue->fence);
	return true;
}

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

/* As many as may be, one of each device in turn. */
static void queue_send(CallQueue *queue)
{
	unsigned passed = 0;

	while (passed < queue->ready.length && queue_may_send(queue)) {
		Lane *lane = g_queue_pop_head(&queue->ready);
		bool sent = lane_may_send(queue, lane) && call_send(g_queue_peek_head(&lane->waiting));

		passed = sent ? 0 : passed + 1;
		if (lane->waiting.length > 0)
			g_queue_push_tail(&queue->ready, lane);
	}
}

int bluez_call_for(Bluez *bluez, const char *path, const char *interface, const char *member, BluezCall **ret,
		   sd_bus_message_handler_t callback, void *userdata, BluezAppend append, void *append_userdata,
		   uint64_t timeout)
{
	CallQueue *queue = bluez->calls;
	sd_bus_message *m = NULL;
	BluezCall *call;
	int r;

	if (!bluez->owner)
		return -ENOTCONN;
	/* what goes on by itself is the end of something, mostly: there is not more of it than of the rest */
	if (queue->waiting >= (ret ? WAITING_MAX : WAITING_MAX_FLOATING))
		return -EBUSY;

	/* to the unique name: a call must not make the bus start another bluetoothd */
	r = sd_bus_message_new_method_call(bluez->bus, &m, bluez->owner, path, interface, member);
	if (r >= 0 && append)
		r = append(m, append_userdata);
	if (r < 0) {
		sd_bus_message_unref(m);
		return r;
	}
	call = g_new0(BluezCall, 1);
	call->queue = queue;
	call->lane = lane_get(queue, path);
	call->place.data = call;
	call->message = m;
	call->callback = callback;
	call->userdata = userdata;
	call->timeout = timeout;
	call->floating = !ret;
	g_queue_push_tail_link(&call->lane->waiting, &call->place);
	queue->waiting++;
	if (call->lane->waiting.length == 1)
		g_queue_push_tail(&queue->ready, call->lane);
	if (ret)
		*ret = call;
	queue_send(queue);
	return 0;
}

int bluez_call_with(Bluez *bluez, const char *path, const char *interface, const char *member, BluezCall **ret,
		    sd_bus_message_handler_t callback, void *userdata, BluezAppend append, void *append_userdata)
{
	return bluez_call_for(bluez, path, interface, member, ret, callback, userdata, append, append_userdata,
			      bluez->broker->config.call_timeout_seconds * USEC_PER_SEC);
}

int bluez_call(Bluez *bluez, const char *path, const char *interface, const char *member, BluezCall **ret,
	       sd_bus_message_handler_t callback, void *userdata, BluezAppend append)
{
	return bluez_call_with(bluez, path, interface, member, ret, callback, userdata, append, NULL);
}

int bluez_call_floating(Bluez *bluez, const char *path, const char *interface, const char *member,
			sd_bus_message_handler_t callback, BluezAppend append, void *append_userdata)
{
	return bluez_call_with(bluez, path, interface, member, NULL, callback, NULL, append, append_userdata);
}

BluezCall *bluez_call_forget(BluezCall *call)
{
	if (!call || call->over)
		return NULL;
	call->callback = NULL;
	/* the bus counts one that was sent until it is answered, and so do we */
	if (call->slot)
		call_leave_lane(call);
	else
		call_free(call);
	return NULL;
}

bool bluez_call_is_sent(const BluezCall *call)
{
	return call && call->slot && !call->over;
}

void bluez_call_float(BluezCall *call, GDestroyNotify destroy)
{
	call->floating = true;
	call->destroy = destroy;
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
	/* from the start each time: who is told may do anything */
	while ((call = next_expired(queue, queue_now(queue), &next))) {
		call->overdue = true;
		queue->overdue++;
		call_leave_lane(call);
		call_fail(call, "no answer within the time limit");
	}
	queue_expire_at(queue, next);
	queue_send(queue);
	return 0;
}

static void queue_expire_at(CallQueue *queue, uint64_t when)
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
	queue_expire_at(queue, next);
	queue_send(queue);
	broker_bluez_stalled(queue->bluez->broker, false, bluez_now(queue->bluez));
}

static void on_fence_opened(void *userdata)
{
	queue_send(userdata);
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
		.bluez = bluez, .is_wanted = queue_cares, .stalled = on_stalled, .recovered = on_recovered, .userdata = queue,
	};
	r = watchdog_init(&queue->watchdog);
	if (r >= 0)
		r = sd_event_add_time(bluez->event, &queue->expiry, CLOCK_MONOTONIC, 0, 10 * USEC_PER_MSEC, on_expiry, queue);
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
		call_leave_lane(call);
		call_fail(call, "bluetoothd has left the bus");
		call_free(call);
	}
}

/* Nobody is left to have a connection that is begun now. */
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
		call_free(call);
	}
}

CallQueue *call_queue_free(CallQueue *queue)
{
	BluezCall *call;

	if (!queue)
		return NULL;
	while ((call = next_waiting(queue)))
		call_free(call);
	while ((call = g_queue_peek_head(&queue->sent)))
		call_free(call);
	watchdog_deinit(&queue->watchdog);
	fence_deinit(&queue->fence);
	sd_event_source_disable_unref(queue->expiry);
	g_hash_table_destroy(queue->lanes);
	g_free(queue);
	return NULL;
}
