/* SPDX-License-Identifier: GPL-2.0-or-later */
/* News that wait for a program. */
#include "face/outbox.h"

#include <string.h>

#include "face/program.h"
#include "face/tree.h"

static void news_free(News *news)
{
	if (news->value)
		g_bytes_unref(news->value);
	g_free(news->path);
	g_free(news);
}

static size_t news_size(const News *news)
{
	return sizeof(*news) + sizeof(GList) + strlen(news->path) + 1 +
	       (news->value ? g_bytes_get_size(news->value) : 0);
}

bool outbox_must_wait(const Program *program)
{
	return program->outbox.held > 0 || program->outbox.news.length > 0 || program_is_behind(program);
}

/* Changes of one object that come one after the other are told as one. */
static bool merge(const Outbox *outbox, NewsKind kind, const char *path, const Iface *iface, uint32_t rows)
{
	News *last = outbox->news.tail ? outbox->news.tail->data : NULL;

	if (!last || kind != NEWS_CHANGED || last->kind != kind || last->iface != iface ||
	    strcmp(last->path, path) != 0)
		return false;
	last->rows |= rows;
	return true;
}

static int charge(Program *program, size_t size)
{
	Charge *held = &program->outbox.charge;

	return held->user ? charge_more(held, size) :
			    charge_init(held, program->user, QUOTA_FIFO_BYTES, size);
}

void outbox_push(Program *program, NewsKind kind, const Place *place, const char *path, const Iface *iface,
		 uint32_t rows, GBytes *value)
{
	News *news;

	if (merge(&program->outbox, kind, path, iface, rows))
		return;
	news = g_new0(News, 1);
	*news = (News){ .kind = kind,
			.path = g_strdup(path),
			.place = place->kind,
			.iface = iface,
			.rows = rows,
			.value = value };
	if (charge(program, news_size(news)) < 0) {
		news_free(news);
		program_cut_off(program, "it does not read");
		return;
	}
	g_queue_push_tail(&program->outbox.news, news);
}

void outbox_flush(Program *program)
{
	Outbox *outbox = &program->outbox;

	while (outbox->held == 0 && !program_is_behind(program)) {
		News *news = g_queue_pop_head(&outbox->news);

		if (!news)
			break;
		charge_less(&outbox->charge, news_size(news));
		tree_tell(program, news);
		news_free(news);
	}
}

void outbox_hold(Program *program)
{
	program->outbox.held++;
}

void outbox_release(Program *program)
{
	program->outbox.held--;
	program_ready(program);
}

void outbox_clear(Program *program)
{
	News *news;

	while ((news = g_queue_pop_head(&program->outbox.news)))
		news_free(news);
	charge_end(&program->outbox.charge);
}
