/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message of core's to an edge, on its way: sent when the agenda is run, in the order in which they were
 * posted. For news.c and orders.c, which say what there is.
 */
#pragma once

#include "core/broker.h"

typedef struct Post Post;
/* To the radio side; to a face. */
typedef void (*PostSend)(const Post *post, const RadioOps *ops, void *userdata);
typedef void (*PostTell)(const Post *post, const FaceOps *ops, void *userdata);

struct Post {
	Task task;
	Broker *broker;
	PostSend send;		/* or */
	PostTell tell;
	const Face *face;	/* of whom it is told; NULL: all */
	union {
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
	Session *holder;
	char *text;		/* ours */
	const char *reason;	/* a word that stays where it is */
	Addr addr;
	GBytes *value;		/* ours */
	uint32_t number;
	uint16_t offset;
	bool on;
	GDestroyNotify free_object;
};

Post *post_order(Broker *broker, void *object, PostSend send);
Post *post_news(Broker *broker, const Face *face, void *object, PostTell tell);

/* Frees the object when all that was posted before has been sent: until then it keeps its name. */
void post_bury(Broker *broker, void *object, GDestroyNotify free_object);
