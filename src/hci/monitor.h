/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source of true reports: a read-only tap on the HCI monitor channel, with a filter in the kernel that
 * lets nothing pass but the LE advertising reports of the radios listened to. It neither starts nor stops
 * scans.
 */
#pragma once

#include <systemd/sd-event.h>

#include "core/report.h"

#define MONITOR_RADIOS_MAX 64

typedef struct Monitor Monitor;

/* Each of them may call monitor_listen(); only failed() may call monitor_free(). */
typedef struct MonitorOps {
	/* An advertising report of hciN, N being index; info and its data are valid until the callback
	 * returns. */
	void (*report)(void *userdata, unsigned index, const ReportInfo *info);

	/* We were too slow, or the buffer was too small: the kernel threw away this many more packets, each
	 * of which had one report or more. */
	void (*lost)(void *userdata, uint32_t packets);

	/* The socket has failed (negative errno): no other callback will follow. */
	void (*failed)(void *userdata, int error);
} MonitorOps;

typedef struct MonitorStats {
	uint64_t packets;	/* that passed the filter and were read */
	uint64_t reports;	/* handed on */
	uint64_t truncated;	/* of these, marked as truncated */
	uint64_t malformed;	/* reports left out: cut off by the packet's end, or impossible */
	uint64_t lost;		/* packets that the kernel threw away */
	unsigned buffer;	/* size of the socket's buffer in bytes, with the kernel's overhead */
} MonitorStats;

/*
 * Opens the monitor, which listens to no radio yet. priority: of its event source, which reads a bounded
 * batch in each turn. ops are kept, not copied. -EPERM: no CAP_NET_RAW; -EAFNOSUPPORT (or -EPROTONOSUPPORT):
 * no Bluetooth in the kernel, or address family forbidden.
 */
int monitor_new(Monitor **ret, sd_event *event, int64_t priority, const MonitorOps *ops, void *userdata);
Monitor *monitor_free(Monitor *monitor);	/* returns NULL; takes NULL */

/*
 * Sets the radios to listen to, in place of those before: the N of their hciN, at most MONITOR_RADIOS_MAX
 * (-E2BIG). With none, nothing passes the filter and the daemon is not woken. What has been heard already
 * from radios that are not among them is thrown away.
 */
int monitor_listen(Monitor *monitor, const uint16_t *indices, size_t n);

const MonitorStats *monitor_stats(const Monitor *monitor);
