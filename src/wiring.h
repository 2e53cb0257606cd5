/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The edges of the daemon, and what core may ask of them. */
#pragma once

#include <systemd/sd-event.h>

#include "bluez/bluez.h"
#include "core/broker.h"
#include "core/config.h"
#include "hci/monitor.h"
#include "service/service.h"

typedef struct Edges {
	Bluez *bluez;
	Service *service;
	Broker *broker;
	Monitor *monitor;	/* NULL: reports come from BlueZ's signals */
	sd_event_source *timer;	/* runs broker_tick */
	const Config *config;
} Edges;

/* Opens the HCI monitor as the configuration says. Negative errno, and logged, where it wants what cannot be had. */
int edges_open_monitor(Edges *edges, sd_event *event, int64_t priority);

/* Their userdata is an Edges. */
extern const BrokerOps edges_ops;
