/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports that wait: records of different lengths in one ring of bytes, each in one piece. What does not fit
 * before the ring's end goes to its beginning; gap_at says then where the records before it end.
 */
#include "mqtt/report-queue.h"

#include <glib.h>
#include <string.h>

typedef struct Record {
	Heard heard;	/* report.data is not used */
	uint8_t data[];
} Record;

struct ReportQueue {
	uint8_t *ring;
	size_t size;
	size_t first;		/* where the oldest is */
	size_t end;		/* where the next one goes */
	size_t gap_at;		/* while wrapped */
	bool wrapped;		/* the newest are before the oldest */
	unsigned length;
	size_t bytes;
	uint64_t lost;
};

static size_t record_size(size_t length)
{
	const size_t align = _Alignof(Record);

	return (sizeof(Record) + length + align - 1) / align * align;
}

ReportQueue *report_queue_new(size_t bytes)
{
	ReportQueue *queue = g_new0(ReportQueue, 1);

	queue->ring = g_malloc(bytes);
	queue->size = bytes;
	return queue;
}

void report_queue_free(ReportQueue *queue)
{
	if (!queue)
		return;
	g_free(queue->ring);
	g_free(queue);
}

static Record *record_at(const ReportQueue *queue, size_t at)
{
	return (Record *)(void *)(queue->ring + at);
}

void report_queue_pop(ReportQueue *queue)
{
	size_t size;

	g_assert(queue->length > 0);
	size = record_size(record_at(queue, queue->first)->heard.report.length);
	queue->first += size;
	queue->bytes -= size;
	queue->length--;
	if (queue->wrapped && queue->first == queue->gap_at) {
		queue->first = 0;
		queue->wrapped = false;
	}
	/* so that what is nearly always empty needs no more memory than its first bytes */
	if (queue->length == 0)
		queue->first = queue->end = 0;
}

/* Whether there is room at the end, where it may move to the beginning of the ring. */
static bool has_room(ReportQueue *queue, size_t size)
{
	if (!queue->wrapped && queue->size - queue->end < size && queue->length > 0) {
		queue->gap_at = queue->end;
		queue->wrapped = true;
		queue->end = 0;
	}
	return (queue->wrapped ? queue->first : queue->size) - queue->end >= size;
}

void report_queue_push(ReportQueue *queue, const Heard *heard)
{
	const size_t size = record_size(heard->report.length);
	Record *record;

	if (size > queue->size) {
		queue->lost++;
		return;
	}
	while (!has_room(queue, size)) {
		report_queue_pop(queue);
		queue->lost++;
	}
	record = record_at(queue, queue->end);
	record->heard = *heard;
	if (heard->report.length > 0)
		memcpy(record->data, heard->report.data, heard->report.length);
	queue->end += size;
	queue->bytes += size;
	queue->length++;
}

bool report_queue_peek(const ReportQueue *queue, Heard *ret)
{
	const Record *record = record_at(queue, queue->first);

	if (queue->length == 0)
		return false;
	*ret = record->heard;
	ret->report.data = record->data;
	return true;
}

unsigned report_queue_length(const ReportQueue *queue)
{
	return queue->length;
}

size_t report_queue_bytes(const ReportQueue *queue)
{
	return queue->bytes;
}

uint64_t report_queue_lost(const ReportQueue *queue)
{
	return queue->lost;
}
