/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ATT server of an emulated peripheral: reads, writes, and what to do with each PDU. */
#include <stdlib.h>
#include <string.h>

#include "att.h"

#define PREPARED_MAX 64

struct Prepared {
	uint16_t handle, offset, length;
	uint8_t value[ATT_MTU_MAX];
};

void att_open(Att *att)
{
	att->mtu = ATT_MTU_MIN;
	att->encrypted = att->authenticated = att->unconfirmed = false;
}

void att_close(Att *att)
{
	free(att->prepared);
	att->prepared = NULL;
	att->n_prepared = 0;
	att->unconfirmed = false;
}

size_t answer_error(AttAnswer *answer, uint8_t error, uint16_t handle)
{
	answer->error = error;
	answer->handle = handle;
	return 0;
}

/* The error if the link is not secure enough to read or write the attribute, else 0. */
static uint8_t security_error(const Att *att, const Attribute *attribute, uint32_t encrypted,
			      uint32_t authenticated)
{
	if ((attribute->flags & authenticated) && !att->authenticated)
		return ATT_INSUFFICIENT_AUTHENTICATION;
	if ((attribute->flags & encrypted) && !att->encrypted)
		return ATT_INSUFFICIENT_ENCRYPTION;
	return 0;
}

uint8_t att_read_error(const Att *att, const Attribute *attribute)
{
	if (!(attribute->flags & ATTR_READ))
		return ATT_READ_NOT_PERMITTED;
	if (attribute->read_error)
		return attribute->read_error;
	return security_error(att, attribute, ATTR_ENCRYPT_READ, ATTR_AUTHENTICATED_READ);
}

static uint8_t write_error(const Att *att, const Attribute *attribute, uint32_t flag)
{
	if (!(attribute->flags & flag))
		return ATT_WRITE_NOT_PERMITTED;
	if (attribute->write_error)
		return attribute->write_error;
	return security_error(att, attribute, ATTR_ENCRYPT_WRITE, ATTR_AUTHENTICATED_WRITE);
}

static size_t answer_mtu(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer)
{
	uint16_t wanted;

	if (length != 3)
		return answer_error(answer, ATT_INVALID_PDU, 0);
	wanted = le16(pdu + 1);
	put_le16(answer->pdu + 1, att->mtu_limit);
	att->mtu = wanted < att->mtu_limit ? wanted : att->mtu_limit;
	if (att->mtu < ATT_MTU_MIN)
		att->mtu = ATT_MTU_MIN;
	return 3;
}

/* Read and Read Blob */
static size_t answer_read(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer)
{
	bool blob = pdu[0] == ATT_READ_BLOB;
	const Attribute *attribute;
	uint16_t handle, offset;
	uint8_t error;
	size_t n;

	if (length != (blob ? 5 : 3))
		return answer_error(answer, ATT_INVALID_PDU, 0);
	handle = le16(pdu + 1);
	offset = blob ? le16(pdu + 3) : 0;
	attribute = database_find(att->database, handle);
	if (!attribute)
		return answer_error(answer, ATT_INVALID_HANDLE, handle);
	error = att_read_error(att, attribute);
	if (!error && offset > attribute->length)
		error = ATT_INVALID_OFFSET;
	if (error)
		return answer_error(answer, error, handle);
	n = attribute->length - offset;
	if (n > att->mtu - 1U)
		n = att->mtu - 1U;
	memcpy(answer->pdu + 1, attribute->value + offset, n);
	return 1 + n;
}

static size_t answer_read_multiple(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer)
{
	size_t n = 1, part;

	if (length < 5 || length % 2 == 0)
		return answer_error(answer, ATT_INVALID_PDU, 0);
	for (size_t i = 1; i < length; i += 2) {
		uint16_t handle = le16(pdu + i);
		const Attribute *attribute = database_find(att->database, handle);
		uint8_t error = attribute ? att_read_error(att, attribute) : ATT_INVALID_HANDLE;

		if (error)
			return answer_error(answer, error, handle);
		part = attribute->length;
		if (part > att->mtu - n)
			part = att->mtu - n;
		memcpy(answer->pdu + n, attribute->value, part);
		n += part;
	}
	return n;
}

