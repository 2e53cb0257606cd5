/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name of a radio. */
#include "core/radio-name.h"

#include <string.h>

static void on_order(Task *task, uint64_t now UNUSED)
{
	NameWait *wait = CONTAINER_OF(task, NameWait, order);
	Broker *broker = wait->radio->broker;

	broker->ops->radio_rename(broker->userdata, wait->radio, wait->name, wait);
}

/* Takes the order back, or tells the edge not to answer it any more. */
static void name_wait_forget(NameWait *wait)
{
	const Broker *broker = wait->radio->broker;

	if (task_is_due(&wait->order))
		task_cancel(&wait->order);
	else
		broker->ops->radio_rename_forget(broker->userdata, wait);
}

static void on_left(WaitLine *line UNUSED, Wait *wait)
{
	name_wait_forget(CONTAINER_OF(wait, NameWait, wait));
}

int radio_name_set(Radio *radio, const char *name, NameWait *wait, Reason *reason)
{
	Broker *broker = radio->broker;

	if (strlen(name) > RADIO_NAME_LIMIT)
		return reason_set(reason, E_INVALID_ARGUMENTS, "Name: %zu bytes, at most %d", strlen(name),
				  RADIO_NAME_LIMIT);
	if (!g_utf8_validate(name, -1, NULL))
		return reason_set(reason, E_INVALID_ARGUMENTS, "Name: is not UTF-8");
	if (!broker->bluez_up)
		return radio_ready(radio, reason);
	if (!radio->present)
		return reason_set(reason, E_NOT_READY, "hci%u is unplugged", radio->index);
	wait->radio = radio;
	g_strlcpy(wait->name, name, sizeof(wait->name));
	wait_stand(&radio->renames, &wait->wait);
	task_init(&wait->order, &broker->agenda, on_order);
	task_at(&wait->order, AT_ONCE);
	return 0;
}

void radio_names_init(Radio *radio)
{
	wait_line_init(&radio->renames, on_left);
}

void radio_name_done(NameWait *wait, int error, const Reason *reason)
{
	wait_end(&wait->wait, error, reason);
}

void radio_names_gone(Radio *radio, int error, const Reason *reason)
{
	const GList *first;

	while ((first = radio->renames.waits.head)) {
		name_wait_forget(CONTAINER_OF((Wait *)first->data, NameWait, wait));
		wait_end(first->data, error, reason);
	}
}
