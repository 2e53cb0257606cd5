/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The objects of a GATT application, as its program shows them: services, characteristics, descriptors. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "core/local.h"
#include "meaning/uuid.h"

#define APP_OBJECTS_MAX 1024

typedef enum AppObjectKind {
	APP_SERVICE,
	APP_CHARACTERISTIC,
	APP_DESCRIPTOR,
} AppObjectKind;

typedef struct AppObject {
	AppObjectKind kind;
	char *path;
	char *parent;		/* of a characteristic or descriptor; or NULL */
	bool has_uuid;
	Uuid uuid;
	bool primary;
	GPtrArray *includes;	/* paths of services to which a service refers; or NULL */
	char **flags;
	bool takes_notify;	/* it has NotifyAcquired: AcquireNotify is called instead of StartNotify */
	bool takes_write;	/* it has WriteAcquired: writes go over a socket of AcquireWrite's */
} AppObject;

/* Reads a{oa{sa{sv}}}: those of the objects that are GATT's, in their order. -E2BIG: more than
 * APP_OBJECTS_MAX; another negative errno: the message is broken. */
int app_objects_read(sd_bus_message *m, GPtrArray **ret);

/* Properties and permissions of BlueZ's flags. False: there is a word that BlueZ does not know, or more words than
 * it knows. */
bool app_flags_read(const AppObject *object, LocalOptions *options);
