/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a bluebroker-mqtt needs of a daemon, and no more: a bus of its own that answers what it asks, and a stream
 * into which the benchmark writes reports at its own pace. So hundreds of gateways fit on a machine, and what is
 * measured is the program.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

typedef struct FleetDaemon FleetDaemon;

/* number: of the gateway, from 0 on; its radio's address tells it. The bus is a socket in the directory dir. */
FleetDaemon *fleet_daemon_new(sd_event *event, const char *dir, unsigned int number);
FleetDaemon *fleet_daemon_free(FleetDaemon *daemon);
const char *fleet_daemon_bus(const FleetDaemon *daemon); /* its address */

/* Whether the program has a stream, and scans. */
bool fleet_daemon_scans(const FleetDaemon *daemon);

/* Writes reports into the stream, as the daemon does: no more in a datagram than the program asked for, none kept
 * longer than it asked for. rate: reports/s from now on; 0: none. */
void fleet_daemon_set_rate(FleetDaemon *daemon, double rate, uint64_t now_us);
void fleet_daemon_feed(FleetDaemon *daemon, uint64_t now_us);

void fleet_daemon_say(FleetDaemon *daemon, uint64_t now_us); /* one report, at once */

typedef struct FleetFed {
	uint64_t reports;
	uint64_t lost; /* the program did not read in time */
} FleetFed;

FleetFed fleet_daemon_fed(const FleetDaemon *daemon);
