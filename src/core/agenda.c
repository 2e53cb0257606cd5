/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agenda: a queue of the tasks that are due at once, and a heap of those that have a time. */
#include "core/agenda.h"

void agenda_init(Agenda *agenda)
{
	g_queue_init(&agenda->due);
	g_queue_init(&agenda->next);
	agenda->timers = g_ptr_array_new();
	agenda->runs = 0;
	agenda->running = false;
}

void agenda_deinit(Agenda *agenda)
{
	g_assert(g_queue_is_empty(&agenda->due) && g_queue_is_empty(&agenda->next) &&
		 agenda->timers->len == 0);
	g_ptr_array_free(agenda->timers, TRUE);
}

/* --- the heap: no task is due before the one above it; places count from 1 --- */

static Task *timer_at(const Agenda *agenda, guint place)
{
	return g_ptr_array_index(agenda->timers, place - 1);
}

static void timer_put(Agenda *agenda, guint place, Task *task)
{
	g_ptr_array_index(agenda->timers, place - 1) = task;
	task->timer = place;
}

static void timer_rise(Agenda *agenda, guint place, Task *task)
{
	for (; place > 1 && timer_at(agenda, place / 2)->due > task->due; place /= 2)
		timer_put(agenda, place, timer_at(agenda, place / 2));
	timer_put(agenda, place, task);
}

static void timer_sink(Agenda *agenda, guint place, Task *task)
{
	guint child;

	while ((child = 2 * place) <= agenda->timers->len) {
		if (child < agenda->timers->len &&
		    timer_at(agenda, child + 1)->due < timer_at(agenda, child)->due)
			child++;
		if (timer_at(agenda, child)->due >= task->due)
			break;
		timer_put(agenda, place, timer_at(agenda, child));
		place = child;
	}
	timer_put(agenda, place, task);
}

static void timer_remove(Agenda *agenda, Task *task)
{
	const guint place = task->timer;
	Task *last = timer_at(agenda, agenda->timers->len);

	g_ptr_array_set_size(agenda->timers, (gint)agenda->timers->len - 1);
	task->timer = 0;
	if (last == task)
		return;
	if (place > 1 && timer_at(agenda, place / 2)->due > last->due)
		timer_rise(agenda, place, last);
	else
		timer_sink(agenda, place, last);
}

/* --- tasks --- */

void task_init(Task *task, Agenda *agenda, void (*run)(Task *task, uint64_t now))
{
	*task = (Task){ .run = run, .agenda = agenda, .due = USEC_NEVER, .place.data = task };
}

void task_cancel(Task *task)
{
	if (task->line)
		g_queue_unlink(task->line, &task->place);
	else if (task->timer > 0)
		timer_remove(task->agenda, task);
	task->line = NULL;
	task->due = USEC_NEVER;
}

void task_at(Task *task, uint64_t when)
{
	Agenda *agenda = task->agenda;

	if (task->due == when)
		return;
	task_cancel(task);
	task->due = when;
	if (when == USEC_NEVER)
		return;
	if (when != AT_ONCE) {
		g_ptr_array_add(agenda->timers, task);
		timer_rise(agenda, agenda->timers->len, task);
		return;
	}
	task->line = agenda->running && task->ran == agenda->runs ? &agenda->next : &agenda->due;
	g_queue_push_tail_link(task->line, &task->place);
}

void task_by(Task *task, uint64_t when)
{
	if (when < task->due)
		task_at(task, when);
}

bool task_is_due(const Task *task)
{
	return task->line;
}

/* --- running --- */

static void take_expired(Agenda *agenda, uint64_t now)
{
	while (agenda->timers->len > 0 && timer_at(agenda, 1)->due <= now)
		task_at(timer_at(agenda, 1), AT_ONCE);
}

/* Tasks that were put on again in the run in which they had run are first in this one. */
static void take_left_over(Agenda *agenda)
{
	GList *item;

	while ((item = g_queue_pop_tail_link(&agenda->next))) {
		g_queue_push_head_link(&agenda->due, item);
		((Task *)item->data)->line = &agenda->due;
	}
}

void agenda_run(Agenda *agenda, uint64_t now)
{
	Task *task;

	g_assert(!agenda->running);
	agenda->running = true;
	agenda->runs++;
	take_left_over(agenda);
	take_expired(agenda, now);
	while ((task = g_queue_peek_head(&agenda->due))) {
		task_cancel(task);
		task->ran = agenda->runs;
		task->run(task, now);
	}
	agenda->running = false;
}

uint64_t agenda_next(const Agenda *agenda)
{
	if (agenda->due.length > 0 || agenda->next.length > 0)
		return AT_ONCE;
	return agenda->timers->len > 0 ? timer_at(agenda, 1)->due : USEC_NEVER;
}
