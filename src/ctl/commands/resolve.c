/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl resolve: AD bytes taken apart by hand, without the daemon. */
#include <stdio.h>

#include "client/fail.h"
#include "client/output.h"
#include "ctl/commands.h"
#include "ctl/resolve.h"
#include "meaning/choice.h"
#include "meaning/hex.h"

ExitCode command_resolve(const Options *options)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autoptr(GString) out = g_string_new(NULL);
	Reason reason = { 0 };
	int type = -1;
	unsigned found;

	if (hex_parse(options->arguments[0], bytes, &reason) != 0) {
		fail_line("HEX: %s", reason.text);
		return EXIT_USAGE;
	}
	if (options->arguments[1]) {
		uint8_t value;

		if (ad_type_parse(options->arguments[1], &value, &reason) != 0) {
			fail_line("TYPE: %s", reason.text);
			return EXIT_USAGE;
		}
		type = value;
	}
	found = options->json ? resolve_append_json(out, bytes->data, bytes->len, type)
			      : resolve_append(out, bytes->data, bytes->len, type);
	output_puts(out->str);
	return found > 0 ? EXIT_DONE : EXIT_NOTHING;
}
