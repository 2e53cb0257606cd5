/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins the fragments in which a controller tells of a long extended advertisement. Pure: a bounded table of
 * what is not complete yet.
 */
#pragma once

#include "hci/packet.h"

#define ASSEMBLY_SLOTS 64		/* advertisements at a time, over all radios */
#define ASSEMBLY_IDLE (5 * USEC_PER_SEC)	/* two hops of a chain are less than 2.5 s apart */

typedef struct Assembly Assembly;

/* A whole report; info and its data are good until the function returns. It may call back into the
 * assembly. */
typedef void (*AssemblyReport)(void *userdata, unsigned index, const ReportInfo *info);

Assembly *assembly_new(AssemblyReport report, void *userdata);
/* What is not complete is forgotten. Returns NULL; takes NULL. */
Assembly *assembly_free(Assembly *assembly);

/*
 * Takes a report as it was heard, and hands on what is whole now. A joined report has what its last fragment
 * told and that one's time. Handed on as truncated: one whose last fragment says so; one that grew over
 * AD_MAX; one that a newer needs the place of (the one that waited longest goes), or that has waited for
 * ASSEMBLY_IDLE when the next fragment comes. suspect: packets may have been lost on the way to us, so what
 * was joined counts as truncated too, and so does an extended one that looks like a last fragment alone (its
 * data is not made of whole AD structures).
 */
void assembly_add(Assembly *assembly, const PacketReport *report, bool suspect);

/* Whether something is not complete yet. */
bool assembly_is_waiting(const Assembly *assembly);

/* Hands on all that is not complete, as truncated. */
void assembly_flush(Assembly *assembly);

/* Forgets what is not complete of that radio. */
void assembly_forget(Assembly *assembly, unsigned index);
