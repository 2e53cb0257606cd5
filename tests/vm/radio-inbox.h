/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Notifications and indications that a central has got, in order. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define INBOX_MAX 4096

typedef struct Letter {
	uint16_t handle, length;
	uint8_t *value;
} Letter;

typedef struct Inbox {
	Letter *letters;	/* INBOX_MAX, or NULL */
	size_t n;
	uint64_t lost;
} Inbox;

/* Lost, if there are too many. */
void inbox_add(Inbox *inbox, uint16_t handle, const uint8_t *value, size_t length);
/* Writes a word for each, with a space before, and empties it. */
void inbox_print(Inbox *inbox, FILE *text);
void inbox_clear(Inbox *inbox);
