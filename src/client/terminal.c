/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal: control sequences of ECMA-48 and of xterm that every terminal emulator knows. */
#include "client/terminal.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define ENTER "\033[?1049h\033[?25l\033[?7l\033[2J"
#define LEAVE "\033[0m\033[?7h\033[?25h\033[?1049l"

#define KEY_BYTES_MAX 16	/* of what one key sends, with a NUL */

static struct termios saved;
static bool has_saved;
static bool is_open;

static void say(const char *sequence)
{
	size_t length = strlen(sequence);

	while (length > 0) {
		ssize_t n = write(STDOUT_FILENO, sequence, length);

		if (n <= 0)
			return;		/* the terminal is gone */
		sequence += n;
		length -= (size_t)n;
	}
}

bool terminal_usable(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

void terminal_open(void)
{
	static bool registered;

	if (is_open)
		return;
	if (!registered)
		registered = atexit(terminal_close) == 0;

	has_saved = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &saved) == 0;
	if (has_saved) {
		struct termios quiet = saved;

		quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
	}
	say(ENTER);
	is_open = true;
}

void terminal_close(void)
{
	if (!is_open)
		return;
	is_open = false;
	say(LEAVE);
	if (has_saved)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
}

/* COLUMNS or LINES, for terminals without a window size, such as a serial line. */
static unsigned from_environment(const char *name, unsigned fallback)
{
	const char *text = getenv(name);
	long value = text ? strtol(text, NULL, 10) : 0;

	return value > 0 && value < 10000 ? (unsigned)value : fallback;
}

/* Reads a byte or, where it begins one, a whole control sequence. False: nothing comes any more. */
static bool read_key(int fd, char typed[static KEY_BYTES_MAX])
{
	struct pollfd more = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	do {
		if (read(fd, &typed[n], 1) <= 0)
			return false;
		n++;
		/* ESC, [ or O, numbers, and a letter or ~ */
	} while (typed[0] == '\033' && n < KEY_BYTES_MAX - 1 &&
		 (n < 3 || typed[n - 1] < '@' || typed[n - 1] > '~') && poll(&more, 1, 0) > 0);
	typed[n] = '\0';
	return true;
}

TerminalKey terminal_key(int fd)
{
	static const struct {
		const char *bytes;
		TerminalKey key;
	} keys[] = {
		{ "q", KEY_QUIT }, { "Q", KEY_QUIT },
		{ "\033[A", KEY_UP }, { "\033OA", KEY_UP }, { "k", KEY_UP },
		{ "\033[B", KEY_DOWN }, { "\033OB", KEY_DOWN }, { "j", KEY_DOWN },
		{ "\033[5~", KEY_PAGE_UP }, { "b", KEY_PAGE_UP },
		{ "\033[6~", KEY_PAGE_DOWN }, { " ", KEY_PAGE_DOWN },
		{ "\033[H", KEY_HOME }, { "\033OH", KEY_HOME }, { "\033[1~", KEY_HOME }, { "g", KEY_HOME },
		{ "\033[F", KEY_END }, { "\033OF", KEY_END }, { "\033[4~", KEY_END }, { "G", KEY_END },
	};
	char typed[KEY_BYTES_MAX];

	if (!read_key(fd, typed))
		return KEY_GONE;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(typed, keys[i].bytes) == 0)
			return keys[i].key;
	return KEY_OTHER;
}

void terminal_size(unsigned *ret_columns, unsigned *ret_rows)
{
	struct winsize size = { 0 };

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*ret_columns = size.ws_col > 0 ? size.ws_col : from_environment("COLUMNS", 80);
	*ret_rows = size.ws_row > 0 ? size.ws_row : from_environment("LINES", 24);
}
