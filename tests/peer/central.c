/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a central and of its procedures. */
#include "central.h"

Central *central_new(Air *air, const char *name, uint64_t addr, bool random)
{
	Central *central = g_new0(Central, 1);

	central->air = air;
	central->name = g_strdup(name);
	central->addr = addr;
	central->random = random;
	central->att.database = &central->database;
	g_queue_init(&central->inbox.letters);
	air->ops->central_new(central);
	return central;
}

Central *central_free(Central *central)
{
	if (!central)
		return NULL;
	central->air->ops->central_free(central);
	inbox_clear(&central->inbox);
	g_free(central->name);
	g_free(central);
	return NULL;
}

void procedure_begin(Central *central)
{
	central->procedure = (Procedure){ .deadline = clock_now() + CENTRAL_PATIENCE };
}

static void give(Answer *answer, const char *format, va_list args)
{
	g_autofree char *reply = g_strdup_vprintf(format, args);

	answer_give(answer, "%s", reply);
}

void procedure_end(Central *central, const char *format, ...)
{
	va_list args;

	search_free(central->procedure.search);
	central->procedure = (Procedure){ .step = NULL };
	va_start(args, format);
	give(&central->answer, format, args);
	va_end(args);
}

void procedure_end_att(Central *central, uint8_t error)
{
	if (error)
		procedure_end(central, "error att 0x%02x", error);
	else
		procedure_end(central, "ok");
}

void central_finish_secure(Central *central, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	give(&central->securing, format, args);
	va_end(args);
}

void central_request(Central *central, Step step, const uint8_t *pdu, size_t length)
{
	Procedure *procedure = &central->procedure;

	procedure->step = step;
	procedure->opcode = pdu[0];
	procedure->deadline = clock_now() + CENTRAL_PATIENCE;
	central->air->ops->central_send(central, pdu, length);
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
	uint8_t pdu[3] = { ATT_MTU_REQUEST };
	int r;

	central->att.mtu_limit = mtu;
	att_open(&central->att);
	r = central->air->ops->central_connect(central, radio);
	if (r < 0)
		return r;
	central->radio = radio;
	procedure_begin(central);
	put_le16(pdu + 1, mtu);
	central_request(central, mtu_taken, pdu, sizeof(pdu));
	return 0;
}

void central_closed(Central *central)
{
	central->radio = NULL;
	att_close(&central->att);
	central_finish_secure(central, "error link lost");
	procedure_end(central, "error link lost");
}

void centrals_run(Air *air, uint64_t now)
{
	for (unsigned int i = 0; i < air->centrals->len; i++) {
		Central *central = air->centrals->pdata[i];

		if (central->answer.give && central->procedure.deadline <= now)
			procedure_end(central, "error no answer");
	}
}

uint64_t centrals_due(const Air *air)
{
	uint64_t due = NEVER;

	for (unsigned int i = 0; i < air->centrals->len; i++) {
		const Central *central = air->centrals->pdata[i];

		if (central->answer.give)
			due = MIN(due, central->procedure.deadline);
	}
	return due;
}
