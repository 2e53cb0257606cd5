/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that another program is connected to. */
#include "face/engaged.h"

#include "core/devices.h"
#include "core/fanout.h"
#include "core/hold.h"
#include "core/link.h"
#include "face/view.h"

/* More than once: a program may take what comes with the answer to StartDiscovery for old (bleak from 0.21
 * on), and a device may be connected to after it has begun to scan, and before it has heard it. */
#define PERIOD USEC_PER_SEC

static void offer(const Engaged *engaged, const DeviceRow *row, const Report *last, uint64_t now)
{
	g_autoptr(Report) report = last ? report_repeat(last, now) : NULL;

	if (report)
		fanout_offer(engaged->session, report, row, now);
}

/* Its own are not told of: it would not hear them, either, if it were alone. */
static bool is_engaged(const View *view, const Link *link)
{
	return link->bluez.connected && !(view->session && hold_is_there(link, view->session));
}

static void on_period(Task *task, uint64_t now)
{
	const Engaged *engaged = CONTAINER_OF(task, Engaged, task);
	const Radio *radio = engaged->view->radio;

	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);
		const DeviceRow *row = is_engaged(engaged->view, link) ?
					       devices_find(radio->devices, &link->addr) :
					       NULL;

		/* what advertises all the same is heard */
		if (!row || row->last_seen + PERIOD > now)
			continue;
		offer(engaged, row, row->advertisement, now);
		offer(engaged, row, row->scan_response, now);
	}
	task_at(task, now + PERIOD);
}

void engaged_init(Engaged *engaged, const View *view)
{
	engaged->view = view;
	task_init(&engaged->task, &view->radio->broker->agenda, on_period);
}

void engaged_begin(Engaged *engaged, Session *session)
{
	engaged->session = session;
	task_at(&engaged->task, AT_ONCE);
}

void engaged_end(Engaged *engaged)
{
	task_cancel(&engaged->task);
}
