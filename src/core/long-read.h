/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a central is reading in parts. A value longer than an answer is fetched with Read and then Read Blob:
 * what the central puts together has to be one value, even if the attribute's value changes meanwhile. So we
 * keep, for each central and attribute, the value of which the central was given the beginning, until it
 * begins anew.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/client.h"

#define LONG_READS_MAX 64	/* values that are kept for one central; the oldest is dropped for one more */

/* Whether a read at that offset goes on with a value that the central was given before; *ret: that value,
 * borrowed. False: the read begins anew, or the central has no part of a value yet. */
bool long_read_goes_on(Client *client, const LocalAttr *attr, uint16_t offset, GBytes **ret);

/* Whether the beginning that this read goes on from may have been dropped: the central began too many. */
bool long_read_is_lost(const Client *client, uint16_t offset);

/* Keeps the value, of which the central is now given the part from the offset on. Takes a reference. */
void long_read_begin(Client *client, const LocalAttr *attr, uint16_t offset, GBytes *value);

/* The attribute goes, or is hidden from peers: what was kept of it is dropped, for all centrals. */
void long_reads_forget(Peripheral *peripheral, const LocalAttr *attr);
void long_reads_init(Client *client);
void long_reads_deinit(Client *client);
