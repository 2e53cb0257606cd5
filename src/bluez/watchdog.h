/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches whether bluetoothd answers at all. Any message of it will do; where none came for a while it is
 * pinged (Peer.Ping), and a ping that is not answered for stall_seconds of the configuration is a stall. The
 * watchdog rests when nobody cares, and begins again with the next call that is sent.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

typedef struct Bluez Bluez;

typedef struct Watchdog {
	/* set by the owner */
	Bluez *bluez;
	bool (*is_wanted)(const void *userdata);		/* somebody cares */
	void (*stalled)(void *userdata);
	void (*recovered)(void *userdata, uint64_t pause);	/* it answers again, after so many µs */
	void *userdata;

	/* the watchdog's own */
	sd_bus_slot *filter;
	sd_event_source *timer;	/* NULL: the watchdog rests */
	uint64_t due;		/* when the next tick is; CLOCK_MONOTONIC */
	sd_bus_slot *ping;
	bool heard;		/* anything from bluetoothd, since the last tick */
	unsigned silent;	/* ticks that passed while the ping was not answered */
	uint64_t since;		/* when the stall was noticed; 0: bluetoothd answers */
} Watchdog;

/* To be called when the owner has set its part. Negative errno. */
int watchdog_init(Watchdog *watchdog);
void watchdog_deinit(Watchdog *watchdog);
void watchdog_sent(Watchdog *watchdog);
/* An answer came, from bluetoothd or from the bus for it: a filter of sd-bus does not see answers. */
void watchdog_heard(Watchdog *watchdog, sd_bus_message *m);
/* bluetoothd has left the bus. */
void watchdog_lost(Watchdog *watchdog);
bool watchdog_is_stalled(const Watchdog *watchdog);
