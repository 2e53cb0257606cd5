/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the cases of the monitor's test share: a world without the daemon, the monitor on a loop, what was heard and
 * what should have been. */
#pragma once

#include "hci/monitor.h"
#include "report-events.h"
#include "world.h"

#define SECOND_RADIO "00:AA:01:00:00:01"

typedef struct Heard {
	unsigned index;
	ReportInfo info;	/* data: of its own */
} Heard;

extern World *world;
extern Air *air;
extern sd_event *loop;
extern Monitor *monitor;
extern const MonitorOps monitor_ops;
extern GArray *heard, *expected;	/* Heard */
extern uint64_t lost;			/* packets; the userdata of the ops, too */

void setup(void);
void setup_extended(void);	/* the radio has extended advertising */
void teardown(void);

void open_monitor(void);
void discover(const char *path, const char *radio);	/* by bluetoothd; path: of its adapter */
/* Of the process, in effect: lets go of it, or takes it back. */
void set_capability(unsigned capability, bool on);

uint64_t boottime(void);
void expect(const ReportInfo *info);	/* of hci0 */
const Heard *heard_at(guint at);
void hear(uint64_t n);			/* runs the loop until so many are heard, or lost */
/* What was heard is what was expected, at times that grow from since on. */
void check_heard(uint64_t since);
