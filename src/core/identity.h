/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who a device is, whatever address it shows. A bonded device may use private addresses that change
 * (resolvable private addresses, RPA); its bond tells the identity address behind them, and a key (IRK) by
 * which its RPAs can be recognised. A radio has one Identities. What it knows comes from bluetoothd's
 * device objects (this address was that device), and, where they can be had, from the keys. Bounded: whoever
 * makes up addresses displaces only what is remembered of other addresses, no keys.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "meaning/addr.h"
#include "util/macros.h"

#define IRK_SIZE 16
#define IDENTITY_KEYS_MAX 512

typedef struct Identities Identities;

/* The key of a bonded device. irk: the most significant byte first. */
typedef struct IdentityKey {
	Addr identity;
	uint8_t irk[IRK_SIZE];
} IdentityKey;

Identities *identities_new(void);
Identities *identities_free(Identities *identities);

/* The device of address alias is that of address identity. The same address twice: it is no alias any more.
 * Returns whether that is new. */
bool identities_learn(Identities *identities, const Addr *alias, const Addr *identity);

/* Replaces all keys; copies them, at most IDENTITY_KEYS_MAX. Returns whether they are others than before. */
bool identities_set_keys(Identities *identities, const IdentityKey *keys, size_t n);
size_t identities_count_keys(const Identities *identities);

/* Changes whenever something is learned. */
uint64_t identities_generation(const Identities *identities);

/* The identity address of the device, with its type; addr itself where no other is known. */
Addr identities_resolve(Identities *identities, const Addr *addr);

/*
 * For whoever asks about addresses that a program chose, which could be any number: these remember nothing.
 * What BlueZ told of an address (false: nothing); which key the device with that identity address has (below
 * IDENTITY_KEYS_MAX; -1: none), for as long as identities_generation does not change; and whether the address
 * was made with that key.
 */
bool identities_told(const Identities *identities, const Addr *alias, Addr *ret);
int identities_key_of(const Identities *identities, const Addr *identity);
bool identities_key_resolves(const Identities *identities, int key, const Addr *addr);

/* How many addresses are remembered, with what the keys said of them. */
size_t identities_count_tried(const Identities *identities);

/* Whether the two are addresses of one device. */
bool identities_same(Identities *identities, const Addr *a, const Addr *b);

/* Whether the address has the form of an RPA; whether it is one that was made with that key (Vol 6 Part B
 * 1.3.2.3, Vol 3 Part H 2.2.2). */
bool addr_is_resolvable(const Addr *addr);	/* the type is not looked at */
bool irk_resolves(const uint8_t irk[static IRK_SIZE], const Addr *addr);
