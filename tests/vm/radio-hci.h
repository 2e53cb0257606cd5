/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the parts of a controller share: its state, and the way from command to answer. */

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-link.h"

#define OPCODE(ogf, ocf) ((uint16_t)((ogf) << 10 | (ocf)))
#define LE(ocf) OPCODE(OGF_LE_CTL, OCF_LE_##ocf)
#define DATA_PACKET_LENGTH 251
#define ACCEPT_LIST_MAX 16
#define SEEN_MAX 4096		/* a full duplicate filter lets new ones through, as chips do */

typedef struct Command {
	uint16_t opcode;
	uint8_t octet, bit;	/* its place in the mask of supported commands */
	uint8_t parameters;	/* their length */
	void (*run)(Controller *controller, const struct Command *command,
		    const uint8_t *parameters);
} Command;

struct Radio {
	Air *air;
	uint64_t addr;
	bdaddr_t address;
	unsigned int source;
	int fd;			/* /dev/vhci */
	int control_fd;		/* for asking the kernel about the device */
	int index;
	bool filter_duplicates;
	uint64_t sent;

	/* what the host set; HCI Reset clears it */
	bool scanning, active, filter_wanted, accept_list_only;
	bool extended_reports;	/* the scan was begun by extended commands */
	bool initiating, initiating_by_list, initiating_extended;
	le_create_connection_cp initiation;
	DeviceAddress accept_list[ACCEPT_LIST_MAX];
	size_t n_accept_list;
	uint64_t *seen;		/* address, its type, event type of what this scan reported */
	size_t n_seen;

	Link *links;
	Advert advert;
};

/* Sends an event whose parameters are head, then tail. Negative errno on failure. */
int event_send(Controller *controller, uint8_t event, const void *head, size_t n_head,
	       const void *tail, size_t n_tail);
void le_event_send(Controller *controller, uint8_t subevent, const void *parameters, size_t length);
/* Carries a command out, and answers it. */
void command_run(Controller *controller, uint16_t opcode, const uint8_t *parameters,
		 size_t length);
/* answer: what follows the opcode, beginning with the status */
void command_complete(Controller *controller, uint16_t opcode, const void *answer, size_t length);
void command_status(Controller *controller, uint16_t opcode, uint8_t status);
/* The place of device in the accept list, or n_accept_list. */
size_t accept_list_find(const Controller *controller, const DeviceAddress *device);
