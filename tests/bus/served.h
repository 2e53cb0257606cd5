/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that has objects for BlueZ: advertisements, GATT services. It has a bus connection and a thread
 * of its own, so that it answers while the test waits for the air. */
#pragma once

#include <stdbool.h>

#include <gio/gio.h>

#define ADVERTISEMENT_IFACE "org.bluez.LEAdvertisement1"
#define GATT_SERVICE_IFACE "org.bluez.GattService1"
#define GATT_CHAR_IFACE "org.bluez.GattCharacteristic1"
#define GATT_DESC_IFACE "org.bluez.GattDescriptor1"

typedef struct Served Served;

Served *served_new(const char *address);
Served *served_free(Served *served); /* leaves the bus */

/* properties: text of an a{sv} */
void served_add(Served *served, const char *path, const char *iface, const char *properties);
/* An object manager of the objects below root. */
void served_add_root(Served *served, const char *root);
/* What ReadValue gives: hex, "-" nothing; or error: "NAME MESSAGE", NULL: none. "": no answer at all. */
void served_set_value(Served *served, const char *path, const char *hex);
void served_set_error(Served *served, const char *path, const char *error);
/* Signals the change: "{'Value': <[byte 0x01]>}" */
void served_change(Served *served, const char *path, const char *iface, const char *changed);

/* A method of BlueZ's adapter that takes one object: NULL when it succeeds, else "NAME: message". */
char *served_call(Served *served, const char *iface, const char *method, const char *path);

/* The oldest call that came in: "PATH METHOD [HEX] [offset=N]". NULL: none comes. */
char *served_next(Served *served, unsigned int timeout_ms);
