/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The edges of the daemon, and what keeps its files and the HCI monitor up with core. */
#pragma once

#include <systemd/sd-event.h>

#include "bluez/bluez.h"
#include "core/broker-events.h"
#include "ledger-file.h"
#include "service/service.h"
#include "source.h"

typedef struct Edges {
	Bluez *bluez;
	Service *service;
	Broker *broker;
	Source source;
	LedgerFile ledger;
	Face face;		/* of the latter */
} Edges;

/* Hears core's news from now on. */
void edges_listen(Edges *edges);
