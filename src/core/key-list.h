/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of bluebroker-keys: "ADAPTER IDENTITY public|random KEY", the key in hex. */
#pragma once

#include <stddef.h>

#include "core/identity.h"

/* For four adapters full of keys, and some room. */
#define KEY_LIST_MAX (256 * 1024)

/* Those of one adapter, at most max; returns how many. Lines of another form are passed over. */
size_t key_list_read(const char *text, size_t length, const Addr *adapter, IdentityKey *ret, size_t max);
