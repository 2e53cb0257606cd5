/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What something costs the user who caused it. */
#include "core/charge.h"

int charge_init(Charge *charge, User *user, QuotaKind kind, uint64_t amount)
{
	int r = user_charge(user, kind, amount);

	if (r < 0)
		return r;
	*charge = (Charge){ .user = user_ref(user), .kind = kind, .amount = amount };
	return 0;
}

int charge_bytes(Charge *charge, User *user, uint64_t amount, Reason *reason)
{
	if (charge_init(charge, user, QUOTA_BYTES, amount) == 0)
		return 0;
	return reason_set(reason, E_LIMIT_REACHED,
			  "what waits or is kept for uid %u would pass %llu bytes (BytesPerUser)",
			  user_uid(user), (unsigned long long)user_limit(user, QUOTA_BYTES));
}

int charge_more(Charge *charge, uint64_t amount)
{
	int r = user_charge(charge->user, charge->kind, amount);

	if (r < 0)
		return r;
	charge->amount += amount;
	return 0;
}

void charge_less(Charge *charge, uint64_t amount)
{
	user_discharge(charge->user, charge->kind, amount);
	charge->amount -= amount;
}

void charge_end(Charge *charge)
{
	if (!charge->user)
		return;
	user_discharge(charge->user, charge->kind, charge->amount);
	charge->user = user_unref(charge->user);
	charge->amount = 0;
}
