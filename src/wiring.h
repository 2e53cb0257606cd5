/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The edges of the daemon, and the face that keeps its files and the HCI monitor up to date with core's
 * news. */
#pragma once

#include <systemd/sd-event.h>

#include "bluez/bluez.h"
#include "core/broker-events.h"
#include "face/programs.h"
#include "ledger-file.h"
#include "service/service.h"
#include "source.h"

typedef struct Edges {
	Bluez *bluez;
	Service *service;
	Programs *programs;
	Broker *broker;
	Source source;
	LedgerFile ledger;
	Face face;		/* hears core's news for source and ledger */
} Edges;

/* Keeps the files and the monitor up to date from now on. edges must outlive the broker's use of
 * edges->face. */
void edges_listen(Edges *edges);
