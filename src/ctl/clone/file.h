/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device as a file for bluebrokerctl serve. What such a file cannot say, or the server cannot do, is in it
 * as a comment with the reason: the rest holds, whatever the device has. All that the device says is hostile.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

/* What was heard of the device. */
typedef struct CloneHeard {
	const uint8_t *data;		/* its advertisement; may be empty */
	size_t length;
	const uint8_t *response;	/* and its scan response */
	size_t response_length;
	bool connectable;		/* connectable packets were heard */
	const char *addr_type;		/* "public", "random"; NULL: not known */
} CloneHeard;

/* Appends the group [Advertisement]. */
void clone_append_advertisement(GString *out, const CloneHeard *heard);

/* Appends the groups of all services of the tree (gatt_tree_new), with the values that were read. */
void clone_append_tree(GString *out, const GPtrArray *tree);

/* Appends a comment: # and the text, on one line, made safe. */
void clone_append_comment(GString *out, const char *format, ...) PRINTF_LIKE(2, 3);
