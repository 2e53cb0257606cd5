/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the reports of all radios come from: the HCI monitor if the configuration wants it and the kernel
 * permits it, else BlueZ's signals. A monitor that is wanted and could not be opened is tried again.
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
	sd_event_source *retry;	/* next attempt, while the monitor is wanted but missing and a radio scans */
	int error;		/* negative errno of the last attempt to open the monitor; 0: opened */
} Source;

/* Opens the monitor if the configuration wants it. Negative errno, already logged, if the configuration
 * demands it and it cannot be opened. event, config and broker must outlive the source. */
int source_open(Source *source, sd_event *event, int64_t priority, const Config *config, Broker *broker);
void source_close(Source *source);

/* Other radios scan now: tells the monitor which ones to listen to. */
void source_listen(Source *source);
/* A radio was plugged in, for which the kernel may have loaded Bluetooth only now: tries the monitor
 * again. */
void source_radio_added(Source *source);
