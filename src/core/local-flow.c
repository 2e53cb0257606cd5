/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values on their way to bluetoothd. */
#include "core/local-flow.h"

#include <errno.h>

#include "core/session.h"

/* Bytes that a value takes on its way beyond its own, roughly. */
#define ENVELOPE 200

struct LocalFlow {
	Broker *broker;
	GArray *sent;		/* Charge, in the order in which they were sent */
	guint asked;		/* how many of sent bluetoothd was asked about; 0: no question is open */
	WaitLine waits;		/* FlowWait */
	Task next;		/* there may be room for those who wait */
};

static void charge_clear(void *charge)
{
	charge_end(charge);
}

static FlowWait *of_item(const GList *item)
{
	return CONTAINER_OF((Wait *)item->data, FlowWait, wait);
}

/* Whether a call of the user's waits before that item of the line; before NULL: anywhere in it. */
static bool flow_is_behind(const LocalFlow *flow, const User *user, const GList *before)
{
	for (const GList *item = flow->waits.waits.head; item != before; item = item->next)
		if (of_item(item)->user == user)
			return true;
	return false;
}

static void on_next(Task *task, uint64_t now UNUSED)
{
	LocalFlow *flow = CONTAINER_OF(task, LocalFlow, next);
	GList *next;

	for (GList *item = flow->waits.waits.head; item; item = next) {
		FlowWait *wait = of_item(item);

		next = item->next;
		if (!flow_is_behind(flow, wait->user, item) &&
		    charge_init(&wait->place, wait->user, QUOTA_VALUES, wait->size) == 0)
			wait_end(&wait->wait, 0, NULL);
	}
}

LocalFlow *local_flow_new(Broker *broker)
{
	LocalFlow *flow = g_new0(LocalFlow, 1);

	flow->broker = broker;
	flow->sent = g_array_new(FALSE, FALSE, sizeof(Charge));
	g_array_set_clear_func(flow->sent, charge_clear);
	wait_line_init(&flow->waits, NULL);
	task_init(&flow->next, &broker->agenda, on_next);
	return flow;
}

void local_flow_free(LocalFlow *flow)
{
	wait_line_deinit(&flow->waits);
	task_cancel(&flow->next);
	g_array_free(flow->sent, TRUE);
	g_free(flow);
}

static void flow_ask(LocalFlow *flow)
{
	Broker *broker = flow->broker;

	if (flow->asked > 0 || flow->sent->len == 0)
		return;
	if (broker->ops->local_flow_ask(broker->userdata) >= 0) {
		flow->asked = flow->sent->len;
		return;
	}
	/* no answer will come, so nobody may be left waiting for one */
	g_array_set_size(flow->sent, 0);
	task_at(&flow->next, AT_ONCE);
}

int local_flow_send(LocalAttr *attr, GBytes *value, FlowWait *wait)
{
	User *user = attr->service->session->user;
	Broker *broker = attr->service->session->broker;
	const size_t size = ENVELOPE + g_bytes_get_size(value);
	LocalFlow *flow = broker->flow;
	Charge charge = wait->place;

	wait->place = (Charge){ 0 };
	if (!charge.user &&
	    (flow_is_behind(flow, user, NULL) || charge_init(&charge, user, QUOTA_VALUES, size) < 0)) {
		if (!wait->user)
			wait->user = user_ref(user);
		wait->broker = broker;
		wait->size = size;
		wait_stand(&flow->waits, &wait->wait);
		return -EAGAIN;
	}
	broker->ops->local_notify(broker->userdata, attr, value);
	g_array_append_val(flow->sent, charge);
	flow_ask(flow);
	return 0;
}

void flow_wait_deinit(FlowWait *wait)
{
	if (!wait->user)
		return;
	charge_end(&wait->place);
	wait->user = user_unref(wait->user);
	task_at(&wait->broker->flow->next, AT_ONCE);
}

void local_flow_taken(Broker *broker)
{
	LocalFlow *flow = broker->flow;

	g_array_remove_range(flow->sent, 0, flow->asked);
	flow->asked = 0;
	task_at(&flow->next, AT_ONCE);
	flow_ask(flow);
}
