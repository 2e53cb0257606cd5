/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys by which bonded devices are recognised under their private addresses. bluetoothd tells them to
 * nobody, and its storage is root's. A socket (bluebrokerd-keys.socket of systemd) gives the present keys to
 * each connection, in the format of core/key-list.h. Without it, bonded devices are known only by what BlueZ
 * tells of them.
 */
#pragma once

#include <stdbool.h>

typedef struct Bluez Bluez;
typedef struct Keys Keys;
struct Adapter;

Keys *keys_new(Bluez *bluez, const char *path);
Keys *keys_free(Keys *keys);

/* The keys may have changed: reads them soon; the first time at once. */
void keys_want(Keys *keys);
/* Whether the keys have been asked for, with or without success. presence_keys_known is called when they
 * have. */
bool keys_are_known(const Keys *keys);
/* A radio has come: tells it the keys that were read last. */
void keys_tell(const Keys *keys, const struct Adapter *adapter);
