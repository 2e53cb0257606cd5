/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The half of the ATT server that answers searches for attributes. */
#include <string.h>

#include "att.h"

/* Reads the range of handles of a search, which is the head of its parameters. */
static bool range_parse(const uint8_t *pdu, AttAnswer *answer, uint16_t *ret_first, uint16_t *ret_last)
{
	*ret_first = le16(pdu + 1);
	*ret_last = le16(pdu + 3);
	if (*ret_first == 0 || *ret_first > *ret_last) {
		answer_error(answer, ATT_INVALID_HANDLE, *ret_first);
		return false;
	}
	return true;
}

/* Reads the attribute type of a search, which is the rest of its parameters. */
static bool type_parse(const uint8_t *pdu, size_t length, AttAnswer *answer, Uuid *ret)
{
	if (length != 5 + 2 && length != 5 + 16) {
		answer_error(answer, ATT_INVALID_PDU, length >= 3 ? le16(pdu + 1) : 0);
		return false;
	}
	ret->length = (uint8_t)(length - 5);
	memcpy(ret->bytes, pdu + 5, ret->length);
	return true;
}

/* Here and below: a list ends where the PDU is full, or where the next entry would have another length. */
size_t att_find_information(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer)
{
	const Database *database = att->database;
	uint16_t first, last;
	uint8_t uuid_length = 0;
	size_t n = 2;

	if (length != 5)
		return answer_error(answer, ATT_INVALID_PDU, 0);
	if (!range_parse(pdu, answer, &first, &last))
		return 0;
	for (size_t i = database_from(database, first); i < database->n; i++) {
		const Attribute *attribute = &database->attributes[i];

		if (attribute->handle > last || (uuid_length && attribute->type.length != uuid_length) ||
		    n + 2 + attribute->type.length > att->mtu)
			break;
		uuid_length = attribute->type.length;
		put_le16(answer->pdu + n, attribute->handle);
		memcpy(answer->pdu + n + 2, attribute->type.bytes, uuid_length);
		n += 2U + uuid_length;
	}
	if (!uuid_length)
		return answer_error(answer, ATT_ATTRIBUTE_NOT_FOUND, first);
	answer->pdu[1] = uuid_length == 2 ? 1 : 2;
	return n;
}

size_t att_find_by_type_value(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer)
{
	const Database *database = att->database;
	uint16_t first, last, type;
	size_t n = 1;

	if (length < 7)
		return answer_error(answer, ATT_INVALID_PDU, 0);
	if (!range_parse(pdu, answer, &first, &last))
		return 0;
	type = le16(pdu + 5);
	for (size_t i = database_from(database, first); i < database->n; i++) {
		const Attribute *attribute = &database->attributes[i];

		if (attribute->handle > last || n + 4 > att->mtu)
			break;
		if (!uuid_is(&attribute->type, type) || attribute->length != length - 7 ||
		    memcmp(attribute->value, pdu + 7, length - 7))
			continue;
		put_le16(answer->pdu + n, attribute->handle);
		put_le16(answer->pdu + n + 2, attribute_is_service(attribute) ?
			 database_service_end(database, i) : attribute->handle);
		n += 4;
	}
	return n > 1 ? n : answer_error(answer, ATT_ATTRIBUTE_NOT_FOUND, first);
}

size_t att_read_by_type(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer)
{
	const Database *database = att->database;
	uint16_t first, last;
	size_t n = 2, entry = 0, size;
	uint8_t error;
	Uuid type;

	if (!type_parse(pdu, length, answer, &type) || !range_parse(pdu, answer, &first, &last))
		return 0;
	for (size_t i = database_from(database, first); i < database->n; i++) {
		const Attribute *attribute = &database->attributes[i];

		if (attribute->handle > last)
			break;
		if (!uuid_equal(&attribute->type, &type))
			continue;
		error = att_read_error(att, attribute);
		if (error && !entry)
			return answer_error(answer, error, attribute->handle);
		size = 2U + attribute->length;
		if (size > att->mtu - 2U)
			size = att->mtu - 2U;
		if (size > UINT8_MAX)
			size = UINT8_MAX;
		if (error || (entry && size != entry) || n + size > att->mtu)
			break;
		entry = size;
		put_le16(answer->pdu + n, attribute->handle);
		memcpy(answer->pdu + n + 2, attribute->value, size - 2);
		n += size;
	}
	if (!entry)
		return answer_error(answer, ATT_ATTRIBUTE_NOT_FOUND, first);
	answer->pdu[1] = (uint8_t)entry;
	return n;
}

size_t att_read_by_group_type(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer)
{
	const Database *database = att->database;
	uint16_t first, last;
	size_t n = 2, entry = 0, size;
	Uuid type;

	if (!type_parse(pdu, length, answer, &type) || !range_parse(pdu, answer, &first, &last))
		return 0;
	if (!uuid_is(&type, UUID_PRIMARY) && !uuid_is(&type, UUID_SECONDARY))
		return answer_error(answer, ATT_UNSUPPORTED_GROUP, first);
	for (size_t i = database_from(database, first); i < database->n; i++) {
		const Attribute *attribute = &database->attributes[i];

		if (attribute->handle > last)
			break;
		if (!uuid_equal(&attribute->type, &type))
			continue;
		size = 4U + attribute->length;
		if ((entry && size != entry) || n + size > att->mtu)
			break;
		entry = size;
		put_le16(answer->pdu + n, attribute->handle);
		put_le16(answer->pdu + n + 2, database_service_end(database, i));
		memcpy(answer->pdu + n + 4, attribute->value, attribute->length);
		n += size;
	}
	if (!entry)
		return answer_error(answer, ATT_ATTRIBUTE_NOT_FOUND, first);
	answer->pdu[1] = (uint8_t)entry;
	return n;
}
