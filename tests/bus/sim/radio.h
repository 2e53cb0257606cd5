/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A controller together with the kernel's part of scanning: it hears what is put on air while it
 * scans, holds back what may still get a scan response, and tells bluetoothd of the devices found.
 * It outlives bluetoothd. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "air.h"
#include "broadcast.h"
#include "request.h"

#define RADIO_RSSI_ANY 127

/* What the kernel tells bluetoothd: advertisement and scan response are one here. */
typedef struct RadioFound {
	uint64_t addr;
	bool random;
	bool connectable;
	int8_t rssi;
	size_t len;
	uint8_t data[2 * REPORT_DATA_MAX];
} RadioFound;

typedef struct RadioEars {
	void (*found)(void *owner, const RadioFound *found);
	void (*blocked)(
		void *owner,
		bool blocked); /* rfkill has changed; the power is already off when blocked */
	void (*scan_over)(void *owner); /* the kernel ended the scan by itself */
	void (*central)(void *owner, Central *central, bool up); /* one has connected, or its link is over */
} RadioEars;

struct Radio {
	Air *air;
	unsigned int index; /* hciN */
	uint64_t addr;
	bool blocked;
	bool powered;
	bool scanning;
	guint scan_timer;
	uint64_t sent;
	const RadioEars *ears; /* NULL while bluetoothd is away */
	void *owner;
	bool held; /* there is a report that waits for its scan response */
	Report pending;
	Broadcast *broadcast; /* what it sends itself */
};

Radio *radio_new(Air *air, unsigned int index, uint64_t addr, unsigned int sets); /* sets: of advertising */
Radio *radio_free(Radio *radio);

void radio_listen(Radio *radio, const RadioEars *ears, void *owner);
void radio_power(Radio *radio, bool on);
/* The kernel ends a scan after 10.24 s; also when bluetoothd, which asked for it, is not there any
 * more. What is held back at the end of a scan is lost. */
void radio_scan(Radio *radio, bool on);
void radio_block(Radio *radio, bool blocked);

/* False when the radio is not scanning: nobody heard it. */
bool radio_hear(Radio *radio, const Report *report);
