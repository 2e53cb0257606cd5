/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs of bench-serve have in common. serve-sdbus and serve-gdbus do the same with one library and the
 * other: a service with a characteristic of 20 bytes that is read and written, and notifies.
 *
 * PROGRAM straight ADDRESS: the service is registered at BlueZ. PROGRAM broker ADDRESS: it is offered through the
 * daemon, and the program answers each read. Both say "ready" when all is asked for, notify in a burst at each
 * SIGUSR1, and end at SIGTERM. */
#pragma once

#define SERVE_UUID(digits) "5a3b" digits "-1c1d-4f5e-8a9b-0123456789ab"

/* Characteristics, by who has them; the service of each */
#define SERVE_STORED SERVE_UUID("0031") /* serve-sdbus broker: a second one, which the daemon answers for */
#define SERVE_BROKER_SDBUS SERVE_UUID("0032")
#define SERVE_BROKER_GDBUS SERVE_UUID("0033")
#define SERVE_STRAIGHT_SDBUS SERVE_UUID("0034")
#define SERVE_STRAIGHT_GDBUS SERVE_UUID("0035")
#define SERVE_SERVICE SERVE_UUID("0030")

#define SERVE_LENGTH 20
/* Notifications at once: their last four bytes are a running number, little-endian, over all bursts. */
#define SERVE_BURST 1000
/* Through the daemon each is a call; so many are not answered yet. */
#define SERVE_WINDOW 32
#define SERVE_READ_TIMEOUT_MS 4000

#define SERVE_DAEMON "com.example.Bluetooth"
#define SERVE_ROOT "/com/example/Bluetooth"
#define SERVE_CHAR_READ_EVENT 0x08
#define SERVE_CHAR_WRITE_EVENT 0x10
