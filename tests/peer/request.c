/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests of the air-control protocol: their words, and who carries them out. */
#include <string.h>

#include "request.h"

bool fail(Request *request, const char *format, ...)
{
	va_list args;

	g_string_assign(request->reply, "error ");
	va_start(args, format);
	g_string_append_vprintf(request->reply, format, args);
	va_end(args);
	return false;
}

bool fail_errno(Request *request, int error)
{
	return fail(request, "%s: %s", request->words[0], g_strerror(-error));
}

bool parse_number(Request *request, const char *word, unsigned int least, unsigned int most,
		  unsigned int *ret)
{
	uint64_t value;

	if (!g_ascii_string_to_unsigned(word, 10, least, most, &value, NULL))
		return fail(request, "number out of range %u..%u: %s", least, most, word);
	*ret = (unsigned int)value;
	return true;
}

bool parse_hex(Request *request, const char *word, unsigned int most, unsigned int *ret)
{
	uint64_t value;

	if (!g_ascii_string_to_unsigned(word, 16, 0, most, &value, NULL))
		return fail(request, "no hex number up to %x: %s", most, word);
	*ret = (unsigned int)value;
	return true;
}

bool addr_parse(const char *text, uint64_t *ret)
{
	uint64_t addr = 0;

	if (strlen(text) != 17)
		return false;
	for (int i = 0; i < 17; i++) {
		if (i % 3 == 2 ? text[i] != ':' : !g_ascii_isxdigit(text[i]))
			return false;
		if (i % 3 != 2)
			addr = addr << 4 | (uint64_t)g_ascii_xdigit_value(text[i]);
	}
	*ret = addr;
	return true;
}

void addr_format(char *ret, uint64_t addr, char separator)
{
	for (int shift = 40; shift >= 0; shift -= 8)
		ret += g_snprintf(ret, 4, shift > 0 ? "%02X%c" : "%02X", (unsigned int)(addr >> shift) & 0xff,
				  separator);
}

bool parse_addr(Request *request, const char *word, uint64_t *ret)
{
	return addr_parse(word, ret) || fail(request, "not an address: %s", word);
}

bool parse_bytes(Request *request, const char *word, size_t max, uint8_t *ret, size_t *ret_len)
{
	size_t len = g_str_equal(word, "-") ? 0 : strlen(word);

	if (len % 2 != 0 || len / 2 > max || strspn(word, "0123456789abcdefABCDEF") < len)
		return fail(request, "not up to %zu bytes in hex: %s", max, word);
	for (size_t i = 0; i < len; i += 2)
		ret[i / 2] = (uint8_t)(g_ascii_xdigit_value(word[i]) << 4 |
				       g_ascii_xdigit_value(word[i + 1]));
	*ret_len = len / 2;
	return true;
}

bool parse_either(Request *request, const char *word, const char *yes, const char *no, bool *ret)
{
	bool is_yes = g_str_equal(word, yes);

	if (!is_yes && !g_str_equal(word, no))
		return fail(request, "neither %s nor %s: %s", yes, no, word);
	*ret = is_yes;
	return true;
}

void hex_append(GString *text, const uint8_t *bytes, size_t len)
{
	if (len == 0)
		g_string_append_c(text, '-');
	for (size_t i = 0; i < len; i++)
		g_string_append_printf(text, "%02x", bytes[i]);
}

void answer_give(Answer *answer, const char *format, ...)
{
	const Answer given = *answer;
	g_autofree char *reply = NULL;
	va_list args;

	*answer = (Answer){ NULL, NULL };
	if (!given.give)
		return;
	va_start(args, format);
	reply = g_strdup_vprintf(format, args);
	va_end(args);
	given.give(given.data, reply);
}

Answer *request_late(Request *request)
{
	request->late = true;
	return &request->answer;
}

static const Verb *verb_find(const Verb *const *lists, const char *name)
{
	for (; *lists; lists++)
		for (const Verb *verb = *lists; verb->name; verb++)
			if (g_str_equal(verb->name, name))
				return verb;
	return NULL;
}

/* Drops the empty words that repeated spaces make, and counts the rest. */
static unsigned int words_count(char **words)
{
	unsigned int n = 0;

	for (char **word = words; *word; word++) {
		if (**word == '\0')
			g_free(*word);
		else
			words[n++] = *word;
	}
	words[n] = NULL;
	return n;
}

void language_run(Language *language, const char *line, const Answer *answer)
{
	g_auto(GStrv) words = g_strsplit_set(line, " \t\r", -1);
	g_autoptr(GString) reply = g_string_new("ok");
	Request request = { .air = language->air, .words = words, .reply = reply, .answer = *answer };
	const Verb *verb;

	request.n = words_count(words);
	verb = request.n > 0 ? verb_find(language->verbs, words[0]) : NULL;
	if (request.n == 1 && g_str_equal(words[0], "quit"))
		language->quit = true;
	else if (!verb)
		fail(&request, "unknown request: %s", request.n > 0 ? words[0] : "");
	else if (request.n < verb->least || request.n > verb->most)
		fail(&request, "wrong number of words: %s", words[0]);
	else
		verb->run(&request);
	if (!request.late)
		answer->give(answer->data, reply->str);
}

static void keep_reply(void *data, const char *reply)
{
	*(char **)data = g_strdup(reply);
}

char *language_ask(Language *language, const char *line)
{
	char *reply = NULL;
	const Answer answer = { .give = keep_reply, .data = &reply };

	language_run(language, line, &answer);
	g_assert(reply);
	return reply;
}

bool language_plug(Language *language, char **addrs)
{
	for (; addrs && *addrs; addrs++) {
		g_autofree char *line = g_strconcat("plug ", *addrs, NULL);
		g_autofree char *reply = language_ask(language, line);

		if (g_str_has_prefix(reply, "ok"))
			continue;
		g_printerr("%s: --plug %s: %s\n", g_get_prgname(), *addrs, reply);
		return false;
	}
	return true;
}
