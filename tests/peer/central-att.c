/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a central does as an ATT client: reads, writes and subscriptions; and what it does with PDUs that
 * arrive. */
#include <string.h>

#include "central.h"

#define FIND_MAX_HANDLE 0xffff

void central_receive(Central *central, const uint8_t *pdu, size_t length)
{
	static const uint8_t confirmation = ATT_CONFIRMATION;
	Procedure *procedure = &central->procedure;
	uint8_t answer[ATT_MTU_MAX], opcode = procedure->opcode;
	size_t n;

	central->pdus++;
	if ((pdu[0] == ATT_NOTIFICATION || pdu[0] == ATT_INDICATION) && length >= 3) {
		inbox_add(&central->inbox, le16(pdu + 1), pdu + 3, length - 3);
		if (pdu[0] == ATT_INDICATION)
			central->air->ops->central_send(central, &confirmation, sizeof(confirmation));
		return;
	}
	if (att_is_request(pdu[0])) {
		n = att_answer(&central->att, pdu, length, answer);
		if (n > 0)
			central->air->ops->central_send(central, answer, n);
		return;
	}
	if (!opcode)
		return;
	procedure->opcode = 0;
	if (pdu[0] == ATT_ERROR && length == 5 && pdu[1] == opcode)
		procedure->step(central, pdu[4], pdu, length);
	else if (pdu[0] == opcode + 1)
		procedure->step(central, 0, pdu, length);
	else
		procedure_end(central, "error wrong answer: 0x%02x to 0x%02x", pdu[0], opcode);
}

static void read_end(Central *central)
{
	const Procedure *procedure = &central->procedure;
	g_autoptr(GString) reply = g_string_new("ok ");

	hex_append(reply, procedure->value, procedure->n_value);
	procedure_end(central, "%s", reply->str);
}

static void read_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length);

static void read_blob(Central *central)
{
	const Procedure *procedure = &central->procedure;
	uint8_t pdu[5] = { ATT_READ_BLOB };

	put_le16(pdu + 1, procedure->handle);
	put_le16(pdu + 3, (uint16_t)(procedure->offset + procedure->n_value));
	central_request(central, read_taken, pdu, sizeof(pdu));
}

/* Takes a part of the value. If it fills the PDU, the value may be longer: reads on. */
static void read_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length)
{
	Procedure *procedure = &central->procedure;
	size_t room = CENTRAL_VALUE_MAX - procedure->n_value, n = length - 1;

	if (error && procedure->n_value == 0) {
		procedure_end_att(central, error);
		return;
	}
	if (error == ATT_INVALID_OFFSET || error == ATT_NOT_LONG) {
		read_end(central);
		return;
	}
	if (error) {
		procedure_end_att(central, error);
		return;
	}
	if (n > room)
		n = room;
	memcpy(procedure->value + procedure->n_value, pdu + 1, n);
	procedure->n_value += n;
	if (!procedure->part && length == central->att.mtu &&
	    procedure->offset + procedure->n_value < ATTR_VALUE_MAX)
		read_blob(central);
	else
		read_end(central);
}

void central_read(Central *central, uint16_t handle, uint16_t offset, bool part)
{
	uint8_t pdu[3] = { ATT_READ };

	procedure_begin(central);
	central->procedure.handle = handle;
	central->procedure.offset = offset;
	central->procedure.part = part;
	put_le16(pdu + 1, handle);
	if (offset)
		read_blob(central);
	else
		central_request(central, read_taken, pdu, sizeof(pdu));
}

static void write_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length)
{
	(void)pdu;
	(void)length;
	procedure_end_att(central, error);
}

static size_t write_pdu(uint8_t *pdu, uint8_t opcode, uint16_t handle, const uint8_t *value, size_t length)
{
	pdu[0] = opcode;
	put_le16(pdu + 1, handle);
	memcpy(pdu + 3, value, length);
	return 3 + length;
}

void central_write(Central *central, uint16_t handle, const uint8_t *value, size_t length)
{
	uint8_t pdu[3 + CENTRAL_VALUE_MAX];
	size_t n = write_pdu(pdu, ATT_WRITE, handle, value, length);

	procedure_begin(central);
	central_request(central, write_taken, pdu, n);
}

