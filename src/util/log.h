/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: one line an event, to standard error. Under the journal each line carries its syslog level; on a
 * terminal it is coloured. Only main.c and the edges (bluez, hci, service) log above debug.
 */
#pragma once

#include <stdbool.h>
#include <syslog.h>

#include "util/macros.h"

/* Lines above this level (LOG_INFO by default) are not written. */
void log_set_level(int level);
bool log_is_on(int level);

/*
 * Text from the air or from programs may be in a line: nothing in it starts another one, steers a terminal,
 * or turns the direction of writing. Each such character, and each byte that is no UTF-8, becomes a question
 * mark.
 */
void log_make_printable(char *text);

void log_line(int level, const char *format, ...) PRINTF_LIKE(2, 3);

#define log_debug(...) do { if (log_is_on(LOG_DEBUG)) log_line(LOG_DEBUG, __VA_ARGS__); } while (0)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERR, __VA_ARGS__)

/* For messages that outsiders can cause at will: each place in the code writes at most ten lines in ten
 * seconds, then one line with the number of those held back. */
typedef struct LogRate {
	uint64_t window;	/* start of the running ten seconds, seconds */
	unsigned lines;
	unsigned held_back;
} LogRate;

bool log_rate_ok(LogRate *rate);

#define log_limited(level, ...) do {						\
		static LogRate log_rate_here;					\
		if (log_is_on(level) && log_rate_ok(&log_rate_here))		\
			log_line(level, __VA_ARGS__);				\
	} while (0)
