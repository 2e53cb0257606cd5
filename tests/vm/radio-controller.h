/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One emulated LE controller (LE only) behind /dev/vhci: it answers the host's HCI commands and hands
 * it legacy advertising reports.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "air.h"
#include "radio-advert.h"

typedef struct Radio Controller;

/* Plugs a controller in, which can connect to peripherals of the air. With filter_duplicates it obeys the
 * host's wish for its duplicate filter, otherwise it lets every report through, as many chips do. n_sets: its
 * extended advertising sets, 0 for legacy advertising only. Negative errno on failure. */
int controller_new(Controller **ret, Air *air, uint64_t addr, bool filter_duplicates, uint8_t n_sets);
/* Unplugs it; returns NULL. */
Controller *controller_free(Controller *controller);

Air *controller_air(const Controller *controller);
uint64_t controller_addr(const Controller *controller);
int controller_fd(const Controller *controller);
/* The source of the main loop that watches controller_fd: goes with the controller. */
void controller_watch(Controller *controller, unsigned int source);
/* the N of hciN */
unsigned int controller_index(const Controller *controller);
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

/* Answers all commands that wait, and takes all data. Negative errno when the controller is of no use any
 * more. */
int controller_process(Controller *controller);

/* Hands a report to the host. 1: it went; 0: not scanning, or filtered out; -EAGAIN: the host is
 * full, try later; other negative errno: failure. */
int controller_report(Controller *controller, const Report *report);

/* Hands an LE Meta event (its subevent, then its parameters: at most 255 bytes) to the host as it is, while
 * it scans; it counts as one report, of legacy ones as as many as it tells of. Returns as controller_report.
 */
int controller_event(Controller *controller, const uint8_t *parameters, size_t length);

/* A report as it stands in an event, at most LE_ADVERTISING_INFO_SIZE + REPORT_DATA_MAX + 1 bytes. Returns
 * how many. */
size_t report_pack(const Report *report, uint8_t *ret);
