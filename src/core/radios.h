/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How radios come, change, and go; and what they hear. */
#pragma once

#include "core/radio.h"

/* A radio was plugged in, or is back, as hciN. */
Radio *radios_appeared(Broker *broker, const Addr *addr, unsigned index, const RadioState *state,
		       uint64_t now);
void radios_vanished(Radio *radio, uint64_t now);
void radios_update(Radio *radio, const RadioState *state, uint64_t now);
/* BlueZ says that the device of address alias has the identity address identity: another one, which a bond
 * told, or the same. */
void radios_learn_identity(Radio *radio, const Addr *alias, const Addr *identity, uint64_t now);
/* The identity keys of the devices that the radio is bonded with: replaces all from before. */
void radios_set_identity_keys(Radio *radio, const IdentityKey *keys, size_t n, uint64_t now);

/* An advertising report was heard. */
void radios_report(Radio *radio, Report *report, uint64_t now);

/* For broker-events.c. */
void radios_source_changed(Radio *radio);	/* broker->monitored has changed */
Radio *radios_free(Radio *radio);
/* Forgets the radio if it is unplugged, no session is bound to it, and no face has pinned it. */
void radios_release(Radio *radio);

/* A face keeps a pointer to the radio; it does so no more, and the radio may be forgotten. */
void radios_pin(Radio *radio);
void radios_unpin(Radio *radio);
