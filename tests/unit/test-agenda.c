/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agenda: order, times, and that nothing keeps the others from their turn. */
#include "core/agenda.h"

#include <string.h>

#include "unit.h"

typedef struct Item {
	Task task;
	char name;
	uint64_t again;		/* when it puts itself on again; USEC_NEVER: not */
	struct Item *other;	/* which it puts on at once, or takes off */
	bool cancels;
} Item;

static char said[256];

static void say(Task *task, uint64_t now UNUSED)
{
	Item *item = CONTAINER_OF(task, Item, task);
	const size_t length = strlen(said);

	ck_assert_uint_eq(task->due, USEC_NEVER);
	ck_assert_uint_lt(length, sizeof(said) - 1);
	said[length] = item->name;
	said[length + 1] = '\0';
	task_at(task, item->again);
	if (item->other && item->cancels)
		task_cancel(&item->other->task);
	else if (item->other)
		task_at(&item->other->task, AT_ONCE);
}

static void items_init(Agenda *agenda, Item *items, size_t n)
{
	said[0] = '\0';
	agenda_init(agenda);
	for (size_t i = 0; i < n; i++) {
		items[i] = (Item){ .name = (char)('a' + i % 26), .again = USEC_NEVER };
		task_init(&items[i].task, agenda, say);
	}
}

static void expect(Agenda *agenda, uint64_t now, const char *what)
{
	agenda_run(agenda, now);
	ck_assert_str_eq(said, what);
	said[0] = '\0';
}

START_TEST(test_order)
{
	Item items[4];
	Agenda agenda;

	items_init(&agenda, items, 4);
	ck_assert_uint_eq(agenda_next(&agenda), USEC_NEVER);
	task_at(&items[2].task, AT_ONCE);
	task_at(&items[0].task, AT_ONCE);
	/* what is on already keeps its place */
	task_at(&items[2].task, AT_ONCE);
	task_by(&items[0].task, 7);
	task_at(&items[1].task, 20);
	task_at(&items[3].task, 10);
	ck_assert_uint_eq(agenda_next(&agenda), AT_ONCE);
	ck_assert(task_is_due(&items[0].task) && !task_is_due(&items[1].task));
	expect(&agenda, 5, "ca");
	ck_assert_uint_eq(agenda_next(&agenda), 10);
	expect(&agenda, 9, "");
	expect(&agenda, 20, "db");
	ck_assert_uint_eq(agenda_next(&agenda), USEC_NEVER);
	agenda_deinit(&agenda);
}
END_TEST

START_TEST(test_change_of_mind)
{
	Item items[2];
	Agenda agenda;

	items_init(&agenda, items, 2);
	task_at(&items[0].task, 10);
	task_by(&items[0].task, 20);
	ck_assert_uint_eq(items[0].task.due, 10);
	task_at(&items[0].task, 20);
	task_at(&items[1].task, 15);
	expect(&agenda, 15, "b");
	task_by(&items[0].task, AT_ONCE);
	task_at(&items[1].task, AT_ONCE);
	task_cancel(&items[1].task);
	task_cancel(&items[1].task);
	expect(&agenda, 16, "a");
	task_at(&items[0].task, 30);
	task_at(&items[0].task, USEC_NEVER);
	ck_assert_uint_eq(agenda_next(&agenda), USEC_NEVER);
	agenda_deinit(&agenda);
}
END_TEST

/* What a task puts on is done in the same run; a task itself not before the next, in which it is the first. */
START_TEST(test_once_a_run)
{
	Item items[4];
	Agenda agenda;

	items_init(&agenda, items, 4);
	items[0].again = AT_ONCE;
	items[1].other = &items[2];
	items[2].other = &items[1];
	task_at(&items[0].task, AT_ONCE);
	task_at(&items[1].task, AT_ONCE);
	expect(&agenda, 1, "abc");
	ck_assert_uint_eq(agenda_next(&agenda), AT_ONCE);
	items[0].again = USEC_NEVER;
	items[2].other = NULL;
	task_at(&items[3].task, AT_ONCE);
	expect(&agenda, 2, "abdc");
	ck_assert_uint_eq(agenda_next(&agenda), USEC_NEVER);

	/* one that ran in the last run is none that goes on and on */
	task_at(&items[3].task, AT_ONCE);
	task_at(&items[0].task, AT_ONCE);
	expect(&agenda, 3, "da");
	/* a time that has come already waits for the next run, too */
	items[0].again = 1;
	task_at(&items[0].task, AT_ONCE);
	expect(&agenda, 4, "a");
	items[0].again = USEC_NEVER;
	expect(&agenda, 5, "a");
	agenda_deinit(&agenda);
}
END_TEST

START_TEST(test_taken_off_meanwhile)
{
	Item items[3];
	Agenda agenda;

	items_init(&agenda, items, 3);
	items[0].other = &items[2];
	items[0].cancels = true;
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		task_at(&items[i].task, i == 2 ? 5 : AT_ONCE);
	expect(&agenda, 5, "ab");
	agenda_deinit(&agenda);
}
END_TEST

/* Many with times, put on, changed and taken off without order, come in order. */
START_TEST(test_heap)
{
	enum { N = 200 };
	static Item items[N];
	uint64_t random = 1, last = 0;
	unsigned left = 0, came = 0;
	Agenda agenda;

	items_init(&agenda, items, N);
	for (unsigned round = 0; round < 10 * N; round++) {
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		task_at(&items[(random >> 33) % N].task, random >> 60 == 0 ? USEC_NEVER : 1 + (random >> 40) % 1000);
	}
	for (unsigned i = 0; i < N; i++)
		left += items[i].task.due != USEC_NEVER;
	ck_assert_uint_gt(left, N / 2);
	while (agenda_next(&agenda) != USEC_NEVER) {
		ck_assert_uint_ge(agenda_next(&agenda), last);
		last = agenda_next(&agenda);
		agenda_run(&agenda, last);
		came += (unsigned)strlen(said);
		said[0] = '\0';
	}
	ck_assert_uint_eq(came, left);
	agenda_deinit(&agenda);
}
END_TEST

UNIT_MAIN("agenda", test_order, test_change_of_mind, test_once_a_run, test_taken_off_meanwhile, test_heap)
