/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl: the command-line tool of bluebrokerd. */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/fail.h"
#include "client/output.h"
#include "client/text.h"
#include "ctl/options.h"

/* If a standard descriptor is closed, the next file or socket we open would get its number, and our output
 * would go there. Fills the gaps with descriptors that fail when used. */
static void keep_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			abort();
}

int main(int argc UNUSED, char **argv)
{
	ExitCode code = EXIT_DONE;
	Options options;

	keep_standard_descriptors();
	fail_set_program("bluebrokerctl");
	/* LC_CTYPE only: numbers are printed the same in every locale */
	setlocale(LC_CTYPE, "");
	text_set_utf8(strcmp(nl_langinfo(CODESET), "UTF-8") == 0);

	if (options_parse(&options, argv, &code))
		code = options.command->run(&options);
	options_clear(&options);

	/* a full disk is an error; a reader that left early is not */
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE) {
		fail_line("standard output: %s", g_strerror(errno));
		return EXIT_FAILED;
	}
	return output_failed() && (code == EXIT_DONE || code == EXIT_NOTHING) ? EXIT_FAILED : code;
}
