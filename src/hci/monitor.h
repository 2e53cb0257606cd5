/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source of true reports: a read-only tap on the HCI monitor channel, with a filter in the kernel that
 * lets nothing pass but the LE advertising reports of the radios listened to. Who starts and stops their
 * scans is none of its business.
 */
#pragma once

#include <systemd/sd-event.h>

#include "core/report.h"

#define MONITOR_RADIOS_MAX 64

typedef struct Monitor Monitor;

/* All of them may call monitor_listen(), none may call monitor_free() but failed(). */
typedef struct MonitorOps {
	/* An advertising report of hciN; info and its data are good until it returns. */
	void (*report)(void *userdata, unsigned index, const ReportInfo *info);

	/* We were too slow, or the buffer was too small: the kernel threw away this many more packets, each
	 * of which had one report or more. */
	void (*lost)(void *userdata, uint32_t packets);

	/* The socket is of no use any more (negative errno): nothing else will come. */
	void (*failed)(void *userdata, int error);
} MonitorOps;

typedef struct MonitorStats {
	uint64_t packets;	/* that passed the filter and were read */
	uint64_t reports;	/* handed on */
	uint64_t truncated;	/* of these, marked so */
	uint64_t malformed;	/* reports in packets that were cut off, or not possible */
	uint64_t lost;		/* packets */
	unsigned buffer;	/* bytes that the kernel keeps for us, its own overhead included */
} MonitorStats;

/*
 * Listens to no radio yet. priority: of the source in the event loop; one turn takes a bounded batch. ops are
 * kept, not copied. -EPERM: no CAP_NET_RAW; -EAFNOSUPPORT (or -EPROTONOSUPPORT): no Bluetooth in the kernel,
 * or address family forbidden.
 */
int monitor_new(Monitor **ret, sd_event *event, int64_t priority, const MonitorOps *ops, void *userdata);
Monitor *monitor_free(Monitor *monitor);	/* returns NULL; takes NULL */

/*
 * The radios to listen to from now on, in place of those before: the N of their hciN, at most
 * MONITOR_RADIOS_MAX
 * (-E2BIG). Without any, nothing passes the filter, and the daemon is not woken. What is heard already of
 * radios that are not among them is thrown away.
 */
int monitor_listen(Monitor *monitor, const uint16_t *indices, size_t n);

const MonitorStats *monitor_stats(const Monitor *monitor);
