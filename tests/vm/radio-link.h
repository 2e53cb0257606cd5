/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Links of an emulated controller to emulated peripherals: ACL data, and L2CAP's fixed channels. */

#include "radio-controller.h"

#define CID_ATT 4
#define CID_SIGNALLING 5
#define CID_SMP 6
#define LINK_FRAME_MAX 1024	/* L2CAP header and payload */

typedef struct Link Link;
typedef struct Peer Peer;

struct Link {
	Link *next;
	Controller *controller;
	Peer *peer;
	uint16_t handle;
	DeviceAddress central;
	bool encrypted;
	uint64_t features_due;	/* when the peer tells its features; UINT64_MAX: not asked */
	/* the L2CAP frame that is coming in */
	uint8_t frame[LINK_FRAME_MAX];
	size_t n_frame;
};

/* A link with the lowest free handle; the peer is told. NULL: no memory. */
Link *link_new(Controller *controller, Peer *peer, const DeviceAddress *central);
/* The peer is told, the host is not. Returns NULL. */
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
/* Closes the links that the host has left behind by going away without a word, as it may. */
void controller_supervise(Controller *controller);
