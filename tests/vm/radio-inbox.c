/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a central has been notified of. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "radio-inbox.h"

void inbox_add(Inbox *inbox, uint16_t handle, const uint8_t *value, size_t length)
{
	Letter letter = { .handle = handle, .length = (uint16_t)length };

	if (!inbox->letters)
		inbox->letters = calloc(INBOX_MAX, sizeof(*inbox->letters));
	if (inbox->letters && inbox->n < INBOX_MAX)
		letter.value = malloc(length + 1);
	if (!letter.value) {
		inbox->lost++;
		return;
	}
	memcpy(letter.value, value, length);
	inbox->letters[inbox->n++] = letter;
}

void inbox_clear(Inbox *inbox)
{
	for (size_t i = 0; i < inbox->n; i++)
		free(inbox->letters[i].value);
	free(inbox->letters);
	*inbox = (Inbox){ .n = 0 };
}

void inbox_print(Inbox *inbox, FILE *text)
{
	for (size_t i = 0; i < inbox->n; i++) {
		const Letter *letter = &inbox->letters[i];

		fprintf(text, " %04x:", letter->handle);
		for (size_t j = 0; j < letter->length; j++)
			fprintf(text, "%02x", letter->value[j]);
		if (letter->length == 0)
			fputc('-', text);
	}
	if (inbox->lost > 0)
		fprintf(text, " lost:%" PRIu64, inbox->lost);
	inbox_clear(inbox);
}
