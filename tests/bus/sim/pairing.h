/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device's Pair() and CancelPairing(): the talk with the agent and the peripheral. */
#pragma once

#include "agents.h"
#include "link.h"

typedef struct Pairing Pairing;

typedef struct PairingOps {
	const char *(*begin)(void *owner); /* a link is needed; as connection_begin */
	void (*paired)(void *owner);
	void (*failed)(void *owner, bool by_call); /* by_call: it was for Pair() */
} PairingOps;

/* device_path outlives it. */
Pairing *pairing_new(Bus *bus, const Agents *agents, const char *device_path,
		     const PairingOps *ops, void *owner);
Pairing *pairing_free(Pairing *pairing);

bool pairing_is_paired(const Pairing *pairing);
void pairing_remember(Pairing *pairing); /* paired in an earlier life */

/* These answer the call. link: the one that is up, or NULL; it may be cut. */
void pairing_start(Pairing *pairing, Link *link, GDBusMethodInvocation *call);
void pairing_cancel(Pairing *pairing, Link *link, GDBusMethodInvocation *call);
/* The peripheral wants it, nobody has called Pair(): the default agent is asked. As a link's
 * elevate. */
bool pairing_elevate(Pairing *pairing, Link *link);

/* What becomes of the link: */
void pairing_linked(Pairing *pairing, Link *link);
void pairing_resolved(Pairing *pairing);
void pairing_unlinked(Pairing *pairing, bool was_up);
/* Disconnect() ends it too. */
void pairing_disconnect(Pairing *pairing);
