/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to the edges. */
#include "core/post.h"

static void post_tell(const Post *post)
{
	const GPtrArray *faces = post->broker->faces;

	if (post->face) {
		post->tell(post, post->face->ops, post->face->userdata);
		return;
	}
	for (guint i = 0; i < faces->len; i++) {
		const Face *face = g_ptr_array_index(faces, i);

		post->tell(post, face->ops, face->userdata);
	}
}

static void row_free(ListRow *row)
{
	if (row->uids)
		g_array_unref(row->uids);
	g_free(row->name);
	g_free(row);
}

static void post_run(Task *task, uint64_t now UNUSED)
{
	Post *post = CONTAINER_OF(task, Post, task);

	if (post->send)
		post->send(post, post->broker->ops, post->broker->userdata);
	else if (post->tell)
		post_tell(post);
	else
		post->free_object(post->object);
	g_free(post->text);
	g_clear_pointer(&post->value, g_bytes_unref);
	g_clear_pointer(&post->row, row_free);
	g_free(post);
}

static Post *post_new(Broker *broker, void *object)
{
	Post *post = g_new0(Post, 1);

	post->broker = broker;
	post->object = object;
	task_init(&post->task, &broker->agenda, post_run);
	task_at(&post->task, AT_ONCE);
	return post;
}

Post *post_order(Broker *broker, void *object, PostSend send)
{
	Post *post = post_new(broker, object);

	post->send = send;
	return post;
}

Post *post_news(Broker *broker, const Face *face, void *object, PostTell tell)
{
	Post *post = post_new(broker, object);

	post->face = face;
	post->tell = tell;
	return post;
}

void post_bury(Broker *broker, void *object, GDestroyNotify free_object)
{
	post_new(broker, object)->free_object = free_object;
}
