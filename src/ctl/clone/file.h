/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device as a file for bluebrokerctl serve. What such a file cannot say, or the server cannot do, is in it
 * as a comment with the reason: the rest holds, whatever the device has. All that the device says is hostile.
 */
#pragma once

#include <glib.h>

#include "util/macros.h"

/* Appends the group [Advertisement], from the bytes of an advertisement and of a scan response; either may be
 * empty. */
void clone_append_advertisement(GString *out, const uint8_t *data, size_t length, const uint8_t *response,
				size_t response_length);

/* Appends the groups of all services of the tree (gatt_tree_new), with the values that were read. */
void clone_append_tree(GString *out, const GPtrArray *tree);

/* Appends a comment: # and the text, on one line, made safe. */
void clone_append_comment(GString *out, const char *format, ...) PRINTF_LIKE(2, 3);
