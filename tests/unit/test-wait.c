/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Those who wait: told once, at the end of the turn, in order; and what it costs as long as it lasts. */
#include "core/wait.h"

#include <string.h>

#include "core/quota.h"
#include "unit.h"

typedef struct Waiter {
	Wait wait;
	char name;
	int error;
	char text[256];		/* of the reason; "-": there was none */
	GBytes *value;
	void (*then)(struct Waiter *waiter);	/* what it does when told */
	WaitLine *line;		/* for that */
	struct Waiter *other;
} Waiter;

static char told[256];

static void tell(char name)
{
	const size_t length = strlen(told);

	ck_assert_uint_lt(length, sizeof(told) - 1);
	told[length] = name;
	told[length + 1] = '\0';
}

static void on_done(Wait *wait, int error, const Reason *reason)
{
	Waiter *waiter = CONTAINER_OF(wait, Waiter, wait);

	/* it may do anything now: it does not wait any more */
	ck_assert(!wait_is_on(wait));
	tell(waiter->name);
	waiter->error = error;
	g_strlcpy(waiter->text, reason ? reason->text : "-", sizeof(waiter->text));
	waiter->value = wait->value;
	if (waiter->then)
		waiter->then(waiter);
}

static void waiters_init(Agenda *agenda, Waiter *waiters, size_t n)
{
	told[0] = '\0';
	agenda_init(agenda);
	for (size_t i = 0; i < n; i++) {
		waiters[i] = (Waiter){ .name = (char)('a' + i) };
		wait_init(&waiters[i].wait, agenda, on_done);
	}
}

static void stand(WaitLine *line, Waiter *waiters, size_t n)
{
	wait_line_init(line, NULL);
	for (size_t i = 0; i < n; i++)
		wait_stand(line, &waiters[i].wait);
}

static void expect(Agenda *agenda, const char *who)
{
	agenda_run(agenda, 1);
	ck_assert_str_eq(told, who);
	told[0] = '\0';
}

static void end(Agenda *agenda, WaitLine *line, Waiter *waiters, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wait_deinit(&waiters[i].wait);
	if (line)
		wait_line_deinit(line);
	expect(agenda, "");
	ck_assert_uint_eq(agenda_next(agenda), USEC_NEVER);
	agenda_deinit(agenda);
}

START_TEST(test_told_at_the_end_of_the_turn)
{
	Reason reason;
	Waiter w[3];
	WaitLine line;
	Agenda agenda;

	waiters_init(&agenda, w, 3);
	ck_assert(!wait_is_on(&w[0].wait));
	stand(&line, w, 3);
	ck_assert(wait_is_on(&w[0].wait));
	expect(&agenda, "");

	/* off the line at once, and told later; the reason is kept for that */
	reason_set(&reason, E_FAILED, "why");
	wait_end(&w[1].wait, E_FAILED, &reason);
	reason_set(&reason, E_FAILED, "another");
	ck_assert_uint_eq(line.waits.length, 2);
	ck_assert(wait_is_on(&w[1].wait));
	wait_end(&w[0].wait, 0, NULL);
	ck_assert_str_eq(told, "");
	expect(&agenda, "ba");
	ck_assert_int_eq(w[1].error, E_FAILED);
	ck_assert_str_eq(w[1].text, "why");
	ck_assert_int_eq(w[0].error, 0);
	ck_assert_str_eq(w[0].text, "-");
	ck_assert_ptr_null(w[0].value);
	expect(&agenda, "");

	/* what came last is what it is told; one that stands nowhere can be told, too */
	wait_end(&w[2].wait, E_FAILED, &reason);
	wait_end(&w[2].wait, 0, NULL);
	wait_end(&w[1].wait, E_BUSY, NULL);
	expect(&agenda, "cb");
	ck_assert_int_eq(w[2].error, 0);
	ck_assert_str_eq(w[2].text, "-");
	ck_assert_int_eq(w[1].error, E_BUSY);
	end(&agenda, &line, w, 3);
}
END_TEST

START_TEST(test_value)
{
	GBytes *first = g_bytes_new("first", 5), *second = g_bytes_new("second", 6);
	Waiter w[2];
	WaitLine line;
	Agenda agenda;

	waiters_init(&agenda, w, 2);
	stand(&line, w, 2);
	wait_end_with(&w[0].wait, first);
	wait_end_with(&w[0].wait, second);
	wait_end_with(&w[1].wait, first);
	g_bytes_unref(first);
	expect(&agenda, "ab");
	ck_assert_int_eq(w[0].error, 0);
	ck_assert_ptr_eq(w[0].value, second);
	ck_assert_mem_eq(g_bytes_get_data(w[1].value, NULL), "first", 5);
	/* one that waits anew has none yet */
	wait_init(&w[0].wait, &agenda, on_done);
	ck_assert_ptr_null(w[0].wait.value);
	g_bytes_unref(second);
	end(&agenda, &line, w, 2);
	ck_assert_ptr_null(w[1].wait.value);
}
END_TEST

