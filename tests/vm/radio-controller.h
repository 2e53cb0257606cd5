/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One emulated LE controller (LE only) behind /dev/vhci: it answers the host's HCI commands and hands
 * it legacy advertising reports.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "radio-advert.h"

#define REPORT_DATA_MAX 31

typedef struct Controller Controller;
typedef struct Peers Peers;

/* one legacy advertising PDU as the controller tells it to the host */
typedef struct Report {
	/* HCI event type: 0 ADV_IND, 1 DIRECT_IND, 2 SCAN_IND, 3 NONCONN_IND, 4 SCAN_RSP */
	uint8_t type;
	uint8_t address_type;	/* 0 public, 1 random */
	bdaddr_t address;
	int8_t rssi;		/* dBm */
	uint8_t length;
	uint8_t data[REPORT_DATA_MAX];
} Report;

/* Plugs a controller in, which can connect to peers. With filter_duplicates it obeys the host's wish for
 * its duplicate filter, otherwise it lets every report through, as many chips do. n_sets: its extended
 * advertising sets, 0 for legacy advertising only. Negative errno on failure. */
int controller_new(Controller **ret, const bdaddr_t *address, bool filter_duplicates, uint8_t n_sets,
		   Peers *peers);
/* Unplugs it; returns NULL. */
Controller *controller_free(Controller *controller);

const bdaddr_t *controller_address(const Controller *controller);
int controller_fd(const Controller *controller);
/* the N of hciN */
int controller_index(const Controller *controller);
/* reports that reached the host since it was plugged in */
uint64_t controller_sent(const Controller *controller);

bool controller_scanning(const Controller *controller);
bool controller_scanning_actively(const Controller *controller);
/* whether the host asked for the duplicate filter with the scan under way, obeyed or not */
bool controller_filter_wanted(const Controller *controller);
/* whether the host has it up: asked of the kernel, for the host closes a controller without telling
 * it */
bool controller_powered(const Controller *controller);

/* what its host advertises */
Advert *controller_advert(Controller *controller);
uint64_t controller_run(Controller *controller, uint64_t now);

/* Answers all commands that wait, and takes all data. Negative errno when the controller is of no use any more. */
int controller_process(Controller *controller);

/* Hands a report to the host. 1: it went; 0: not scanning, or filtered out; -EAGAIN: the host is
 * full, try later; other negative errno: failure. */
int controller_report(Controller *controller, const Report *report);

/* Hands an LE Meta event (its subevent, then its parameters: at most 255 bytes) to the host as it is, while it
 * scans; it counts as one report, of legacy ones as as many as it tells of. Returns as controller_report. */
int controller_event(Controller *controller, const uint8_t *parameters, size_t length);
