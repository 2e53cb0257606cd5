/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What systemd does with bluebrokerd-keys.socket, for tests: whoever connects gets what bluebroker-keys
 * prints. */
#pragma once

#include <sys/types.h>

/* Runs program on store for each connection to the socket at path, until keys_server_stop, or the test
 * ends. */
pid_t keys_server_start(const char *path, const char *program, const char *store);
void keys_server_stop(pid_t pid, const char *path);
