/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the reports of all radios come from: the HCI monitor, as the configuration says and the kernel
 * permits, else BlueZ's signals. Where it should be the monitor and is not, it is tried again.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "core/broker.h"
#include "core/config.h"
#include "hci/monitor.h"

#define SOURCE_RETRY (30 * USEC_PER_SEC)

typedef struct Source {
	const Config *config;
	Broker *broker;
	sd_event *event;
	int64_t priority;
	Monitor *monitor;	/* NULL: reports come from BlueZ's signals */
	sd_event_source *retry;	/* while that is not as it should be, and a radio scans */
	int error;		/* why there was no monitor when it was tried last; 0: it was there */
} Source;

/* Opens the monitor as the configuration says. Negative errno, and logged, where it wants what cannot be had.
 * All that it is given outlives it. */
int source_open(Source *source, sd_event *event, int64_t priority, const Config *config, Broker *broker);
void source_close(Source *source);

/* Which radios scan has changed. */
void source_listen(Source *source);
/* A radio was plugged in: with it, what was missing in the kernel may have come. */
void source_radio_added(Source *source);
