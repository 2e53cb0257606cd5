/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of an application share: its registration (application.c) and objects (application-tree.c),
 * and what bluetoothd asks of it for peers (request.c, subscription.c). */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#include "bluez/application.h"
#include "bluez/call.h"

#define CHARACTERISTIC_INTERFACE "org.bluez.GattCharacteristic1"
#define DESCRIPTOR_INTERFACE "org.bluez.GattDescriptor1"
#define APPLICATION_PATH_SIZE 128

/* While registered, or on the way there or back. */
typedef struct Application {
	Bluez *bluez;
	char *adapter;		/* its path */
	LocalService *service;	/* NULL: core has done with it, bluetoothd not yet */
	char root[64];
	sd_bus_slot *object;	/* root */
	sd_bus_slot *objects;	/* all below it */
	BluezCall *call;
	GPtrArray *requests;	/* Request: reads that wait for a program */
	GArray *subscribing;	/* of subscription.c */
	GPtrArray *sockets;	/* of notify-socket.c */
} Application;

const char *application_path(const LocalAttr *attr, char path[static APPLICATION_PATH_SIZE]);
int application_append_tree(sd_bus_message *m, void *application);	/* MsgAppend */
