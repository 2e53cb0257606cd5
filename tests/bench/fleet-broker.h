/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mosquitto on loopback, and one consumer that gets all that is published there. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

typedef struct FleetBroker FleetBroker;

FleetBroker *fleet_broker_new(const char *dir); /* dir: for its files */
FleetBroker *fleet_broker_free(FleetBroker *broker);
unsigned int fleet_broker_port(const FleetBroker *broker);
pid_t fleet_broker_pid(const FleetBroker *broker);

/* What came to the consumer so far, but for the state of gateways: only what has reports in it. */
typedef struct FleetCame {
	uint64_t messages;
	uint64_t reports;
	uint64_t bytes; /* of topics and payloads */
} FleetCame;

FleetCame fleet_broker_came(FleetBroker *broker);
