/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl: the command-line tool of bluebrokerd. */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

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
	return code;
}
