/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The edges of the daemon, and what core may ask of them. */
#pragma once

#include <systemd/sd-event.h>

#include "bluez/bluez.h"
#include "core/broker.h"
#include "core/config.h"
#include "ledger-file.h"
#include "service/service.h"
#include "source.h"

typedef struct Edges {
	Bluez *bluez;
	Service *service;
	Broker *broker;
	Source source;
	LedgerFile ledger;
	sd_event_source *timer;	/* runs broker_tick */
	const Config *config;
} Edges;

/* Their userdata is an Edges. */
extern const BrokerOps edges_ops;
