/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Charges by Unix user. */
#include "core/quota.h"

#include <assert.h>
#include <errno.h>
#include <glib.h>
#include <string.h>

struct Quota {
	GHashTable *users;	/* uid → User; the table holds no reference */
	uint64_t limits[_QUOTA_MAX];
};

struct User {
	Quota *quota;
	uid_t uid;
	unsigned refs;
	uint64_t charged[_QUOTA_MAX];
	uint64_t paid;		/* when the time that it has used is paid off, at its share */
};

Quota *quota_new(const uint64_t limits[static _QUOTA_MAX])
{
	Quota *quota = g_new0(Quota, 1);

	quota->users = g_hash_table_new(g_direct_hash, g_direct_equal);
	memcpy(quota->limits, limits, sizeof(quota->limits));
	return quota;
}

Quota *quota_free(Quota *quota)
{
	if (!quota)
		return NULL;
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
	user->refs++;
	return user;
}

/* A user stays known while somebody holds it or something is charged to it. */
static void forget_if_idle(User *user)
{
	if (user->refs > 0)
		return;
	for (size_t i = 0; i < _QUOTA_MAX; i++) {
		if (user->charged[i] > 0)
			return;
	}
	g_hash_table_remove(user->quota->users, GUINT_TO_POINTER(user->uid));
	g_free(user);
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
}
