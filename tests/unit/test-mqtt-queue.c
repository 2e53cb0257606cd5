/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports that wait: order, what is lost when it is full, and that it never needs more than its bytes. */
#include <glib.h>
#include <string.h>

#include "meaning/ad.h"
#include "mqtt/report-queue.h"
#include "unit.h"

#define ROUNDS 200000

static uint8_t bytes[UINT16_MAX];

/* A report whose bytes tell its number. */
static Heard heard_of(uint64_t number, uint16_t length)
{
	memset(bytes, (int)(number % 251), length);
	return (Heard){
		.report = { .time = number * 7, .sequence = number * 3,
			    .address = { 1, 2, 3, 4, 5, (uint8_t)number },
			    .rssi = (int8_t)-(int)(number % 100), .length = length, .data = bytes },
		.unix_us = number * 11,
		.sequence = number,
		.lost = number / 2,
	};
}

static void check(const Heard *found, uint64_t number, uint16_t length)
{
	must(found->sequence == number && found->unix_us == number * 11 && found->lost == number / 2);
	must(found->report.time == number * 7 && found->report.sequence == number * 3);
	must(found->report.address[5] == (uint8_t)number && found->report.rssi == -(int)(number % 100));
	must(found->report.length == length);
	for (unsigned i = 0; i < length; i++)
		must(found->report.data[i] == number % 251);
}

START_TEST(test_order)
{
	ReportQueue *queue = report_queue_new(4096);
	Heard found;

	ck_assert(!report_queue_peek(queue, &found));
	for (uint16_t i = 1; i <= 3; i++) {
		const Heard heard = heard_of(i, (uint16_t)(i * 10));

		report_queue_push(queue, &heard);
	}
	ck_assert_uint_eq(report_queue_length(queue), 3);
	for (uint16_t i = 1; i <= 3; i++) {
		ck_assert(report_queue_peek(queue, &found));
		ck_assert(report_queue_peek(queue, &found));	/* it stays */
		check(&found, i, (uint16_t)(i * 10));
		report_queue_pop(queue);
	}
	ck_assert(!report_queue_peek(queue, &found));
	ck_assert_uint_eq(report_queue_bytes(queue), 0);
	ck_assert_uint_eq(report_queue_lost(queue), 0);
	report_queue_free(queue);
	report_queue_free(NULL);
}
END_TEST

/* What is nearly always empty stays at its beginning: the report is at the same place each time. */
START_TEST(test_begins_again)
{
	ReportQueue *queue = report_queue_new(1 << 20);
	const uint8_t *place = NULL;
	Heard found;

	for (uint64_t i = 0; i < 100000; i++) {
		const Heard heard = heard_of(i, 31);

		report_queue_push(queue, &heard);
		must(report_queue_peek(queue, &found));
		must(!place || found.report.data == place);
		place = found.report.data;
		report_queue_pop(queue);
	}
	report_queue_free(queue);
}
END_TEST

/* What can never fit is lost, and takes nothing with it. */
START_TEST(test_longer_than_all)
{
	ReportQueue *queue = report_queue_new(1024);
	Heard heard = heard_of(1, 31), found;

	report_queue_push(queue, &heard);
	heard = heard_of(2, 1024);
	report_queue_push(queue, &heard);
	ck_assert_uint_eq(report_queue_lost(queue), 1);
	ck_assert_uint_eq(report_queue_length(queue), 1);
	ck_assert(report_queue_peek(queue, &found));
	ck_assert_uint_eq(found.sequence, 1);
	report_queue_free(queue);
}
END_TEST

/* The model: numbers with their lengths. What is lost is always the oldest. */
typedef struct Model {
	ReportQueue *queue;
	GQueue *waiting;	/* of (number << 16 | length), as pointers */
	uint64_t next;
	uint64_t pushed, popped;
} Model;

static void model_push(Model *model, uint16_t length, size_t size)
{
	const Heard heard = heard_of(++model->next, length);

	report_queue_push(model->queue, &heard);
	model->pushed++;
	g_queue_push_tail(model->waiting, GSIZE_TO_POINTER(model->next << 16 | length));
	/* of the model's oldest as many go as the queue says that it lost */
	while (g_queue_get_length(model->waiting) > report_queue_length(model->queue))
		g_queue_pop_head(model->waiting);
	must(report_queue_bytes(model->queue) <= size);
	must(model->pushed == model->popped + report_queue_length(model->queue) +
	     report_queue_lost(model->queue));
}

static void model_pop(Model *model)
{
	const size_t oldest = GPOINTER_TO_SIZE(g_queue_pop_head(model->waiting));
	Heard found;

	must(report_queue_peek(model->queue, &found) == (oldest != 0));
	if (oldest == 0)
		return;
	check(&found, oldest >> 16, (uint16_t)oldest);
	report_queue_pop(model->queue);
	model->popped++;
}

static uint16_t some_length(GRand *rand)
{
	return (uint16_t)g_rand_int_range(rand, 0, g_rand_boolean(rand) ? 32 : AD_MAX + 1);
}

/* Random pushes and pops, in phases in which one or the other are more. */
START_TEST(test_random)
{
	static const size_t sizes[] = { 1800, 1801, 4096, 5000, 65536 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		GRand *rand = g_rand_new_with_seed((uint32_t)i + 1);
		Model model = { .queue = report_queue_new(sizes[i]), .waiting = g_queue_new() };
		int pushes = 50;

		for (unsigned round = 0; round < ROUNDS / ARRAY_SIZE(sizes); round++) {
			if (round % 500 == 0)
				pushes = g_rand_int_range(rand, 20, 90);
			if (g_rand_int_range(rand, 0, 100) < pushes)
				model_push(&model, some_length(rand), sizes[i]);
			else
				model_pop(&model);
		}
		while (report_queue_length(model.queue) > 0)
			model_pop(&model);
		ck_assert_uint_eq(g_queue_get_length(model.waiting), 0);
		ck_assert_uint_gt(report_queue_lost(model.queue), 0);
		report_queue_free(model.queue);
		g_queue_free(model.waiting);
		g_rand_free(rand);
	}
}
END_TEST

/* It holds what its bytes allow: a flood of short reports leaves as many as fit, but for the room of two. */
START_TEST(test_full)
{
	ReportQueue *queue = report_queue_new(10000);
	Heard found;

	for (uint64_t i = 1; i <= 1000; i++) {
		const Heard heard = heard_of(i, 31);

		report_queue_push(queue, &heard);
	}
	ck_assert_uint_ge(report_queue_bytes(queue), 10000 - 2 * (sizeof(Heard) + 40));
	ck_assert_uint_eq(report_queue_lost(queue) + report_queue_length(queue), 1000);
	ck_assert(report_queue_peek(queue, &found));
	ck_assert_uint_eq(found.sequence, report_queue_lost(queue) + 1);
	report_queue_free(queue);
}
END_TEST

UNIT_MAIN("mqtt-queue", test_order, test_begins_again, test_longer_than_all, test_random, test_full)
