/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of emulated centrals: they come and go, and connect. */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-central.h"

int central_new(Centrals *centrals, const Central *model)
{
	Central *central;

	for (central = centrals->first; central; central = central->next)
		if (!strcmp(central->name, model->name) ||
		    !bacmp(&central->address.address, &model->address.address))
			return -EEXIST;
	central = malloc(sizeof(*central));
	if (!central)
		return -ENOMEM;
	*central = *model;
	central->att.database = &central->database;
	central->next = centrals->first;
	centrals->first = central;
	return 0;
}

Central *central_free(Centrals *centrals, Central *central)
{
	Central **place = &centrals->first;

	if (central->link)
		link_close(central->link, HCI_CONNECTION_TIMEOUT);
	while (*place != central)
		place = &(*place)->next;
	*place = central->next;
	inbox_clear(&central->inbox);
	free(central);
	return NULL;
}

void centrals_deinit(Centrals *centrals)
{
	while (centrals->first)
		central_free(centrals, centrals->first);
}

Central *centrals_find(const Centrals *centrals, const char *name)
{
	for (Central *central = centrals->first; central; central = central->next)
		if (!strcmp(central->name, name))
			return central;
	return NULL;
}

void procedure_begin(Central *central, Promise *promise)
{
	central->procedure = (Procedure){ .promise = promise, .deadline = clock_now() + CENTRAL_PATIENCE };
}

void procedure_end(Central *central, const char *format, ...)
{
	Promise *promise = central->procedure.promise;
	va_list args;

	discovery_free(central->procedure.discovery);
	central->procedure = (Procedure){ .promise = NULL };
	va_start(args, format);
	vfprintf(promise->text, format, args);
	va_end(args);
	promise_keep(promise);
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
	Procedure *procedure = &central->procedure;

	procedure->step = step;
	procedure->opcode = pdu[0];
	procedure->deadline = clock_now() + CENTRAL_PATIENCE;
	(void)link_send(central->link, CID_ATT, pdu, length);
}

static void mtu_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length)
{
	uint16_t theirs = !error && length == 3 ? le16(pdu + 1) : ATT_MTU_MIN;

	if (theirs > central->att.mtu)
		central->att.mtu = theirs < central->att.mtu_limit ? theirs : central->att.mtu_limit;
	procedure_end(central, "ok");
}

int central_connect(Central *central, Controller *radio, uint16_t mtu, Promise *promise)
{
	uint8_t pdu[3] = { ATT_MTU_REQUEST };

	central->link = controller_accept(radio, central, &central->address);
	if (!central->link)
		return -ECONNREFUSED;
	central->att.mtu_limit = mtu;
	att_open(&central->att);
	smp_open(&central->smp, &central->link->central, &central->link->peripheral);
	procedure_begin(central, promise);
	put_le16(pdu + 1, mtu);
	central_request(central, mtu_taken, pdu, sizeof(pdu));
	return 0;
}

void central_closed(Central *central)
{
	central->link = NULL;
	att_close(&central->att);
	central_smp_close(central);
	if (central->procedure.promise)
		procedure_end(central, "error link lost");
}

uint64_t centrals_run(Centrals *centrals, uint64_t now)
{
	uint64_t next = UINT64_MAX, due;

	for (Central *central = centrals->first; central; central = central->next) {
		if (central->procedure.promise && central->procedure.deadline <= now)
			procedure_end(central, "error no answer");
		if (central->procedure.promise && central->procedure.deadline < next)
			next = central->procedure.deadline;
		due = central_smp_run(central, now);
		if (due < next)
			next = due;
		due = central->link ? link_run(central->link, now) : UINT64_MAX;
		if (due < next)
			next = due;
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
