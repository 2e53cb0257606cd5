/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Links of an emulated controller to emulated peripherals and centrals: ACL data, and L2CAP's fixed
 * channels. */

#include "radio-controller.h"

#define CID_ATT 4
#define CID_SIGNALLING 5
#define CID_SMP 6
#define LINK_FRAME_MAX 1024	/* L2CAP header and payload */

typedef struct Link Link;

struct Link {
	Link *next;
	Controller *controller;
	Peer *peer;		/* whom we have connected to, */
	Central *visitor;	/* or who has connected to us; one of both */
	uint16_t handle;
	DeviceAddress central, peripheral;	/* as they have called each other */
	bool encrypted;
	uint64_t features_due;	/* when the peer tells its features; UINT64_MAX: not asked */
	/* the L2CAP frame that is coming in */
	uint8_t frame[LINK_FRAME_MAX];
	size_t n_frame;
};

/* A link with the lowest free handle; the other end has yet to be set and told. NULL: no memory. */
Link *link_new(Controller *controller, const DeviceAddress *central, const DeviceAddress *peripheral);
/* The other end is told, the host is not. Returns NULL. */
Link *link_free(Link *link);
/* The host is told as well: status is the HCI reason. Returns NULL. */
Link *link_close(Link *link, uint8_t reason);
Link *link_find(const Controller *controller, uint16_t handle);

/* Does what is due. Returns when to be called again. */
uint64_t link_run(Link *link, uint64_t now);
/* Takes an ACL data packet from the host. */
void link_packet(Controller *controller, const uint8_t *packet, size_t length);
/* Sends an L2CAP frame to the host. Negative errno on failure. */
int link_send(Link *link, uint16_t cid, const uint8_t *payload, size_t length);

/* A radio hears that peer, and connects if that is what it waits for. */
void controller_hear(Controller *controller, Peer *peer);
/* Somebody connects to what the radio advertises, and it stops advertising that. NULL: it cannot. */
Link *controller_accept(Controller *controller, Central *visitor, const DeviceAddress *address);
/* The visitor wants to encrypt: the host is asked for the key. */
void link_want_key(Link *link, uint16_t diversifier, uint64_t number);
/* Encryption is on: the host is told. */
void link_encrypted(Link *link);
/* Ends the links and the advertisements that the host has left behind by going away without a word,
 * as it may. */
void controller_supervise(Controller *controller);
