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

/* The application of a service, or of a group of them, while it is registered, or is being registered or
 * unregistered. */
typedef struct Application {
	Bluez *bluez;
	char *adapter;		/* its path */
	LocalService *service;	/* the first of its group; NULL: core is done with it, bluetoothd is not */
	char root[64];
	sd_bus_slot *object;	/* the root object */
	sd_bus_slot *objects;	/* all below it */
	BluezCall *call;
	GPtrArray *requests;	/* Request: reads that wait for a program */
	GArray *subscribing;	/* of subscription.c */
	GPtrArray *sockets;	/* of notify-socket.c */
} Application;

/* Writes the path of the attribute's object. Returns path. */
const char *application_path(const LocalAttr *attr, char path[static APPLICATION_PATH_SIZE]);
/* Writes that of a service's. Returns path. */
const char *application_service_path(const LocalService *service, char path[static APPLICATION_PATH_SIZE]);
int application_append_tree(sd_bus_message *m, void *application);	/* MsgAppend */
