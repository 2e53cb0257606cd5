/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reports of a storm. */

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-storm.h"

#define EVENT_MAX 255	/* bytes of an event's parameters */
#define TURNS_MAX 512	/* in one call, so that commands are heard amid a late storm */

static void storm_report(const Storm *storm, uint32_t number, Report *ret)
{
	uint32_t index = number / storm->burst % storm->advertisers;
	uint32_t payload[] = { htole32(index), htole32(number) };
	/* flags (LE general discoverable, no BR/EDR), manufacturer data of company 0xffff */
	static const uint8_t head[] = { 2, 0x01, 0x06, 3 + sizeof(payload), 0xff, 0xff, 0xff };

	*ret = (Report){
		.type = 0,
		.address_type = 1,
		.address = { { (uint8_t)index, (uint8_t)(index >> 8), 0, 0, 0, 0xc0 } },
		.rssi = (int8_t)(-40 - (int)(index % 50)),
		.length = sizeof(head) + sizeof(payload),
	};
	memcpy(ret->data, head, sizeof(head));
	memcpy(ret->data + sizeof(head), payload, sizeof(payload));
}

/* All of a burst are due at its beginning. */
static uint64_t storm_due(const Storm *storm)
{
	return storm->started + (storm->slot - storm->slot % storm->burst) * SECOND / storm->rate;
}

/* As many of a burst as fit into an event. Sets how many. Returns as air_send_event. */
static int storm_send_event(Air *air, const Storm *storm, uint32_t *ret_n)
{
	uint64_t left = storm->burst - storm->slot % storm->burst;
	uint8_t event[EVENT_MAX] = { EVT_LE_ADVERTISING_REPORT };
	size_t length = 2;
	uint32_t n = 0;
	Report report;

	if (left > storm->n_slots - storm->slot)
		left = storm->n_slots - storm->slot;
	for (; n < left; n++) {
		le_advertising_info head;

		storm_report(storm, storm->number + n, &report);
		if (length + sizeof(head) + report.length + 1 > sizeof(event))
			break;
		head = (le_advertising_info){
			.evt_type = report.type,
			.bdaddr_type = report.address_type,
			.bdaddr = report.address,
			.length = report.length,
		};
		memcpy(event + length, &head, sizeof(head));
		length += sizeof(head);
		memcpy(event + length, report.data, report.length);
		length += report.length;
		event[length++] = (uint8_t)report.rssi;
	}
	event[1] = (uint8_t)n;
	*ret_n = n;
	return air_send_event(air, &storm->target, event, length);
}

static int storm_send(Air *air, const Storm *storm, uint32_t *ret_n)
{
	Report report;

	if (storm->burst > 1)
		return storm_send_event(air, storm, ret_n);
	storm_report(storm, storm->number, &report);
	*ret_n = 1;
	return air_send(air, &storm->target, &report);
}

uint64_t storm_run(Air *air, Storm *storm, uint64_t now)
{
	uint32_t n;
	int r;

	for (int i = 0; i < TURNS_MAX && storm->slot < storm->n_slots; i++) {
		if (storm_due(storm) > now)
			break;
		r = storm_send(air, storm, &n);
		if (r == -EAGAIN)
			return now + RETRY;
		/* a moment when nobody listens passes without a report */
		storm->slot += n;
		if (r > 0)
			storm->number += n;
	}
	return storm->slot < storm->n_slots ? storm_due(storm) : AIR_NEVER;
}
