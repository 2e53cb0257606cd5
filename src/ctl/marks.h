/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices a radio is bonded to, or has a link to. */
#pragma once

#include <stdbool.h>

#include "client/bus.h"

typedef struct Marks {
	GVariant *bonds;	/* aa{sv}: the answer of GetBonds */
	GArray *links;		/* LinkedRow */
} Marks;

typedef struct Mark {
	bool bonded;
	bool linked;
} Mark;

/* Asks for those of hciN. False: the error has been printed, and *ret_exit is set. */
bool marks_ask(Marks *marks, BrokerAdapter1 *adapter, int number, ExitCode *ret_exit);
void marks_clear(Marks *marks);

/* row: has Address, and IdentityAddress where that is another. */
Mark marks_of(const Marks *marks, GVariant *row);
