/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ATT PDUs between this machine and its peers, as the kernel's HCI monitor channel shows them: what is really on
 * air, whoever asked for it. For root. */
#pragma once

#include <stdbool.h>

#include <glib.h>

typedef struct AttMonitor AttMonitor;

/* From now on; NULL: errno says why not. */
AttMonitor *att_monitor_new(void);
AttMonitor *att_monitor_free(AttMonitor *monitor);
/* Those that were sent, or received, since the last time, in order, as hex digits that begin with the opcode. */
GPtrArray *att_monitor_take(AttMonitor *monitor, bool sent);
/* How many of them begin with these digits. */
unsigned int att_count(const GPtrArray *pdus, const char *begin);
