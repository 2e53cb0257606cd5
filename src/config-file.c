/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the configuration file. */
#include "config-file.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "util/file.h"

#define FILE_MAX_BYTES (1024 * 1024)	/* anything longer is a device file, or a mistake */

int config_file_load(Config *config, const char *path, Reason *reason)
{
	g_autofree char *text = NULL;
	size_t length = 0;
	int r;

	r = file_read(path, FILE_MAX_BYTES, &text, &length);
	if (r < 0) {
		g_autofree char *safe_path = g_strescape(path, NULL);

		return reason_set(reason, r == -ENOENT ? E_DOES_NOT_EXIST : E_FAILED, "%.160s: %.80s",
				  safe_path, strerror(-r));
	}
	return config_parse(config, path, text, length, reason);
}
