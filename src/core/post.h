/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message from core to an edge, on its way: messages are sent when the agenda is run, in the order in which
 * they were posted. For news.c and orders.c, which have a function for each kind of message.
 */
#pragma once

#include "core/broker.h"

typedef struct Post Post;
/* Send it to the radio side; tell it to a face. Both may read the post, but not keep it. */
typedef void (*PostSend)(const Post *post, const RadioOps *ops, void *userdata);
typedef void (*PostTell)(const Post *post, const FaceOps *ops, void *userdata);

struct Post {
	Task task;
	Broker *broker;
	PostSend send;		/* an order; else NULL */
	PostTell tell;		/* news; else NULL. With neither, object is freed */
	const Face *face;	/* to whom news are told; NULL: to all */
	union {			/* what it is about */
		Radio *radio;
		Session *session;
		Link *link;
		Attr *attr;
		AttrOp *op;
		Advert *advert;
		LocalService *service;
		LocalAttr *local;
		void *object;
	};
	Session *holder;	/* of the link */
	char *text;		/* owned by the post */
	const char *reason;	/* a string constant */
	Addr addr;
	GBytes *value;		/* owned by the post */
	ListRow *row;		/* owned by the post */
	uint32_t number;
	uint16_t offset;
	bool on;
	GDestroyNotify free_object;
};

Post *post_order(Broker *broker, void *object, PostSend send);
Post *post_news(Broker *broker, const Face *face, void *object, PostTell tell);

/* Frees the object when all that was posted before has been sent, for those posts may point to it. */
void post_bury(Broker *broker, void *object, GDestroyNotify free_object);
