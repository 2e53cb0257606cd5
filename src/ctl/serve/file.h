/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of bluebrokerctl serve: services, what is in them, and what is advertised. Format:
 * bluebrokerctl(1). */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "ctl/announcement.h"
#include "util/macros.h"

#define SERVE_READ_TIMEOUT 4500		/* default, in ms: the longest that a read can wait */

typedef struct ServeService {
	char *name;
	char *uuid;
	bool primary;
	unsigned characteristics;	/* how many it has */
	char *path;			/* its D-Bus object; NULL: not made yet */
} ServeService;

/* A characteristic, or a descriptor. */
typedef struct ServeAttr {
	char *name;
	char *uuid;
	ServeService *service;		/* of a characteristic */
	struct ServeAttr *parent;	/* of a descriptor, else NULL */
	bool has_properties;
	uint32_t properties;		/* PROP_ bits */
	bool has_permissions;
	uint32_t permissions;		/* PERM_ bits */
	GByteArray *value;
	uint32_t read_timeout_ms;
	char *path;
} ServeAttr;

typedef struct ServeFile {
	bool advertises;
	Announcement announcement;
	GPtrArray *services;		/* ServeService; like the next two, in the order of the file */
	GPtrArray *characteristics;	/* ServeAttr */
	GPtrArray *descriptors;		/* ServeAttr */
} ServeFile;

/* Reads and checks the whole file. NULL: error names file, group, key and what is allowed. */
ServeFile *serve_file_load(const char *path, GString *error);
void serve_file_free(ServeFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServeFile, serve_file_free)

ServeAttr *serve_file_find(const ServeFile *file, const char *name);	/* a characteristic, or NULL */
ServeAttr *serve_file_find_path(const ServeFile *file, const char *path);	/* by its D-Bus object */

void serve_file_set_value(ServeAttr *attr, const void *bytes, size_t length);
