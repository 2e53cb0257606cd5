/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ATT server (Core Specification, Vol 3 Part F): what it answers to each request. It does no
 * I/O. */
#pragma once

#include "database.h"

#define ATT_MTU_MIN 23
#define ATT_MTU_MAX 517

/* ATT error codes */
enum {
	ATT_INVALID_HANDLE = 0x01,
	ATT_READ_NOT_PERMITTED = 0x02,
	ATT_WRITE_NOT_PERMITTED = 0x03,
	ATT_INVALID_PDU = 0x04,
	ATT_INSUFFICIENT_AUTHENTICATION = 0x05,
	ATT_REQUEST_NOT_SUPPORTED = 0x06,
	ATT_INVALID_OFFSET = 0x07,
	ATT_INSUFFICIENT_AUTHORIZATION = 0x08,
	ATT_PREPARE_QUEUE_FULL = 0x09,
	ATT_ATTRIBUTE_NOT_FOUND = 0x0a,
	ATT_NOT_LONG = 0x0b,
	ATT_KEY_SIZE = 0x0c,
	ATT_INVALID_LENGTH = 0x0d,
	ATT_UNLIKELY = 0x0e,
	ATT_INSUFFICIENT_ENCRYPTION = 0x0f,
	ATT_UNSUPPORTED_GROUP = 0x10,
};

enum {
	ATT_ERROR = 0x01,
	ATT_MTU_REQUEST = 0x02,
	ATT_FIND_INFORMATION = 0x04,
	ATT_FIND_BY_TYPE_VALUE = 0x06,
	ATT_READ_BY_TYPE = 0x08,
	ATT_READ = 0x0a,
	ATT_READ_BLOB = 0x0c,
	ATT_READ_MULTIPLE = 0x0e,
	ATT_READ_BY_GROUP_TYPE = 0x10,
	ATT_WRITE = 0x12,
	ATT_PREPARE_WRITE = 0x16,
	ATT_EXECUTE_WRITE = 0x18,
	ATT_NOTIFICATION = 0x1b,
	ATT_INDICATION = 0x1d,
	ATT_CONFIRMATION = 0x1e,
	ATT_WRITE_COMMAND = 0x52,
	ATT_SIGNED_WRITE_COMMAND = 0xd2,
};

typedef struct Prepared Prepared;

typedef struct Att {
	Database *database;
	uint16_t mtu_limit;			/* the MTU that the server offers */
	uint16_t mtu;				/* the MTU of the link */
	bool encrypted, authenticated;		/* security of the link */
	bool unconfirmed;			/* an indication is not confirmed yet */
	Prepared *prepared;
	size_t n_prepared;
} Att;

/* To be called when a link begins, and when it ends. */
void att_open(Att *att);
void att_close(Att *att);

/* Takes a PDU, and writes the answer to it. Returns the answer's length; 0: there is no answer. */
size_t att_answer(Att *att, const uint8_t *pdu, size_t length, uint8_t answer[ATT_MTU_MAX]);
/* Only counts the PDU, as att_answer() does, too. */
void att_count(Att *att, const uint8_t *pdu, size_t length);
bool att_is_request(uint8_t opcode);

/* For the two halves of the server: each takes a whole request, and writes the answer after its opcode.
 * Returns the answer's length with the opcode, or 0 and sets answer->error and answer->handle. */
typedef struct AttAnswer {
	uint8_t *pdu;		/* at least as long as the MTU */
	uint8_t error;
	uint16_t handle;
} AttAnswer;

size_t answer_error(AttAnswer *answer, uint8_t error, uint16_t handle);
uint8_t att_read_error(const Att *att, const Attribute *attribute);
size_t att_find_information(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer);
size_t att_find_by_type_value(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer);
size_t att_read_by_type(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer);
size_t att_read_by_group_type(Att *att, const uint8_t *pdu, size_t length, AttAnswer *answer);

static inline uint16_t le16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline void put_le16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)value;
	bytes[1] = (uint8_t)(value >> 8);
}
