/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a central is reading in parts. A value longer than an answer is fetched with Read and then Read Blob:
 * what the central puts together has to be one value, whatever becomes of the attribute meanwhile, and
 * whoever else reads it. So each central keeps, for each attribute, the value of which it had the beginning,
 * until it begins anew.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/client.h"

#define LONG_READS_MAX 64	/* attributes that one central may have begun */

/* Whether a read at that offset goes on with what the central was given before; *ret: that value, borrowed.
 * False: it begins anew, or in the middle of a value of which the central has nothing. */
bool long_read_goes_on(Client *client, const LocalAttr *attr, uint16_t offset, GBytes **ret);

/* Whether the central may have had the beginning of a value that is not kept any more: it began too many. */
bool long_read_is_lost(const Client *client, uint16_t offset);

/* The central is given value from the offset on. Takes a reference. */
void long_read_begin(Client *client, const LocalAttr *attr, uint16_t offset, GBytes *value);

/* The attribute is no more what it was: whoever reads it begins anew. */
void long_reads_forget(Peripheral *peripheral, const LocalAttr *attr);
void long_reads_init(Client *client);
void long_reads_deinit(Client *client);
