/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log: one line an event, journal-friendly, rate-limited where outsiders can cause lines. */
#include "util/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Text from the air or from programs may be in a line: nothing in it may start another line or steer a terminal. */
static void make_printable(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
	}
}

void log_line(int level, const char *format, ...)
{
	static const char *const names[] = { "emerg", "alert", "crit", "error", "warning", "notice", "info", "debug" };
	char text[512];
	va_list args;

	if (!log_is_on(level))
		return;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	make_printable(text);

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
			log_line(LOG_NOTICE, "%u more lines like the next one were held back", rate->held_back);
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
