/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Centrals that pair with us, since a service of ours wants it. No program is asked: what its session was
 * given beforehand (pin) and the configuration (JustWorks) decide.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "core/pairing.h"
#include "meaning/addr.h"

/*
 * Whether the device may pair with us that way: it is a client of a radio where a session serves, and
 * - PAIRING_JUST_WORKS: the configuration allows it;
 * - PAIRING_CONFIRM: likewise, and no attribute here wants an authenticated key: nobody compares the numbers;
 * - PAIRING_ENTER: the sessions that serve have one pin between them, which *ret_passkey becomes;
 * - PAIRING_DISPLAY: one of them has a pin: somebody wants passkeys, and looks where the edge shows them.
 */
bool client_may_pair(const Radio *radio, const Addr *addr, PairingKind kind, uint32_t *ret_passkey);
