/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that did not answer a connection attempt. */
#include "core/absent.h"

#include "core/link.h"

#define PAUSE_FIRST (5 * USEC_PER_SEC)	/* between attempts to reopen a lost link; doubles each time */
#define PAUSE_MAX (60 * USEC_PER_SEC)
#define ABSENT_FOR (600 * USEC_PER_SEC)	/* how long a failure is remembered */

static Absent *find_absent(Radio *radio, const Addr *addr)
{
	for (size_t i = 0; i < ABSENT_MAX; i++)
		if (radio->absent[i].tried_at != 0 && addr_equal(&radio->absent[i].addr, addr))
			return &radio->absent[i];
	return NULL;
}

static void note_absent(Link *link)
{
	Absent *entry = find_absent(link->radio, &link->addr);

	/* a free entry, else the one that was tried longest ago */
	for (size_t i = 0; i < ABSENT_MAX && !entry; i++)
		if (link->radio->absent[i].tried_at == 0)
			entry = &link->radio->absent[i];
	if (!entry) {
		entry = &link->radio->absent[0];
		for (size_t i = 1; i < ABSENT_MAX; i++)
			if (link->radio->absent[i].tried_at < entry->tried_at)
				entry = &link->radio->absent[i];
	}
	*entry = (Absent){ .addr = link->addr, .tried_at = link->tried_at, .failures = link->failures };
}

void absent_recall(Link *link, uint64_t now)
{
	const Absent *entry = find_absent(link->radio, &link->addr);

	if (!entry || entry->tried_at + ABSENT_FOR <= now)
		return;
	link->tried_at = entry->tried_at;
	link->failures = entry->failures;
}

void absent_count(Link *link, uint64_t now)
{
	link->tried_at = now;
	link->failures++;
	note_absent(link);
}

static uint64_t pause_after(unsigned failures)
{
	return MIN(PAUSE_FIRST << MIN(failures - 1, 8u), PAUSE_MAX);
}

void absent_note(Link *link, uint64_t now)
{
	absent_count(link, now);
	link->retry_at = now + pause_after(link->failures);
}

void absent_clear(Link *link)
{
	Absent *entry = find_absent(link->radio, &link->addr);

	link->tried_at = 0;
	link->failures = 0;
	if (entry)
		*entry = (Absent){ 0 };
}
