/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions, clients, bonds, programs and bluetoothd's state: rows of the daemon's lists. */
#pragma once

#include "ctl/monitor/tracker.h"

/* The answers of GetStats, and of a radio's GetBonds: all rows that there are. first: they are told as what
 * was there already. */
void rows_take_stats(Tracker *tracker, GVariant *reply, bool first);
void rows_take_bonds(Tracker *tracker, const char *radio, GVariant *reply, bool first);
/* The body of RowChanged. */
void rows_change(Tracker *tracker, GVariant *body);
