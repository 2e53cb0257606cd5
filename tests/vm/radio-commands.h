/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The air-control protocol: one line is one request, and is answered by one line, `ok[ TEXT]` or
 * `error TEXT`.
 *
 *   plug ADDR | unplug ADDR | quiet RADIO | status RADIO | rfkill RADIO block|unblock | quit
 *   adv RADIO DEV public|random TYPE RSSI HEX [COUNT]
 *   event RADIO HEX
 *   repeat RADIO NAME DEV public|random TYPE RSSI HEX INTERVAL_MS COUNT [rsp HEX]
 *   storm RADIO ADVERTISERS RATE SECONDS [BURST]
 *
 * RADIO is a controller address, or `*` for all; TYPE is the HCI event type; RSSI may be
 * BASE~SPREAD; HEX is the AD payload, `-` for an empty one, or, of `event`, an LE Meta event as it is:
 * subevent and parameters. BURST reports of a storm go out together, from one advertiser (default 1).
 * `adv` and `event` answer how many radios' hosts got it. Requests about peripherals are in
 * radio-peer-commands.h, about centrals in radio-central-commands.h.
 */

#include "radio-request.h"

/* Carries out line (which it cuts into words) and writes the answer, without a line end, to reply, or
 * promises it. Returns false when the program shall end. */
bool command_line_run(Air *air, char *line, uint64_t now, char reply[COMMAND_REPLY_MAX],
		      Promise **ret_promise);
