/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a batch: each is a command line of bluebrokerctl without its name. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "ctl/options.h"

typedef struct BatchLine {
	char *place;		/* "FILE:3" */
	char **words;		/* the command line, after the program's name */
	Options options;	/* what it says */
} BatchLine;

/* Reads a line, and checks it. defaults: of batch itself, for what the line does not say. *ret: NULL for a line
 * that is blank or a comment. False: the error has been printed. */
bool batch_line_read(const char *text, const char *file, unsigned number, const Options *defaults,
		     BatchLine **ret);
void batch_line_free(BatchLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BatchLine, batch_line_free)

/* Reads the whole file (BatchLine). NULL: the errors, all of them, have been printed. */
GPtrArray *batch_file_read(const char *file, const Options *defaults);
