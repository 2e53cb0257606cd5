/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys by which bonded devices are known under their private addresses. bluetoothd tells them nobody; its
 * storage is root's. Whoever listens on a socket (bluebrokerd-keys.socket of systemd) gives those of now to
 * each that connects, as core/key-list.h says. Without it, devices are known by what BlueZ tells of them
 * alone.
 */
#pragma once

#include <stdbool.h>

typedef struct Bluez Bluez;
typedef struct Keys Keys;
struct Adapter;

Keys *keys_new(Bluez *bluez, const char *path);
Keys *keys_free(Keys *keys);

/* They may have changed: they are read soon; the first time at once. */
void keys_want(Keys *keys);
/* Whether they were asked for, with or without success. presence_keys_known is called then. */
bool keys_are_known(const Keys *keys);
/* A radio is there: tells it what was read last. */
void keys_tell(const Keys *keys, const struct Adapter *adapter);
