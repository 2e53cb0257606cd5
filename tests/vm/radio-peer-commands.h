/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The air-control protocol's requests about peripherals.
 *
 *   peer NAME ADDR public|random HEX | unpeer NAME | peers | link NAME
 *   service NAME HANDLE UUID primary|secondary | unservice NAME HANDLE
 *   char NAME HANDLE UUID FLAGS HEX | desc NAME HANDLE UUID FLAGS HEX | changed NAME
 *   value NAME HANDLE [HEX] | notify NAME HANDLE HEX [COUNT [INTERVAL_MS]] | counts NAME HANDLE
 *   latency NAME MS | silent NAME on|off | atterror NAME HANDLE read|write CODE
 *   refuse NAME STATUS [TIMES] | mute NAME on|off | drop NAME [REASON] | mtu NAME LIMIT
 *   pairing NAME none|display|keyboard|refuse [PASSKEY] | passkey NAME PASSKEY | forget NAME | ask NAME
 *
 * HANDLE is hex; a characteristic is meant by its declaration's. FLAGS: read, write,
 * write-without-response, notify, indicate, broadcast, reliable-write, authenticated-signed-writes,
 * encrypt-read, encrypt-write, encrypt-authenticated-read, encrypt-authenticated-write, separated
 * by commas; - for none. CODE, STATUS and REASON are hex.
 */

#include "radio-request.h"

extern const Verb peer_verbs[];
extern const size_t n_peer_verbs;
