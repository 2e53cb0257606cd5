/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Charges by Unix user. */
#include "core/quota.h"

#include <assert.h>
#include <errno.h>
#include <glib.h>
#include <string.h>

struct Quota {
	GHashTable *users;	/* uid → User; the table holds no reference */
	GQueue debtors;		/* User: idle, but the time that it took is not paid off; in order */
	uint64_t now;		/* when a user last took time */
	uint64_t limits[_QUOTA_MAX];
};

struct User {
	Quota *quota;
	uid_t uid;
	unsigned refs;
	uint64_t charged[_QUOTA_MAX];
	uint64_t paid;		/* when the time that it has used is paid off, at its share */
	GList *debt;		/* its place among the debtors; NULL: none */
};

Quota *quota_new(const uint64_t limits[static _QUOTA_MAX])
{
	Quota *quota = g_new0(Quota, 1);

	quota->users = g_hash_table_new(g_direct_hash, g_direct_equal);
	memcpy(quota->limits, limits, sizeof(quota->limits));
	return quota;
}

static void user_free(User *user)
{
	g_hash_table_remove(user->quota->users, GUINT_TO_POINTER(user->uid));
	g_free(user);
}

Quota *quota_free(Quota *quota)
{
	if (!quota)
		return NULL;
	while (!g_queue_is_empty(&quota->debtors))
		user_free(g_queue_pop_head(&quota->debtors));
	assert(g_hash_table_size(quota->users) == 0);
	g_hash_table_unref(quota->users);
	g_free(quota);
	return NULL;
}

void quota_for_each(const Quota *quota, void (*each)(const User *user, void *userdata), void *userdata)
{
	GHashTableIter iter;
	void *user;

	g_hash_table_iter_init(&iter, quota->users);
	while (g_hash_table_iter_next(&iter, NULL, &user))
		if (!((const User *)user)->debt)
			each(user, userdata);
}

User *quota_user(Quota *quota, uid_t uid)
{
	User *user = g_hash_table_lookup(quota->users, GUINT_TO_POINTER(uid));

	if (!user) {
		user = g_new0(User, 1);
		user->quota = quota;
		user->uid = uid;
		g_hash_table_insert(quota->users, GUINT_TO_POINTER(uid), user);
	}
	if (user->debt)
		g_queue_delete_link(&quota->debtors, g_steal_pointer(&user->debt));
	user->refs++;
	return user;
}

/* A user stays known while somebody holds it, something is charged to it, or it owes time. */
static void forget_if_idle(User *user)
{
	Quota *quota = user->quota;

	if (user->refs > 0)
		return;
	for (size_t i = 0; i < _QUOTA_MAX; i++) {
		if (user->charged[i] > 0)
			return;
	}
	if (user->paid <= quota->now) {
		user_free(user);
		return;
	}
	g_queue_push_tail(&quota->debtors, user);
	user->debt = quota->debtors.tail;
}

/* Two at most: each time that is taken makes one debtor more at most. */
static void forget_paid(Quota *quota)
{
	for (unsigned i = 0; i < 2; i++) {
		User *user = g_queue_peek_head(&quota->debtors);

		if (!user || user->paid > quota->now)
			return;
		g_queue_pop_head(&quota->debtors);
		user_free(user);
	}
}

User *user_unref(User *user)
{
	if (!user)
		return NULL;
	assert(user->refs > 0);
	user->refs--;
	forget_if_idle(user);
	return NULL;
}

User *user_ref(User *user)
{
	user->refs++;
	return user;
}

uid_t user_uid(const User *user)
{
	return user->uid;
}

int user_charge(User *user, QuotaKind kind, uint64_t amount)
{
	uint64_t limit = user->quota->limits[kind];

	if (user->charged[kind] > limit || amount > limit - user->charged[kind])
		return -EDQUOT;
	user->charged[kind] += amount;
	return 0;
}

void user_discharge(User *user, QuotaKind kind, uint64_t amount)
{
	assert(user->charged[kind] >= amount);
	user->charged[kind] -= amount;
	forget_if_idle(user);
}

uint64_t user_charged(const User *user, QuotaKind kind)
{
	return user->charged[kind];
}

uint64_t user_limit(const User *user, QuotaKind kind)
{
	return user->quota->limits[kind];
}

bool user_has_time(const User *user, uint64_t now)
{
	return user->paid <= now + USER_TIME_BURST * USER_TIME_SHARE;
}

void user_take_time(User *user, uint64_t usec, uint64_t now)
{
	user->paid = MAX(user->paid, now) + usec * USER_TIME_SHARE;
	user->quota->now = MAX(user->quota->now, now);
	forget_paid(user->quota);
}
