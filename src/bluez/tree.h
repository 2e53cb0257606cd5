/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading anew what bluetoothd has below its adapters, when signals alone do not tell it. */
#pragma once

#include <systemd/sd-bus.h>

typedef struct Bluez Bluez;

/* Reads the GATT objects of devices whose services are resolved, and tells core when they are all there. */
void tree_read(Bluez *bluez);
/* Reads the devices too: their changes were not followed for a while. */
void tree_refresh(Bluez *bluez);

/* Takes over one interface of a device, or of what is below it (MsgInterface); userdata is the Bluez. */
int tree_on_interface(sd_bus_message *m, const char *path, const char *interface, void *userdata);
