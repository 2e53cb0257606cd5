/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of an application share: its registration and tree (application.c), and what bluetoothd asks of it
 * for peers (request.c). */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#include "bluez/application.h"
#include "bluez/call.h"

#define CHARACTERISTIC_INTERFACE "org.bluez.GattCharacteristic1"
#define DESCRIPTOR_INTERFACE "org.bluez.GattDescriptor1"
#define APPLICATION_PATH_SIZE 128

/* While registered, or on the way. */
typedef struct Application {
	Bluez *bluez;
	LocalService *service;
	char root[64];
	sd_bus_slot *object;	/* root */
	sd_bus_slot *objects;	/* all below it */
	BluezCall *call;
	GPtrArray *requests;	/* Request: reads that wait for a program */
} Application;

const char *application_path(const LocalAttr *attr, char path[static APPLICATION_PATH_SIZE]);
int application_append_tree(sd_bus_message *m, const Application *application);

/* Serves the calls to the root and below. */
int requests_listen(Application *application);
/* Answers those that wait no more. */
void requests_forget(Application *application);
