/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture that is being written: a file, a named pipe, or standard output. */
#pragma once

#include "ctl/capture.h"

typedef struct CaptureFile CaptureFile;

/* Whether path is "-", which means standard output; NULL is not. */
bool capture_file_is_stdout(const char *path);

/* Creates or truncates the file, and writes the format's header. NULL: the error has been printed. */
CaptureFile *capture_file_open(const char *path, CaptureFormat format);

/* Adds a report to what the next flush writes. Here and in the next two NULL does nothing (0, true). lost:
 * reports so far. */
void capture_file_add(CaptureFile *file, const bb_stream_report *report, uint64_t lost);

/* Writes what was added. 0; -EPIPE: the reader of a pipe is gone; -ECANCELED: a signal to end came while a
 * pipe took nothing; or another negative errno. After a failure it writes nothing any more. */
int capture_file_flush(CaptureFile *file);

/* Closes and frees it. False: what was written may be lost; the error has been printed. */
bool capture_file_close(CaptureFile *file);

const char *capture_file_name(const CaptureFile *file);	/* for messages */