static void value_set(Attribute *attribute, size_t offset, const uint8_t *value, size_t length)
{
	memcpy(attribute->value + offset, value, length);
	attribute->length = (uint16_t)(offset + length);
}

/* A Client Characteristic Configuration is two bytes long, any other value up to ATTR_VALUE_MAX. */
static bool length_fits(const Attribute *attribute, size_t length)
{
	return uuid_is(&attribute->type, UUID_CCCD) ? length == 2 : length <= ATTR_VALUE_MAX;
}

static size_t answer_write(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer)
{
	Attribute *attribute;
	uint16_t handle;
	uint8_t error;

	if (length < 3)
		return answer_error(answer, ATT_INVALID_PDU, 0);
	handle = le16(pdu + 1);
	attribute = database_find(att->database, handle);
	error = attribute ? write_error(att, attribute, ATTR_WRITE) : ATT_INVALID_HANDLE;
	if (!error && !length_fits(attribute, length - 3))
		error = ATT_INVALID_LENGTH;
	if (error)
		return answer_error(answer, error, handle);
	value_set(attribute, 0, pdu + 3, length - 3);
	return 1;
}

/* A command gets no answer, and a bad one is ignored. Signatures are not checked, so signed writes have no
 * effect. */
static void command_take(Att *att, const uint8_t *pdu, size_t length)
{
	Attribute *attribute = length >= 3 ? database_find(att->database, le16(pdu + 1)) : NULL;

	if (attribute && !write_error(att, attribute, ATTR_WRITE_COMMAND) &&
	    length_fits(attribute, length - 3))
		value_set(attribute, 0, pdu + 3, length - 3);
}

static size_t answer_prepare(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer)
{
	const Attribute *attribute;
	Prepared *prepared;
	uint16_t handle;
	uint8_t error;

	if (length < 5 || length > ATT_MTU_MAX)
		return answer_error(answer, ATT_INVALID_PDU, 0);
	handle = le16(pdu + 1);
	attribute = database_find(att->database, handle);
	error = attribute ? write_error(att, attribute, ATTR_WRITE) : ATT_INVALID_HANDLE;
	if (!error && !att->prepared)
		att->prepared = calloc(PREPARED_MAX, sizeof(*att->prepared));
	if (!error && (!att->prepared || att->n_prepared == PREPARED_MAX))
		error = ATT_PREPARE_QUEUE_FULL;
	if (error)
		return answer_error(answer, error, handle);
	prepared = &att->prepared[att->n_prepared++];
	*prepared = (Prepared){ handle, le16(pdu + 3), (uint16_t)(length - 5), { 0 } };
	memcpy(prepared->value, pdu + 5, length - 5);
	memcpy(answer->pdu + 1, pdu + 1, length - 1);
	return length;
}

/* Whether any of the prepared writes would fail: then none is done, and *ret_error and *ret_handle say
 * why. */
static bool prepared_fail(const Att *att, uint8_t *ret_error, uint16_t *ret_handle)
{
	/* end: how long the value is after the prepared writes before this one */
	for (size_t i = 0; i < att->n_prepared; i++) {
		const Prepared *prepared = &att->prepared[i];
		const Attribute *attribute = database_find(att->database, prepared->handle);
		size_t end = attribute ? attribute->length : 0;

		for (size_t j = 0; j < i; j++)
			if (att->prepared[j].handle == prepared->handle)
				end = att->prepared[j].offset + att->prepared[j].length;
		*ret_handle = prepared->handle;
		if (!attribute)
			*ret_error = ATT_INVALID_HANDLE;
		else if (prepared->offset > end)
			*ret_error = ATT_INVALID_OFFSET;
		else if (!length_fits(attribute, (size_t)prepared->offset + prepared->length))
			*ret_error = ATT_INVALID_LENGTH;
		else
			continue;
		return true;
	}
	return false;
}

