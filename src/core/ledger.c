/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of the ledger: which links are ours. */
#include "core/ledger.h"

#include <string.h>

#include "core/link.h"
#include "core/radio.h"

#define HEAD "bluebrokerd links of "
#define LINE_SIZE (2 * (ADDR_STRING_SIZE - 1) + 1)	/* without the newline */

GString *ledger_format(const Broker *broker, const char *bluez)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, HEAD "%s\n", bluez);
	for (guint r = 0; r < broker->radios->len; r++) {
		const Radio *radio = g_ptr_array_index(broker->radios, r);

		for (guint i = 0; i < radio->links->len; i++) {
			const Link *link = g_ptr_array_index(radio->links, i);
			char of[ADDR_STRING_SIZE], to[ADDR_STRING_SIZE];

			if (link->ours)
				g_string_append_printf(text, "%s %s\n", addr_format(&radio->addr, of),
						       addr_format(&link->addr, to));
		}
	}
	return text;
}

static bool parse_line(const char *line, size_t length, LedgerEntry *ret)
{
	char of[ADDR_STRING_SIZE] = "", to[ADDR_STRING_SIZE] = "";

	if (length != LINE_SIZE || line[ADDR_STRING_SIZE - 1] != ' ')
		return false;
	*ret = (LedgerEntry){ 0 };
	/* the text need not end with a zero byte, which addr_parse wants */
	memcpy(of, line, sizeof(of) - 1);
	memcpy(to, line + ADDR_STRING_SIZE, sizeof(to) - 1);
	return addr_parse(of, &ret->radio) == 0 && addr_parse(to, &ret->addr) == 0;
}

size_t ledger_parse(const char *text, size_t length, const char *bluez,
		    LedgerEntry entries[static LEDGER_ENTRIES_MAX])
{
	const size_t head = strlen(HEAD), word = strlen(bluez);
	const char *end = text + length;
	size_t n = 0;

	if (length < head + word + 1 || memcmp(text, HEAD, head) != 0 ||
	    memcmp(text + head, bluez, word) != 0 || text[head + word] != '\n')
		return 0;
	for (const char *line = text + head + word + 1; line < end && n < LEDGER_ENTRIES_MAX;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		/* a line without its newline was not written completely */
		if (!stop)
			break;
		n += parse_line(line, (size_t)(stop - line), &entries[n]);
		line = stop + 1;
	}
	return n;
}

void link_adopt(Radio *radio, const Addr *addr, uint64_t now)
{
	Link *link = link_find(radio, addr);

	if (link || !radio->bluez.powered)
		return;
	link = link_new(radio, addr);
	link_own(link, true);
	link_close(link, now);
}
