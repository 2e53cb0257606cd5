/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notifications that a central has got. */
#include "inbox.h"
#include "request.h"

void inbox_add(Inbox *inbox, uint16_t handle, const uint8_t *value, size_t len)
{
	GString *text;

	if (inbox->letters.length >= INBOX_MAX) {
		inbox->lost++;
		return;
	}
	text = g_string_new(NULL);
	g_string_printf(text, "%04x:", handle);
	hex_append(text, value, len);
	g_queue_push_tail(&inbox->letters, g_string_free(text, FALSE));
}

void inbox_clear(Inbox *inbox)
{
	g_queue_clear_full(&inbox->letters, g_free);
	inbox->lost = 0;
}

void inbox_print(Inbox *inbox, GString *text)
{
	for (const GList *at = inbox->letters.head; at; at = at->next)
		g_string_append_printf(text, " %s", (const char *)at->data);
	if (inbox->lost > 0)
		g_string_append_printf(text, " lost:%u", inbox->lost);
	inbox_clear(inbox);
}