static unsigned left;
static Wait *last_left;

static void on_left(WaitLine *line, Wait *wait)
{
	ck_assert_ptr_null(g_queue_find(&line->waits, wait));
	left++;
	last_left = wait;
}

START_TEST(test_cancel)
{
	Waiter w[4];
	WaitLine line;
	Agenda agenda;

	left = 0;
	waiters_init(&agenda, w, 4);
	/* never stood anywhere */
	wait_cancel(&w[3].wait);
	wait_line_init(&line, on_left);
	for (size_t i = 0; i < 3; i++)
		wait_stand(&line, &w[i].wait);
	wait_cancel(&w[1].wait);
	wait_cancel(&w[1].wait);
	ck_assert_uint_eq(left, 1);
	ck_assert_ptr_eq(last_left, &w[1].wait);
	ck_assert(!wait_is_on(&w[1].wait));
	/* about to be told already: not told, and nothing is left, for it stands there no more */
	wait_end(&w[0].wait, 0, NULL);
	wait_cancel(&w[0].wait);
	ck_assert(!wait_is_on(&w[0].wait));
	ck_assert_uint_eq(left, 1);
	expect(&agenda, "");
	/* who is told has not left, nor has who goes after that */
	wait_end(&w[2].wait, 0, NULL);
	expect(&agenda, "c");
	wait_deinit(&w[2].wait);
	ck_assert_uint_eq(left, 1);
	/* who goes leaves; it may come back */
	wait_stand(&line, &w[1].wait);
	wait_deinit(&w[1].wait);
	wait_deinit(&w[1].wait);
	ck_assert_uint_eq(left, 2);
	wait_stand(&line, &w[1].wait);
	wait_end(&w[1].wait, 0, NULL);
	expect(&agenda, "b");
	/* one that was never made */
	w[3].wait = (Wait){ 0 };
	wait_cancel(&w[3].wait);
	wait_deinit(&w[3].wait);
	end(&agenda, &line, w, 4);
	ck_assert_uint_eq(left, 2);
}
END_TEST

START_TEST(test_move)
{
	WaitLine line, other;
	Waiter w[3];
	Agenda agenda;

	left = 0;
	waiters_init(&agenda, w, 3);
	wait_line_init(&line, on_left);
	wait_line_init(&other, on_left);
	wait_stand(&line, &w[0].wait);
	wait_stand(&line, &w[1].wait);
	wait_stand(&other, &w[2].wait);
	/* at the end; and it has not left */
	wait_move(&w[0].wait, &other);
	ck_assert_uint_eq(left, 0);
	ck_assert_uint_eq(line.waits.length, 1);
	ck_assert_ptr_eq(other.waits.tail->data, &w[0].wait);
	wait_line_end(&other, 0, NULL);
	expect(&agenda, "ca");
	ck_assert_uint_eq(line.waits.length, 1);
	wait_move(&w[1].wait, &other);
	wait_cancel(&w[1].wait);
	ck_assert_uint_eq(left, 1);
	wait_line_deinit(&line);
	end(&agenda, &other, w, 3);
}
END_TEST

/* All of a line, or those of one session. */
START_TEST(test_lines)
{
	static char names[2];
	Session *const first = (Session *)&names[0], *const second = (Session *)&names[1];
	Reason reason;
	Waiter w[5];
	WaitLine line;
	Agenda agenda;

	waiters_init(&agenda, w, 5);
	stand(&line, w, 5);
	w[1].wait.session = w[3].wait.session = first;
	w[2].wait.session = second;
	ck_assert_ptr_eq(wait_line_find(&line, first), &w[1].wait);
	ck_assert_ptr_eq(wait_line_find(&line, second), &w[2].wait);
	ck_assert_ptr_eq(wait_line_find(&line, NULL), &w[0].wait);
	reason_set(&reason, E_NOT_READY, "the session ended");
	wait_line_drop(&line, first, E_NOT_READY, &reason);
	ck_assert_ptr_null(wait_line_find(&line, first));
	ck_assert_uint_eq(line.waits.length, 3);
	expect(&agenda, "bd");
	ck_assert_int_eq(w[3].error, E_NOT_READY);
	ck_assert_str_eq(w[3].text, "the session ended");
	/* nobody of it is left */
	wait_line_drop(&line, first, E_NOT_READY, &reason);
	expect(&agenda, "");
	wait_line_end(&line, E_BUSY, NULL);
	wait_line_end(&line, E_FAILED, NULL);
	ck_assert_ptr_null(wait_line_find(&line, second));
	expect(&agenda, "ace");
	ck_assert_int_eq(w[4].error, E_BUSY);

	wait_stand(&line, &w[1].wait);
	wait_stand(&line, &w[0].wait);
	wait_line_drop(&line, NULL, 0, NULL);
	expect(&agenda, "ba");
	end(&agenda, &line, w, 5);
}
END_TEST

