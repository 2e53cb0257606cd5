/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For radio*.c. */
#pragma once

#include <bluebroker-stream.h>

#include "mqtt/radio.h"

#define SESSION "com.example.Bluetooth.Session1"
/* opening a session waits for the radio to power on: 300 s at most */
#define RADIO_CALL_MAX (310 * USEC_PER_SEC)

struct Radio {
	sd_event *event;
	sd_bus *bus;
	const Config *config;
	const RadioHandlers *handlers;
	void *userdata;

	sd_bus_slot *owner;	/* the match for the daemon's coming and going */
	sd_bus_slot *call;	/* the step that is under way */
	sd_event_source *retry;
	unsigned failures;	/* in a row */
	char *path;
	char *address;
	uint32_t fifo;		/* depth that we ask for */
	bool there;
	char *session;		/* object path; NULL: none */
	int fd;			/* of the stream */
	sd_event_source *stream;
	bool scanning;
	GVariant *filter;	/* in place of the configuration's; NULL: that one */

	uint64_t base;		/* our number of this session's first report, which is 0 there */
	uint64_t last;		/* our number of the last report */
	uint64_t lost;
	uint64_t lost_before;	/* by sessions before this one */
	uint64_t heard;
	uint8_t datagram[BB_STREAM_DATAGRAM_MAX];
};

/* Closes the session, and begins again in a while. */
void radio_fail(Radio *radio, const char *doing, const char *why);

/* userdata: the Radio. */
int radio_on_stream(sd_event_source *source, int fd, uint32_t revents, void *userdata);
