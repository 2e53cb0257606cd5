/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The groups and keys of the file of bluebrokerctl serve. */
#pragma once

#include "ctl/serve/file.h"
#include "util/error.h"

#define SERVE_KINDS 4
#define SERVE_GROUPS "[Advertisement], [Service NAME], [Characteristic NAME], [Descriptor NAME]"

typedef struct ServeKey {
	const char *name;
	bool required;
	/* item: the Announcement, ServeService or ServeAttr of the group. E_INVALID_ARGUMENTS, or 0. */
	int (*set)(ServeFile *file, void *item, const char *text, Reason *reason);
} ServeKey;

typedef struct ServeKind {
	const char *name;
	bool named;		/* a NAME follows in the brackets */
	void *(*make)(ServeFile *file, const char *name);	/* the item */
	ServeKey keys[9];	/* ends with a NULL name */
} ServeKind;

/* In the order in which they name each other. */
extern const ServeKind serve_kinds[SERVE_KINDS];

/* The kind of a group, and where its NAME stands in it; or NULL. */
const ServeKind *serve_kind_find(const char *group, const char **ret_name);

const ServeKey *serve_key_find(const ServeKind *kind, const char *name);	/* or NULL */
