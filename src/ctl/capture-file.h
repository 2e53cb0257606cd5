/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture that is being written: a file, a named pipe, or standard output. */
#pragma once

#include "ctl/capture.h"

typedef struct CaptureFile CaptureFile;

/* "-", which is standard output. NULL is not. */
bool capture_file_is_stdout(const char *path);

/* Makes or empties the file, and begins it. NULL: it is said why not. */
CaptureFile *capture_file_open(const char *path, CaptureFormat format);

/* Those below take NULL, and do nothing then. */
void capture_file_add(CaptureFile *file, const bb_stream_report *report, uint64_t lost);

/* Writes what was added. 0; -EPIPE: the reader of a pipe is gone; -ECANCELED: a pipe took nothing until a
 * signal to end came; another negative errno. After a failure it writes nothing any more. */
int capture_file_flush(CaptureFile *file);

/* Frees it. False: what was written may not have got there, and that is said. */
bool capture_file_close(CaptureFile *file);

const char *capture_file_name(const CaptureFile *file);	/* for messages */