void central_write_command(Central *central, uint16_t handle, const uint8_t *value, size_t length)
{
	uint8_t pdu[3 + CENTRAL_VALUE_MAX];
	size_t n = write_pdu(pdu, ATT_WRITE_COMMAND, handle, value, length);

	central->air->ops->central_send(central, pdu, n);
}

/* The server has written the prepared parts, or dropped them after an error, which is then the result. */
static void execute_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length)
{
	(void)pdu;
	(void)length;
	procedure_end_att(central, central->procedure.error ? central->procedure.error : error);
}

static void execute(Central *central)
{
	uint8_t pdu[2] = { ATT_EXECUTE_WRITE, central->procedure.error ? 0 : 1 };

	central_request(central, execute_taken, pdu, sizeof(pdu));
}

static void prepare_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length);

static void prepare(Central *central)
{
	const Procedure *procedure = &central->procedure;
	size_t n = procedure->n_value - procedure->offset, most = central->att.mtu - 5U;
	uint8_t pdu[ATT_MTU_MAX] = { ATT_PREPARE_WRITE };

	if (n > most)
		n = most;
	put_le16(pdu + 1, procedure->handle);
	put_le16(pdu + 3, procedure->offset);
	memcpy(pdu + 5, procedure->value + procedure->offset, n);
	central_request(central, prepare_taken, pdu, 5 + n);
}

static void prepare_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length)
{
	Procedure *procedure = &central->procedure;

	(void)pdu;
	procedure->error = error;
	if (!error && length < 5)
		procedure->error = ATT_INVALID_PDU;
	if (!procedure->error)
		procedure->offset = (uint16_t)(procedure->offset + length - 5);
	if (procedure->error || procedure->offset >= procedure->n_value || length == 5)
		execute(central);
	else
		prepare(central);
}

void central_write_prepared(Central *central, uint16_t handle, const uint8_t *value, size_t length)
{
	Procedure *procedure = &central->procedure;

	procedure_begin(central);
	procedure->handle = handle;
	memcpy(procedure->value, value, length);
	procedure->n_value = length;
	prepare(central);
}

static void find_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length);

static void find(Central *central, uint16_t from)
{
	uint8_t pdu[5] = { ATT_FIND_INFORMATION };

	central->procedure.handle = from;
	put_le16(pdu + 1, from);
	put_le16(pdu + 3, FIND_MAX_HANDLE);
	central_request(central, find_taken, pdu, sizeof(pdu));
}

/* Looks for the Client Characteristic Configuration up to the end of the characteristic, and writes it. */
static void find_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length)
{
	size_t each = length > 1 && pdu[1] == 1 ? 4 : 18;
	uint8_t setting[2];
	uint16_t handle = 0;
	size_t n;

	for (size_t i = 2; !error && i + each <= length; i += each) {
		uint16_t type = each == 4 ? le16(pdu + i + 2) : 0;
		uint8_t request[5];

		handle = le16(pdu + i);
		if (type == UUID_PRIMARY || type == UUID_SECONDARY || type == UUID_CHARACTERISTIC) {
			error = ATT_ATTRIBUTE_NOT_FOUND;
		} else if (type == UUID_CCCD) {
			put_le16(setting, central->procedure.setting);
			n = write_pdu(request, ATT_WRITE, handle, setting, sizeof(setting));
			central_request(central, write_taken, request, n);
			return;
		}
	}
	if (error == ATT_ATTRIBUTE_NOT_FOUND || handle == FIND_MAX_HANDLE)
		procedure_end(central, "error no configuration");
	else if (error || handle < central->procedure.handle)
		procedure_end_att(central, error ? error : ATT_INVALID_PDU);
	else
		find(central, (uint16_t)(handle + 1));
}

void central_subscribe(Central *central, uint16_t handle, uint16_t setting)
{
	procedure_begin(central);
	central->procedure.setting = setting;
	find(central, (uint16_t)(handle + 1));
}

static void raw_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length)
{
	Procedure *procedure = &central->procedure;

	(void)error;
	memcpy(procedure->value, pdu, length);
	procedure->n_value = length;
	read_end(central);
}

void central_send_request(Central *central, const uint8_t *pdu, size_t length)
{
	procedure_begin(central);
	central_request(central, raw_taken, pdu, length);
}
