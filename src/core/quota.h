/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each Unix user may hold of the daemon. Every allocation that a program can cause is charged here
 * before it is made, and discharged when it is freed: by a Charge (core/charge.h) in the object.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "util/macros.h"

typedef enum QuotaKind {
	QUOTA_SESSIONS,
	QUOTA_FIFO_BYTES,
	QUOTA_CALLS,		/* calls that wait for something */
	QUOTA_CONNECTIONS,	/* bus connections that we remember */
	QUOTA_STREAMS,		/* file descriptors that we share with programs */
	QUOTA_ATTRIBUTES,	/* services, characteristics and descriptors that we offer to peers */
	/* memory of what waits or is kept: operations, messages, links, subscriptions, advertisements,
	 * values */
	QUOTA_BYTES,
	/* bytes of our attributes' values that bluetoothd has not taken yet (core/local-flow.h) */
	QUOTA_VALUES,
	_QUOTA_MAX,
} QuotaKind;

typedef struct Quota Quota;	/* the table of users */
typedef struct User User;	/* one uid; counted */

Quota *quota_new(const uint64_t limits[static _QUOTA_MAX]);
/* Nobody may hold a user, or have anything charged. Returns NULL; takes NULL. */
Quota *quota_free(Quota *quota);

/* All users that hold something, or are held. No user may come or go meanwhile. */
void quota_for_each(const Quota *quota, void (*each)(const User *user, void *userdata), void *userdata);

/* The user of a uid, made on first use; a reference is taken. */
User *quota_user(Quota *quota, uid_t uid);
/* A user without references is forgotten once nothing is charged to it, and the time that it took
 * (user_take_time) is paid off. Returns NULL; takes NULL. */
User *user_unref(User *user);
User *user_ref(User *user);
uid_t user_uid(const User *user);

/* -EDQUOT, and nothing is charged, if the limit would be passed. */
int user_charge(User *user, QuotaKind kind, uint64_t amount);
void user_discharge(User *user, QuotaKind kind, uint64_t amount);
uint64_t user_charged(const User *user, QuotaKind kind);
uint64_t user_limit(const User *user, QuotaKind kind);

/*
 * CPU time, which bounds calls that want no answer, as nothing else does. A user may take USER_TIME_BURST at
 * once, and in the long run one part in USER_TIME_SHARE of all time. All are microseconds; now: of any clock
 * that never goes back.
 */
#define USER_TIME_SHARE 10
#define USER_TIME_BURST 5000
bool user_has_time(const User *user, uint64_t now);
void user_take_time(User *user, uint64_t usec, uint64_t now);
