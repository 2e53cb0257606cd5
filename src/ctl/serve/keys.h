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
	/* item: the Announcement, ServeService or ServeAttr of the group. 0, or E_INVALID_ARGUMENTS and
	 * reason. NULL: announce does that. */
	int (*set)(ServeFile *file, void *item, const char *text, Reason *reason);
	AnnouncementSetter announce;	/* as an option of advertise does */
	bool list;			/* announce takes the words of a list one by one */
} ServeKey;

typedef struct ServeKind {
	const char *name;
	bool named;		/* a NAME follows the kind in the brackets */
	void *(*make)(ServeFile *file, const char *name);	/* makes the item */
	ServeKey keys[13];	/* ends with a NULL name */
} ServeKind;

/* A kind comes before those that refer to it. */
extern const ServeKind serve_kinds[SERVE_KINDS];

/* The kind of a group, or NULL; *ret_name: its NAME, within group. */
const ServeKind *serve_kind_find(const char *group, const char **ret_name);

const ServeKey *serve_key_find(const ServeKind *kind, const char *name);	/* or NULL */
/* Takes the key's text, for an item of its kind. 0, or E_INVALID_ARGUMENTS and reason. */
int serve_key_set(const ServeKey *key, ServeFile *file, void *item, const char *text, Reason *reason);

/* Appends the list of words that stands for the bits in a file. */
void serve_append_properties(GString *out, uint32_t properties);
void serve_append_permissions(GString *out, uint32_t permissions);
