/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log: one line an event, journal-friendly, rate-limited where outsiders can cause lines. */
#include "util/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

#define RATE_WINDOW_S 10
#define RATE_LINES 10

static int max_level = LOG_INFO;

void log_set_level(int level)
{
	max_level = level;
}

bool log_is_on(int level)
{
	return level <= max_level;
}

/* Characters that steer a terminal, break a line, or turn or hide the text: C0, C1, and such characters of
 * Unicode. */
static bool is_steering(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x0600, 0x0605 }, { 0x061c, 0x061c },
		{ 0x06dd, 0x06dd }, { 0x070f, 0x070f }, { 0x180e, 0x180e }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xd800, 0xf8ff }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb }, { 0xe0000, 0x10ffff },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* Length in bytes of the text's first character; 0: it is not valid UTF-8. */
static size_t read_character(const char *text, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)text;
	const size_t length = *at < 0x80 ? 1 : *at >= 0xf0 ? 4 : *at >= 0xe0 ? 3 : *at >= 0xc0 ? 2 : 0;
	uint32_t c;

	if (length == 0 || *at > 0xf4)
		return 0;
	c = length == 1 ? *at : *at & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)	/* also at the text's NUL */
			return 0;
		c = c << 6 | (at[i] & 0x3fu);
	}
	if (c < least[length] || c > 0x10ffff)
		return 0;
	*ret = c;
	return length;
}

void log_make_printable(char *text)
{
	char *out = text;

	while (*text) {
		uint32_t c = 0;
		const size_t length = read_character(text, &c);

		if (length == 0 || is_steering(c)) {
			*out++ = '?';
			text += MAX(length, (size_t)1);
			continue;
		}
		memmove(out, text, length);
		out += length;
		text += length;
	}
	*out = '\0';
}

void log_line(int level, const char *format, ...)
{
	static const char *const names[] = {
		"emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"
	};
	char text[512];
	va_list args;

	if (!log_is_on(level))
		return;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_make_printable(text);

	if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", level, text);
	else if (isatty(STDERR_FILENO) && level <= LOG_WARNING)
		fprintf(stderr, "\x1b[1;%dm%s:\x1b[0m %s\n", level <= LOG_ERR ? 31 : 33, names[level], text);
	else
		fprintf(stderr, "%s: %s\n", names[level], text);
}

bool log_rate_ok(LogRate *rate)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((uint64_t)now.tv_sec >= rate->window + RATE_WINDOW_S || rate->lines == 0) {
		if (rate->held_back > 0)
			log_line(LOG_NOTICE, "%u more lines like the next one were held back",
				 rate->held_back);
		rate->window = (uint64_t)now.tv_sec;
		rate->lines = 0;
		rate->held_back = 0;
	}
	if (rate->lines >= RATE_LINES) {
		rate->held_back++;
		return false;
	}
	rate->lines++;
	return true;
}
