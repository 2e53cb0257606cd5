/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications and indications that a central has got, in order. */
#pragma once

#include <stdint.h>

#include <glib.h>

#define INBOX_MAX 4096

typedef struct Inbox {
	GQueue letters; /* strings "HANDLE:HEX", oldest first */
	unsigned int lost;
} Inbox;

/* Counted as lost if there are INBOX_MAX already. */
void inbox_add(Inbox *inbox, uint16_t handle, const uint8_t *value, size_t len);
/* Appends a word for each, with a space before it, and empties the inbox. */
void inbox_print(Inbox *inbox, GString *text);
void inbox_clear(Inbox *inbox);
