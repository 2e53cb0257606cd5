/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the two halves of a controller share: its state, and the way from command to answer. */

#include "radio-controller.h"

#define ACCEPT_LIST_MAX 16
#define SEEN_MAX 4096		/* a full duplicate filter lets new ones through, as chips do */

typedef struct Peer {
	uint8_t type;
	bdaddr_t address;
} __attribute__((packed)) Peer;

struct Controller {
	bdaddr_t address;
	int fd;			/* /dev/vhci */
	int control_fd;		/* for asking the kernel about the device */
	int index;
	bool filter_duplicates;
	uint64_t sent;

	/* what the host set; HCI Reset clears it */
	bool scanning, active, filter_wanted, accept_list_only;
	bool initiating;
	Peer initiating_to;
	Peer accept_list[ACCEPT_LIST_MAX];
	size_t n_accept_list;
	uint64_t *seen;		/* address, its type, event type of what this scan reported */
	size_t n_seen;
};

/* Sends an event whose parameters are head, then tail. Negative errno on failure. */
int event_send(Controller *controller, uint8_t event, const void *head, size_t n_head,
	       const void *tail, size_t n_tail);
/* Carries a command out, and answers it. */
void command_run(Controller *controller, uint16_t opcode, const uint8_t *parameters,
		 size_t length);
/* The place of peer in the accept list, or n_accept_list. */
size_t accept_list_find(const Controller *controller, const Peer *peer);
