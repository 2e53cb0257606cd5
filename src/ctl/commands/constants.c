/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl constants: the documented constants; the table is the one behind Manager1.Constants. */
#include <stdio.h>

#include "client/json.h"
#include "client/output.h"
#include "ctl/commands.h"
#include "meaning/constants.h"

ExitCode command_constants(const Options *options)
{
	g_autoptr(GString) out = g_string_new(NULL);
	Json json;

	json_init(&json, out);
	if (options->json)
		json_begin_object(&json);
	for (const Constant *constant = constants; constant->name; constant++) {
		if (options->json) {
			json_key(&json, constant->name);
			json_uint(&json, constant->value);
		} else {
			g_string_append_printf(out, "%-28s %3u  0x%02x\n", constant->name, constant->value,
					       constant->value);
		}
	}
	if (options->json) {
		json_end_object(&json);
		g_string_append_c(out, '\n');
	}
	output_puts(out->str);
	return EXIT_DONE;
}
