/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the queue to the broker: each report in each of the formats, as fast as the broker takes them. */
#pragma once

#include "mqtt/config.h"
#include "mqtt/connection.h"
#include "mqtt/format.h"
#include "mqtt/heard.h"

typedef struct Publisher Publisher;

/* config must outlive it. */
Publisher *publisher_new(const Config *config);
void publisher_free(Publisher *publisher);

/* Where to: nothing leaves the queue before. All must outlive it. */
void publisher_start(Publisher *publisher, Connection *connection, const char *gateway, const char *radio);

void publisher_heard(Publisher *publisher, const Heard *heard);
/* Publishes what the connection has room for: after reports came, and when it has room again. */
void publisher_run(Publisher *publisher);

/* The same. True: nothing is left. */
bool publisher_drain(Publisher *publisher);

typedef struct PublisherCounters {
	uint64_t published;	/* reports that were handed to the connection */
	uint64_t lost;		/* reports that went because the queue was full */
	unsigned queued;	/* reports */
	size_t queued_bytes;
} PublisherCounters;

PublisherCounters publisher_counters(const Publisher *publisher);
