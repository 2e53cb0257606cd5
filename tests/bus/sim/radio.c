/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A controller together with the kernel's part of scanning. */
#include <string.h>

#include "radio.h"

#define SCAN_MS 10240

Radio *radio_new(Air *air, unsigned int index, uint64_t addr, unsigned int sets)
{
	Radio *radio = g_new0(Radio, 1);

	radio->air = air;
	radio->index = index;
	radio->addr = addr;
	radio->broadcast = broadcast_new(sets);
	return radio;
}

Radio *radio_free(Radio *radio)
{
	if (!radio)
		return NULL;

	radio_scan(radio, false);
	broadcast_free(radio->broadcast);
	g_free(radio);
	return NULL;
}

void radio_listen(Radio *radio, const RadioEars *ears, void *owner)
{
	radio->ears = ears;
	radio->owner = owner;
}

void radio_power(Radio *radio, bool on)
{
	radio->powered = on && !radio->blocked;
	if (!radio->powered)
		radio_scan(radio, false);
	broadcast_power(radio->broadcast, radio->powered, radio->blocked);
}

static int on_scan_over(void *data)
{
	Radio *radio = data;

	radio->scan_timer = 0;
	radio_scan(radio, false);
	if (radio->ears)
		radio->ears->scan_over(radio->owner);
	return G_SOURCE_REMOVE;
}

void radio_scan(Radio *radio, bool on)
{
	if (radio->scan_timer)
		g_source_remove(radio->scan_timer);
	radio->scanning = on && radio->powered;
	radio->scan_timer = radio->scanning ? g_timeout_add(SCAN_MS, on_scan_over, radio) : 0;
	radio->held = false;
}

static void radio_tell(Radio *radio, const Report *report, const Report *response)
{
	RadioFound found = {
		.addr = report->addr,
		.random = report->random,
		.connectable = report->type == REPORT_ADV_IND ||
			       report->type == REPORT_ADV_DIRECT_IND,
		.rssi = response ? response->rssi : report->rssi,
		.len = report->len,
	};

	if (!radio->ears)
		return;

	memcpy(found.data, report->data, report->len);
	if (response) {
		size_t more = MIN((size_t)response->len, sizeof(found.data) - found.len);

		memcpy(found.data + found.len, response->data, more);
		found.len += more;
	}
	radio->ears->found(radio->owner, &found);
}

static void radio_release_held(Radio *radio)
{
	if (!radio->held)
		return;

	radio->held = false;
	radio_tell(radio, &radio->pending, NULL);
}

void radio_block(Radio *radio, bool blocked)
{
	if (radio->blocked == blocked)
		return;

	radio->blocked = blocked;
	if (blocked)
		radio_power(radio, false);
	if (radio->ears)
		radio->ears->blocked(radio->owner, blocked);
}

bool radio_hear(Radio *radio, const Report *report)
{
	bool same;

	if (!radio->scanning)
		return false;

	radio->sent++;
	same = radio->held && radio->pending.addr == report->addr &&
	       radio->pending.random == report->random;

	if (same && report->type == REPORT_SCAN_RSP) {
		radio->held = false;
		radio_tell(radio, &radio->pending, report);
		return true;
	}

	/* The scan is active, so the kernel expects a scan response; of two advertisements of one
	 * device in a row only the later one is kept. */
	if (same)
		radio->held = false;
	else
		radio_release_held(radio);

	if (report->type == REPORT_ADV_IND || report->type == REPORT_ADV_SCAN_IND) {
		radio->pending = *report;
		radio->held = true;
		return true;
	}

	radio_tell(radio, report, NULL);
	return true;
}
