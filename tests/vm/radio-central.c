/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a central does on its link. */

#include <errno.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-central.h"

void central_end_new(Central *central)
{
	central->end = g_new0(CentralEnd, 1);
	central->end->smp.privacy = &central->privacy;
}

void central_end_free(Central *central)
{
	if (central->end->link)
		link_close(central->end->link, HCI_CONNECTION_TIMEOUT);
	g_free(central->end);
}

int central_end_connect(Central *central, Radio *radio)
{
	const DeviceAddress address = device_address(central->addr, central->random);
	Link *link = controller_accept(radio, central, &address);

	if (!link)
		return -ECONNREFUSED;
	central->end->link = link;
	smp_open(&central->end->smp, &link->central, &link->peripheral);
	return 0;
}

void central_end_drop(Central *central, uint8_t reason)
{
	link_close(central->end->link, reason);
}

void central_end_send(Central *central, const uint8_t *pdu, size_t length)
{
	(void)link_send(central->end->link, CID_ATT, pdu, length);
}

void central_end_unbond(Central *central)
{
	central->end->smp.bonded = false;
}

void central_leave(Central *central)
{
	central->end->link = NULL;
	central_smp_close(central);
	central_closed(central);
}

void central_take(Central *central, uint16_t cid, const uint8_t *payload, size_t length)
{
	if (length == 0)
		return;
	if (cid == CID_ATT)
		central_receive(central, payload, length);
	else if (cid == CID_SMP)
		central_take_smp(central, payload, length);
}

uint64_t central_ends_run(Air *air, uint64_t now)
{
	uint64_t next = NEVER;

	for (unsigned int i = 0; i < air->centrals->len; i++) {
		Central *central = air->centrals->pdata[i];

		next = MIN(next, central_smp_run(central, now));
		if (central->end->link)
			next = MIN(next, link_run(central->end->link, now));
	}
	return next;
}
