/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins the fragments in which a controller reports a long extended advertisement. Pure code: a bounded table
 * of incomplete advertisements.
 */
#pragma once

#include "hci/packet.h"

#define ASSEMBLY_SLOTS 64		/* advertisements at a time, over all radios */
#define ASSEMBLY_IDLE (5 * USEC_PER_SEC)	/* the packets of a chain are less than 2.5 s apart */

typedef struct Assembly Assembly;

/* Called with each report that is handed on; info and its data are valid until it returns. It may call the
 * functions below, but for assembly_add and assembly_free. */
typedef void (*AssemblyReport)(void *userdata, unsigned index, const ReportInfo *info);

Assembly *assembly_new(AssemblyReport report, void *userdata);
/* Incomplete advertisements are dropped. Returns NULL; takes NULL. */
Assembly *assembly_free(Assembly *assembly);

/*
 * Takes a report as it was heard, and hands on what is complete now. A joined report has the details and the
 * time of its last fragment. It is handed on as truncated if its last fragment says so; if it grew over
 * AD_MAX; if a newer one needs its slot (the one that has waited longest gives way); or if it has waited for
 * ASSEMBLY_IDLE when the next fragment comes. suspect: packets may have been lost on the way to us, so joined
 * reports count as truncated too, and so does an extended report that came alone but looks like a last
 * fragment (its data does not consist of whole AD structures).
 */
void assembly_add(Assembly *assembly, const PacketReport *report, bool suspect);

/* Whether any advertisement is still incomplete. */
bool assembly_is_waiting(const Assembly *assembly);

/* Hands on all incomplete advertisements, as truncated. */
void assembly_flush(Assembly *assembly);

/* Drops the incomplete advertisements of the radio hciN, N being index. */
void assembly_forget(Assembly *assembly, unsigned index);
