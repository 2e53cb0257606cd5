/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links of a Bed's radio: callers that wait for one, and BlueZ's side, played by the test. */
#pragma once

#include "bed.h"
#include "core/links.h"

typedef struct Connecter {
	ConnectWait wait;
	unsigned called;
	int error;
	char text[256];
	void (*then)(struct Connecter *connecter);	/* called when the answer comes; or NULL */
	Bed *bed;
	void *other;
} Connecter;

int bed_connect(Bed *bed, uint8_t last, Session *session, Connecter *connecter);
int bed_connect_as(Bed *bed, uint8_t last, Session *session, Connecter *connecter, unsigned seconds,
		   uint8_t priority, bool auto_reconnect);

/* bed_give_up(): the caller does not wait any more. bed_release(): the session lets go of the link. */
void bed_give_up(Bed *bed, Connecter *connecter);
void bed_release(Bed *bed, Link *link, Session *session);

/* The edge's answers: to Connect (only failures), and to Disconnect (error 0: done). */
void bed_fail_connect(Bed *bed, uint8_t last, int error);
void bed_disconnected(Bed *bed, uint8_t last, int error);

/* BlueZ reports the state of the device, or that it does not know the device. */
void bed_device(Bed *bed, uint8_t last, bool connected, bool resolved);
void bed_no_device(Bed *bed, uint8_t last);

/* A link to a device that BlueZ knows, up and held by the session; then the log is emptied. */
Link *bed_link_up(Bed *bed, uint8_t last, Session *session, bool auto_reconnect);

Link *bed_link(const Bed *bed, uint8_t last);
