/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing captures. */
#include "ctl/capture-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "client/boottime.h"
#include "client/fail.h"
#include "client/heard.h"
#include "client/output.h"

struct CaptureFile {
	CaptureFormat format;
	char *name;
	int fd;
	bool failed;
	int64_t wall_offset;	/* at the start: packets stay in order when the clock is set */
	GByteArray *bytes;	/* not written yet */
};

bool capture_file_is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

static void capture_file_free(CaptureFile *file)
{
	g_byte_array_unref(file->bytes);
	g_free(file->name);
	g_free(file);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaptureFile, capture_file_free)

int capture_file_flush(CaptureFile *file)
{
	int r;

	if (!file || file->failed)
		return 0;
	r = output_write_to(file->fd, file->bytes->data, file->bytes->len);
	file->failed = r < 0;
	g_byte_array_set_size(file->bytes, 0);
	return r;
}

CaptureFile *capture_file_open(const char *path, CaptureFormat format)
{
	g_autoptr(CaptureFile) file = g_new0(CaptureFile, 1);
	int r;

	file->format = format;
	file->wall_offset = boottime_to_wall();
	file->bytes = g_byte_array_new();
	if (capture_file_is_stdout(path)) {
		file->name = g_strdup("standard output");
		file->fd = STDOUT_FILENO;
	} else {
		file->name = g_strdup(path);
		file->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	}
	r = file->fd < 0 ? -errno : 0;
	capture_begin(file->bytes, format);
	if (r == 0)
		r = capture_file_flush(file);
	if (r < 0) {
		fail_line("%s: %s", file->name, g_strerror(-r));
		return NULL;
	}
	return g_steal_pointer(&file);
}

void capture_file_add(CaptureFile *file, const bb_stream_report *report, uint64_t lost)
{
	if (file)
		capture_append(file->bytes, file->format, report, file->wall_offset, lost);
}

bool capture_file_close(CaptureFile *file)
{
	bool good;

	if (!file)
		return true;
	good = file->fd == STDOUT_FILENO || close(file->fd) == 0;
	if (!good)
		fail_line("%s: %s", file->name, g_strerror(errno));
	capture_file_free(file);
	return good;
}

const char *capture_file_name(const CaptureFile *file)
{
	return file->name;
}
