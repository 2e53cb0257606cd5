/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of those who wait, and how they are answered. */
#include "core/wait.h"

void wait_line_init(WaitLine *line, void (*left)(WaitLine *line, Wait *wait))
{
	g_queue_init(&line->waits);
	line->left = left;
}

void wait_line_deinit(WaitLine *line)
{
	g_assert(line->waits.length == 0);
}

static void wait_answer(Task *task, uint64_t now UNUSED)
{
	Wait *wait = CONTAINER_OF(task, Wait, answer);

	wait->done(wait, wait->error, wait->explained ? &wait->reason : NULL);
}

void wait_init(Wait *wait, Agenda *agenda, void (*done)(Wait *wait, int error, const Reason *reason))
{
	g_assert(!wait_is_on(wait));
	wait->done = done;
	wait->session = NULL;
	g_clear_pointer(&wait->value, g_bytes_unref);
	wait->place = (GList){ .data = wait };
	task_init(&wait->answer, agenda, wait_answer);
}

int wait_charge(Wait *wait, User *user, uint64_t bytes, Reason *reason)
{
	int r;

	if (wait->call.user)
		return 0;
	r = charge_bytes(&wait->bytes, user, bytes, reason);
	if (r != 0)
		return r;
	if (charge_init(&wait->call, user, QUOTA_CALLS, 1) == 0)
		return 0;
	charge_end(&wait->bytes);
	return reason_set(reason, E_LIMIT_REACHED, "uid %u has %llu calls waiting (QueuedCallsPerUser)",
			  user_uid(user), (unsigned long long)user_limit(user, QUOTA_CALLS));
}

void wait_deinit(Wait *wait)
{
	wait_cancel(wait);
	g_clear_pointer(&wait->value, g_bytes_unref);
	charge_end(&wait->call);
	charge_end(&wait->bytes);
}

bool wait_is_on(const Wait *wait)
{
	return wait->line || task_is_due(&wait->answer);
}

void wait_stand(WaitLine *line, Wait *wait)
{
	wait->line = line;
	g_queue_push_tail_link(&line->waits, &wait->place);
}

static void wait_leave(Wait *wait)
{
	g_queue_unlink(&wait->line->waits, &wait->place);
	wait->line = NULL;
}

void wait_move(Wait *wait, WaitLine *line)
{
	wait_leave(wait);
	wait_stand(line, wait);
}

void wait_end(Wait *wait, int error, const Reason *reason)
{
	if (wait->line)
		wait_leave(wait);
	g_clear_pointer(&wait->value, g_bytes_unref);
	wait->error = error;
	wait->explained = reason;
	if (reason)
		wait->reason = *reason;
	task_at(&wait->answer, AT_ONCE);
}

void wait_end_with(Wait *wait, GBytes *value)
{
	wait_end(wait, 0, NULL);
	wait->value = g_bytes_ref(value);
}

void wait_cancel(Wait *wait)
{
	WaitLine *line = wait->line;

	task_cancel(&wait->answer);
	if (!line)
		return;
	wait_leave(wait);
	if (line->left)
		line->left(line, wait);
}

void wait_line_drop(WaitLine *line, const Session *session, int error, const Reason *reason)
{
	GList *next;

	for (GList *item = line->waits.head; item; item = next) {
		next = item->next;
		if (!session || ((const Wait *)item->data)->session == session)
			wait_end(item->data, error, reason);
	}
}

void wait_line_end(WaitLine *line, int error, const Reason *reason)
{
	wait_line_drop(line, NULL, error, reason);
}

Wait *wait_line_find(const WaitLine *line, const Session *session)
{
	for (GList *item = line->waits.head; item; item = item->next)
		if (((const Wait *)item->data)->session == session)
			return item->data;
	return NULL;
}
