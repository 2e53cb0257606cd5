/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The air-control protocol's requests about what a radio itself has on air, and about centrals that
 * connect to it.
 *
 *   onair RADIO | airtime RADIO [reset] | sets RADIO N
 *   central NAME ADDR public|random | uncentral NAME | centrals
 *   connect NAME RADIO [MTU] | disconnect NAME [REASON] | state NAME
 *   discover NAME | read NAME HANDLE [OFFSET [part]] | write NAME HANDLE HEX [request|command|prepare]
 *   subscribe NAME HANDLE notify|indicate|off | events NAME | att NAME HEX
 *   secure NAME on|ask|PASSKEY | type NAME PASSKEY | unbond NAME
 *
 * onair: SET:TYPE:MIN:MAX:DATA:RESPONSE for each set that is enabled; TYPE 0 connectable, 1 directed,
 * 2 scannable, 3 neither. airtime: DATA=MILLISECONDS. sets: extended advertising sets of such a radio
 * from its next plug on, 0 for legacy advertising. discover: s:HANDLE:END:UUID:p|s,
 * c:HANDLE:PROPERTIES:VALUE_HANDLE:UUID, d:HANDLE:UUID. HANDLE is hex, of the value or the descriptor
 * itself; REASON and PROPERTIES are hex. events: HANDLE:HEX in order, and lost:N. secure: ask waits for
 * the passkey to be typed; when the host asks for security, a central encrypts with its bond or pairs by
 * Just Works without being told to. A request that has to do with the link is answered when its end is known,
 * `error att 0xNN`, `error smp 0xNN`, `error hci 0xNN` and `error link lost` among others; while one is
 * under way, others of that central are `error busy`; of secure likewise.
 */

#include "radio-request.h"

extern const Verb central_verbs[];
extern const size_t n_central_verbs;
