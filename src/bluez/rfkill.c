/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether rfkill blocks a radio (Documentation/ABI/stable/sysfs-class-rfkill: soft and hard are 0 or 1). */
#include "bluez/rfkill.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <unistd.h>

#include "util/fd.h"

static bool file_says_yes(const char *path)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char byte;

	return fd >= 0 && read(fd, &byte, 1) == 1 && byte == '1';
}

bool rfkill_blocks(unsigned index)
{
	char pattern[80];
	bool blocked = false;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "/sys/class/bluetooth/hci%u/rfkill*/[sh][oa][fr][td]", index);
	if (glob(pattern, 0, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc && !blocked; i++)
		blocked = file_says_yes(found.gl_pathv[i]);
	globfree(&found);
	return blocked;
}
