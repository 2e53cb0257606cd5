/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Soft-blocks a radio through /dev/rfkill. */

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <linux/rfkill.h>

#include "radio-rfkill.h"

/* the number that rfkill gave to hciN */
static int rfkill_find(int index, uint32_t *ret)
{
	char pattern[64];
	glob_t found;
	FILE *file;
	int r = -ENODEV;

	snprintf(pattern, sizeof(pattern), "/sys/class/bluetooth/hci%d/rfkill*/index", index);
	if (glob(pattern, GLOB_NOSORT, NULL, &found))
		return r;
	file = fopen(found.gl_pathv[0], "re");
	if (file) {
		if (fscanf(file, "%u", ret) == 1)
			r = 0;
		fclose(file);
	}
	globfree(&found);
	return r;
}

int rfkill_block(int index, bool block)
{
	struct rfkill_event event = { .op = RFKILL_OP_CHANGE, .soft = block };
	uint32_t number;
	int fd, r;

	r = rfkill_find(index, &number);
	if (r < 0)
		return r;
	event.idx = number;
	fd = open("/dev/rfkill", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = write(fd, &event, sizeof(event)) < 0 ? -errno : 0;
	close(fd);
	return r;
}
