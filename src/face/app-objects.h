/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The objects of a GATT application, as its program shows them: services, characteristics, descriptors,
 * profiles. */
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
	APP_PROFILE,		/* what the program looks for in devices; it has no more than UUIDs */
} AppObjectKind;

typedef struct AppObject {
	AppObjectKind kind;
	char *path;
	char *parent;		/* of a characteristic or descriptor; or NULL */
	bool has_uuid;		/* of a profile: at least one */
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

unsigned app_objects_characteristics(const GPtrArray *objects, const char *service);
/* How many profiles there are. Negative: one of them has no UUIDs. */
int app_objects_profiles(const GPtrArray *objects);

/* Properties and permissions of BlueZ's flags. False: there is a word that BlueZ does not know, or more words
 * than it knows. */
bool app_flags_read(const AppObject *object, LocalOptions *options);
