/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether bluetoothd answers at all. Anything that it says will do; where it has said nothing for a while it
 * is asked (Peer.Ping), and what it does not answer for stall_seconds of the configuration is a stall. It
 * looks as long as somebody cares, and begins again when told that something was sent.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

typedef struct Bluez Bluez;

typedef struct Watchdog {
	/* the owner's */
	Bluez *bluez;
	bool (*is_wanted)(const void *userdata);		/* somebody cares */
	void (*stalled)(void *userdata);
	void (*recovered)(void *userdata, uint64_t pause);	/* it answers again, after so many µs */
	void *userdata;

	/* its own */
	sd_bus_slot *filter;
	sd_event_source *timer;	/* NULL: it does not look */
	uint64_t due;		/* CLOCK_MONOTONIC */
	sd_bus_slot *ping;
	bool heard;		/* anything from bluetoothd, since the last tick */
	unsigned silent;	/* ticks */
	uint64_t since;		/* when the stall was noticed; 0: it answers */
} Watchdog;

/* The owner has set its part. Negative errno. */
int watchdog_init(Watchdog *watchdog);
void watchdog_deinit(Watchdog *watchdog);
void watchdog_sent(Watchdog *watchdog);
/* An answer, which a filter of the bus does not see; whoever gave it. */
void watchdog_heard(Watchdog *watchdog, sd_bus_message *m);
/* bluetoothd has left the bus. */
void watchdog_lost(Watchdog *watchdog);
bool watchdog_is_stalled(const Watchdog *watchdog);
