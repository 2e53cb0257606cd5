/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adapter1's discovery: a program's own, with its own filter. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/agenda.h"
#include "core/fanout.h"
#include "core/report.h"
#include "face/discovery-filter.h"
#include "face/engaged.h"
#include "face/iface.h"
#include "util/macros.h"

/* A connection's discovery on a radio, from its first filter or start on. */
typedef struct Discovery {
	View *view;
	const Connection *connection;
	Session *session;	/* NULL: it was never started */
	SessionStream stream;	/* by which reports come */
	bool on;
	Request *starting;	/* StartDiscovery, which waits for the radio; or NULL */
	Task late;		/* it does not wait longer */
	Engaged engaged;
	DiscoveryFilter filter;
} Discovery;

/* What it changes, the caller tells (view_tell). */
void discovery_free(Discovery *discovery);

/* Methods of Adapter1. */
int discovery_start(Request *request);
int discovery_stop(Request *request);
int discovery_set_filter(Request *request);
int discovery_get_filters(Request *request);

bool discovery_is_on(const View *view);		/* that of any of the program's connections */
/* The radio scans in another way now, or not. */
void discoveries_scan_changed(View *view);
void discovery_ready(Discovery *discovery);	/* the program has read what it was sent */
/* The radio is off, or the program lets go of it: they end, and their filters are forgotten. The caller tells
 * it. */
void discoveries_end(View *view);
