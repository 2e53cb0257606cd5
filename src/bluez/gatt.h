/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The GATT objects that bluetoothd shows of connected peers, mirrored into core's attributes for those
 * devices that somebody here has a link to.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "core/attr.h"
#include "util/macros.h"

#define SERVICE_INTERFACE "org.bluez.GattService1"
#define CHARACTERISTIC_INTERFACE "org.bluez.GattCharacteristic1"
#define DESCRIPTOR_INTERFACE "org.bluez.GattDescriptor1"

typedef struct Bluez Bluez;

/* Whether the interface is one of GATT's. */
bool gatt_is_interface(const char *interface);

/* Takes over an a{sv} of properties of the object at path. change: it is from a PropertiesChanged, so that a
 * value may be a notification. Negative errno if the message is broken. */
int gatt_read(Bluez *bluez, sd_bus_message *m, const char *path, bool change);
void gatt_removed(Bluez *bluez, const char *path);