static size_t answer_execute(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer)
{
	uint16_t handle = 0;
	uint8_t error = 0;

	if (length != 2 || pdu[1] > 1)
		return answer_error(answer, ATT_INVALID_PDU, 0);
	if (pdu[1] == 1 && !prepared_fail(att, &error, &handle))
		for (size_t i = 0; i < att->n_prepared; i++)
			value_set(database_find(att->database, att->prepared[i].handle),
				  att->prepared[i].offset, att->prepared[i].value,
				  att->prepared[i].length);
	att->n_prepared = 0;
	return error ? answer_error(answer, error, handle) : 1;
}

bool att_is_request(uint8_t opcode)
{
	/* requests have even opcodes without the command bit; so have confirmations, which are no requests */
	return opcode % 2 == 0 && !(opcode & 0x40) && opcode != ATT_CONFIRMATION;
}

static void attribute_count(Att *att, uint16_t handle, uint8_t opcode)
{
	Attribute *attribute = database_find(att->database, handle);

	if (!attribute)
		return;
	if (opcode == ATT_READ || opcode == ATT_READ_BLOB || opcode == ATT_READ_MULTIPLE)
		attribute->reads++;
	else if (opcode == ATT_WRITE || opcode == ATT_PREPARE_WRITE)
		attribute->writes++;
	else if (opcode == ATT_WRITE_COMMAND || opcode == ATT_SIGNED_WRITE_COMMAND)
		attribute->commands++;
}

void att_count(Att *att, const uint8_t *pdu, size_t length)
{
	size_t end = pdu[0] == ATT_READ_MULTIPLE ? length : 3;

	for (size_t i = 1; i + 2 <= end && i + 2 <= length; i += 2)
		attribute_count(att, le16(pdu + i), pdu[0]);
}

static const struct {
	uint8_t opcode;
	size_t (*run)(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer);
} requests[] = {
	{ ATT_MTU_REQUEST, answer_mtu },
	{ ATT_FIND_INFORMATION, att_find_information },
	{ ATT_FIND_BY_TYPE_VALUE, att_find_by_type_value },
	{ ATT_READ_BY_TYPE, att_read_by_type },
	{ ATT_READ, answer_read },
	{ ATT_READ_BLOB, answer_read },
	{ ATT_READ_MULTIPLE, answer_read_multiple },
	{ ATT_READ_BY_GROUP_TYPE, att_read_by_group_type },
	{ ATT_WRITE, answer_write },
	{ ATT_PREPARE_WRITE, answer_prepare },
	{ ATT_EXECUTE_WRITE, answer_execute },
};

size_t att_answer(Att *att, const uint8_t *pdu, size_t length, uint8_t answer_pdu[ATT_MTU_MAX])
{
	AttAnswer answer = { .pdu = answer_pdu, .error = ATT_REQUEST_NOT_SUPPORTED };
	size_t n = 0;

	if (length == 0)
		return 0;
	att_count(att, pdu, length);
	if (pdu[0] == ATT_CONFIRMATION)
		att->unconfirmed = false;
	if (pdu[0] == ATT_WRITE_COMMAND)
		command_take(att, pdu, length);
	if (!att_is_request(pdu[0]))
		return 0;

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (requests[i].opcode == pdu[0])
			n = requests[i].run(att, pdu, length, &answer);
	if (n > 0) {
		answer_pdu[0] = (uint8_t)(pdu[0] + 1);
		return n;
	}
	answer_pdu[0] = ATT_ERROR;
	answer_pdu[1] = pdu[0];
	put_le16(answer_pdu + 2, answer.handle);
	answer_pdu[4] = answer.error;
	return 5;
}
