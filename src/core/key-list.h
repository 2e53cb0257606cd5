/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of bluebroker-keys: "ADAPTER IDENTITY public|random KEY", the key in hex. */
#pragma once

#include <stddef.h>

#include "core/identity.h"

/* Bytes of text: enough for four adapters with IDENTITY_KEYS_MAX keys each. */
#define KEY_LIST_MAX (256 * 1024)

/* Reads the keys of one adapter into ret, at most max; returns how many. Skips lines of another form. */
size_t key_list_read(const char *text, size_t length, const Addr *adapter, IdentityKey *ret, size_t max);
