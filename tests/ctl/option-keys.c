/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the D-Bus contract the tool's options set: a line "Method.key --option" for each. */
#include <stdio.h>

#include "ctl/option.h"

int main(void)
{
	for (size_t i = 0; i < option_count; i++) {
		const Option *option = &option_table[i];
		g_auto(GStrv) keys = g_strsplit(option->sets ? option->sets : "", " ", -1);

		for (char **key = keys; *key; key++)
			printf("%s --%s\n", *key, option->name);
	}
	return 0;
}
