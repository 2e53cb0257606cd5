/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl: the command-line tool of bluebrokerd. */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "ctl/fail.h"
#include "ctl/options.h"
#include "ctl/text.h"

int main(int argc, char **argv)
{
	ExitCode code = EXIT_DONE;
	Options options;

	/* characters only: numbers are printed the same everywhere */
	setlocale(LC_CTYPE, "");
	text_set_utf8(strcmp(nl_langinfo(CODESET), "UTF-8") == 0);

	if (options_parse(&options, argc, argv, &code))
		code = options.command->run(&options);
	options_clear(&options);

	/* a full disk is an error; a reader that has seen enough is not */
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE) {
		fail_line("standard output: %s", g_strerror(errno));
		code = EXIT_FAILED;
	}
	return code;
}
