/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of emulated centrals: they come and go, and connect. */

#include <errno.h>
#include <stdarg.h>
#include <string.h>
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

void central_drop(Central *central, uint8_t reason)
{
	link_close(central->end->link, reason);
}

void central_unbond(Central *central)
{
	central->end->smp.bonded = false;
}

void procedure_begin(Central *central)
{
	central->end->procedure = (Procedure){ .deadline = clock_now() + CENTRAL_PATIENCE };
}

void procedure_end(Central *central, const char *format, ...)
{
	g_autofree char *reply = NULL;
	va_list args;

	discovery_free(central->end->procedure.discovery);
	central->end->procedure = (Procedure){ .handle = 0 };
	va_start(args, format);
	reply = g_strdup_vprintf(format, args);
	va_end(args);
	central_finish(central, "%s", reply);
}

void procedure_end_att(Central *central, uint8_t error)
{
	if (error)
		procedure_end(central, "error att 0x%02x", error);
	else
		procedure_end(central, "ok");
}

void central_request(Central *central, Step step, const uint8_t *pdu, size_t length)
{
	Procedure *procedure = &central->end->procedure;

	procedure->step = step;
	procedure->opcode = pdu[0];
	procedure->deadline = clock_now() + CENTRAL_PATIENCE;
	(void)link_send(central->end->link, CID_ATT, pdu, length);
}

static void mtu_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length)
{
	uint16_t theirs = !error && length == 3 ? le16(pdu + 1) : ATT_MTU_MIN;

	if (theirs > central->att.mtu)
		central->att.mtu = theirs < central->att.mtu_limit ? theirs : central->att.mtu_limit;
	procedure_end(central, "ok");
}

int central_connect(Central *central, Radio *radio, uint16_t mtu)
{
	const DeviceAddress address = device_address(central->addr, central->random);
	uint8_t pdu[3] = { ATT_MTU_REQUEST };
	CentralEnd *end = central->end;

	end->link = controller_accept(radio, central, &address);
	if (!end->link)
		return -ECONNREFUSED;
	central->radio = radio;
	central->att.mtu_limit = mtu;
	att_open(&central->att);
	smp_open(&end->smp, &end->link->central, &end->link->peripheral);
	procedure_begin(central);
	put_le16(pdu + 1, mtu);
	central_request(central, mtu_taken, pdu, sizeof(pdu));
	return 0;
}

void central_closed(Central *central)
{
	central->end->link = NULL;
	central->radio = NULL;
	att_close(&central->att);
	central_smp_close(central);
	procedure_end(central, "error link lost");
}

uint64_t centrals_run(Air *air, uint64_t now)
{
	uint64_t next = NEVER;

	for (unsigned int i = 0; i < air->centrals->len; i++) {
		Central *central = air->centrals->pdata[i];
		const CentralEnd *end = central->end;

		if (central->answer.give && end->procedure.deadline <= now)
			procedure_end(central, "error no answer");
		if (central->answer.give)
			next = MIN(next, end->procedure.deadline);
		next = MIN(next, central_smp_run(central, now));
		if (end->link)
			next = MIN(next, link_run(end->link, now));
	}
	return next;
}

void central_receive(Central *central, uint16_t cid, const uint8_t *payload, size_t length)
{
	if (length == 0)
		return;
	if (cid == CID_ATT)
		central_receive_att(central, payload, length);
	else if (cid == CID_SMP)
		central_receive_smp(central, payload, length);
}
