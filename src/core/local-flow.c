/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values on their way to bluetoothd. */
#include "core/local-flow.h"

#include <errno.h>

#include "core/session.h"

/* What a value takes on its way beyond its bytes, about. */
#define ENVELOPE 200

struct LocalFlow {
	GArray *sent;		/* Charge, in the order in which they were sent */
	guint asked;		/* of these; 0: bluetoothd has not been asked */
	GQueue waits;		/* FlowWait */
};

static void charge_clear(void *charge)
{
	charge_end(charge);
}

LocalFlow *local_flow_new(void)
{
	LocalFlow *flow = g_new0(LocalFlow, 1);

	flow->sent = g_array_new(FALSE, FALSE, sizeof(Charge));
	g_array_set_clear_func(flow->sent, charge_clear);
	return flow;
}

void local_flow_free(LocalFlow *flow)
{
	g_assert(g_queue_is_empty(&flow->waits));
	g_array_free(flow->sent, TRUE);
	g_free(flow);
}

static void flow_ask(Broker *broker)
{
	LocalFlow *flow = broker->flow;

	if (flow->asked > 0 || flow->sent->len == 0)
		return;
	if (broker->ops->local_flow_ask(broker->userdata) < 0)
		g_array_set_size(flow->sent, 0);
	else
		flow->asked = flow->sent->len;
}

/* Whether it may go now: nothing of the user's that came before waits. */
static bool flow_has_room(const LocalFlow *flow, const User *user, size_t size)
{
	if (user_charged(user, QUOTA_VALUES) + size > user_limit(user, QUOTA_VALUES))
		return false;
	for (const GList *item = flow->waits.head; item; item = item->next)
		if (((const FlowWait *)item->data)->user == user)
			return false;
	return true;
}

static void flow_wait(LocalFlow *flow, FlowWait *wait)
{
	wait->place = (GList){ .data = wait };
	wait->line = &flow->waits;
	g_queue_push_tail_link(wait->line, &wait->place);
}

int local_flow_send(LocalAttr *attr, GBytes *value, FlowWait *wait)
{
	User *user = attr->service->session->user;
	Broker *broker = attr->service->session->broker;
	const size_t size = ENVELOPE + g_bytes_get_size(value);
	Charge charge;

	if (!flow_has_room(broker->flow, user, size) || charge_init(&charge, user, QUOTA_VALUES, size) < 0) {
		wait->user = user_ref(user);
		wait->size = size;
		flow_wait(broker->flow, wait);
		return -EAGAIN;
	}
	broker->ops->local_notify(broker->userdata, attr, value);
	g_array_append_val(broker->flow->sent, charge);
	flow_ask(broker);
	return 0;
}

void flow_wait_cancel(FlowWait *wait)
{
	if (!wait->line)
		return;
	g_queue_unlink(wait->line, &wait->place);
	wait->line = NULL;
	wait->user = user_unref(wait->user);
}

/* It may go, or waits again, behind those that it waited behind before. */
static void flow_try(LocalFlow *flow, FlowWait *wait)
{
	const bool room = flow_has_room(flow, wait->user, wait->size);

	if (room) {
		flow_wait_cancel(wait);
		wait->done(wait);
		return;
	}
	g_queue_unlink(wait->line, &wait->place);
	flow_wait(flow, wait);
}

static void flow_try_all(LocalFlow *flow)
{
	GQueue waits = flow->waits;

	g_queue_init(&flow->waits);
	for (GList *item = waits.head; item; item = item->next)
		((FlowWait *)item->data)->line = &waits;
	while (waits.head)
		flow_try(flow, waits.head->data);
}

void local_flow_taken(Broker *broker)
{
	LocalFlow *flow = broker->flow;

	g_array_remove_range(flow->sent, 0, flow->asked);
	flow->asked = 0;
	/* Where bluetoothd could not be asked, no answer will come: nobody may wait for one. */
	do {
		flow_try_all(flow);
		flow_ask(broker);
	} while (flow->asked == 0 && !g_queue_is_empty(&flow->waits));
}