static void stand_again(Waiter *waiter)
{
	waiter->then = NULL;
	wait_stand(waiter->line, &waiter->wait);
}

static void end_again(Waiter *waiter)
{
	waiter->then = NULL;
	wait_end(&waiter->wait, 0, NULL);
}

static void send_away(Waiter *waiter)
{
	wait_deinit(&waiter->other->wait);
	wait_deinit(&waiter->wait);
}

static void end_other(Waiter *waiter)
{
	wait_end(&waiter->other->wait, 0, NULL);
}

/* Who is told may wait again, where it waited before; send another away; or have it told. */
START_TEST(test_told_does_anything)
{
	Waiter w[4];
	WaitLine line;
	Agenda agenda;

	waiters_init(&agenda, w, 4);
	stand(&line, w, 3);
	w[0].then = stand_again;
	w[0].line = &line;
	wait_line_end(&line, 0, NULL);
	expect(&agenda, "abc");
	ck_assert_uint_eq(line.waits.length, 1);
	ck_assert(wait_is_on(&w[0].wait));
	wait_cancel(&w[0].wait);

	/* the same one a second time has its turn in the next run */
	w[0].then = end_again;
	wait_end(&w[0].wait, 0, NULL);
	expect(&agenda, "a");
	ck_assert_uint_eq(agenda_next(&agenda), AT_ONCE);
	expect(&agenda, "a");

	for (size_t i = 0; i < 3; i++)
		wait_stand(&line, &w[i].wait);
	w[0].then = send_away;
	w[0].other = &w[1];
	wait_line_end(&line, 0, NULL);
	expect(&agenda, "ac");

	/* in the same turn, and behind those who were to be told before */
	w[0].then = end_other;
	w[0].other = &w[3];
	wait_stand(&line, &w[3].wait);
	wait_end(&w[0].wait, 0, NULL);
	wait_end(&w[2].wait, 0, NULL);
	expect(&agenda, "acd");
	end(&agenda, &line, w, 4);
}
END_TEST

START_TEST(test_charge)
{
	const uint64_t limits[_QUOTA_MAX] = { [QUOTA_CALLS] = 2, [QUOTA_BYTES] = 100 };
	Quota *quota = NULL;
	User *user = NULL;
	Reason reason = { "" };
	Waiter w[3];
	WaitLine line;
	Agenda agenda;

	quota = quota_new(limits);
	user = quota_user(quota, 7);
	waiters_init(&agenda, w, 3);
	/* once, however often it waits */
	ck_assert_int_eq(wait_charge(&w[0].wait, user, 40, &reason), 0);
	ck_assert_int_eq(wait_charge(&w[0].wait, user, 40, &reason), 0);
	wait_init(&w[0].wait, &agenda, on_done);
	ck_assert_int_eq(wait_charge(&w[0].wait, user, 40, &reason), 0);
	ck_assert_uint_eq(user_charged(user, QUOTA_CALLS), 1);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), 40);
	/* too many bytes, or calls: nothing of it is charged */
	ck_assert_int_eq(wait_charge(&w[1].wait, user, 61, &reason), E_LIMIT_REACHED);
	ck_assert_ptr_nonnull(strstr(reason.text, "BytesPerUser"));
	ck_assert_int_eq(wait_charge(&w[1].wait, user, 10, &reason), 0);
	ck_assert_int_eq(wait_charge(&w[2].wait, user, 10, &reason), E_LIMIT_REACHED);
	ck_assert_str_eq(reason.text, "uid 7 has 2 calls waiting (QueuedCallsPerUser)");
	ck_assert_uint_eq(user_charged(user, QUOTA_CALLS), 2);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), 50);

	/* as long as it is there: also when it was told, or does not want it any more */
	stand(&line, w, 2);
	wait_end(&w[0].wait, 0, NULL);
	wait_cancel(&w[1].wait);
	expect(&agenda, "a");
	ck_assert_uint_eq(user_charged(user, QUOTA_CALLS), 2);
	wait_deinit(&w[0].wait);
	wait_deinit(&w[0].wait);
	ck_assert_uint_eq(user_charged(user, QUOTA_CALLS), 1);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), 10);
	ck_assert_int_eq(wait_charge(&w[2].wait, user, 10, &reason), 0);
	end(&agenda, &line, w, 3);
	ck_assert_uint_eq(user_charged(user, QUOTA_CALLS), 0);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), 0);
	user_unref(user);
	quota_free(quota);
}
END_TEST

UNIT_MAIN("wait", test_told_at_the_end_of_the_turn, test_value, test_cancel, test_move, test_lines,
	  test_told_does_anything, test_charge)
