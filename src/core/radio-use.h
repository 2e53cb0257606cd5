/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who uses a radio: asked before it is powered off by hand. */
#pragma once

#include <sys/types.h>

#include "core/radio.h"

typedef struct RadioUse {
	unsigned sessions;	/* that would miss it */
	unsigned others;	/* those of them that are another user's */
	unsigned links;		/* open ones that no session here opened */
} RadioUse;

RadioUse radio_use_of(const Radio *radio, uid_t uid);

/* Whether uid may power it off, with force or without: 0, E_BUSY or E_ACCESS_DENIED. */
int radio_use_check(const Radio *radio, uid_t uid, bool force, Reason *reason);
