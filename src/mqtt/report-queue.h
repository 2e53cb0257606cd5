/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports that wait to be published: as many as its bytes hold. When it is full the oldest go, and are
 * counted. */
#pragma once

#include <stdbool.h>

#include "mqtt/heard.h"

typedef struct ReportQueue ReportQueue;

/* bytes: what all waiting reports may take, with their data; a report for which they are too few is lost.
 * Memory that was never needed is never touched. */
ReportQueue *report_queue_new(size_t bytes);
void report_queue_free(ReportQueue *queue);

/* Copies a report into it. */
void report_queue_push(ReportQueue *queue, const Heard *heard);

/* The oldest, which stays until report_queue_pop(); its data is the queue's, until the next push or pop.
 * False: it is empty. */
bool report_queue_peek(const ReportQueue *queue, Heard *ret);
void report_queue_pop(ReportQueue *queue);

unsigned report_queue_length(const ReportQueue *queue);
size_t report_queue_bytes(const ReportQueue *queue);
uint64_t report_queue_lost(const ReportQueue *queue);	/* reports that went because it was full, ever */
