/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Centrals that pair with us, since a service of ours wants it. A program that serves, and answers such
 * questions, is asked; else what a session was given beforehand (pin) and the configuration (JustWorks)
 * decide.
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

/*
 * Asks a program that serves and answers such questions: one whose services the central has used, if there is
 * one. None is asked where a session has a pin, and passkeys are meant. answer is called once, with edge, and
 * not before this returns; for PAIRING_DISPLAY, which needs none, never. False: there is no such program, and
 * client_may_pair decides.
 */
bool client_ask(const Radio *radio, const Addr *addr, PairingKind kind, uint32_t passkey,
		void (*answer)(void *edge, bool accept, uint32_t passkey), void *edge);
/* The program's answer; no harm if the question is over. */
void client_answer(const Radio *radio, const Addr *addr, bool accept, uint32_t passkey);
/* bluetoothd takes back what it has asked, of a central or for an operation: all that is open on any radio,
 * for it asks one question at a time. */
void client_questions_cancel(const Broker *broker);
/* The session asks no more: its program's answer is no. */
void client_questions_drop(const Radio *radio, const Session *session);
