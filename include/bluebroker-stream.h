/* SPDX-License-Identifier: MIT */
/*
 * What comes out of the socket of com.example.Bluetooth.Session1.AcquireAdvertisements, and how to read it.
 * One recv() gives one datagram: a header and some records, packed, all numbers little-endian.
 *
 *	header	 0  u16	magic: 0x6262
 *		 2  u8	version: 1
 *		 3  u8	length of the header: 16, or more: fields that are added later come after these
 *		 4  u16	number of records
 *		 6  u16	0
 *		 8  u64	reports lost to this session so far
 *	       (16  i64	microseconds to add to a record's time for Unix time: not out of the socket, but in
 *			the messages of bluebroker-mqtt, whose header has 24 bytes)
 *
 *	record	 0  u16	length of the record: 34 + length of the data; fields added later come after the data
 *		 2  u64	time: CLOCK_BOOTTIME, microseconds
 *		10  u64	sequence: number in this session; a gap is a loss
 *		18  u8[6]	address, in the order in which it is printed
 *		24  u8	address type: 0 public, 1 random, 2 and 3 the same, resolved from a private one
 *		25  u8	advertising type: 0 to 4, 255 where the source cannot tell
 *		26  i8	RSSI in dBm; 127: not known
 *		27  i8	TX power in dBm; 127: not known
 *		28  u8	primary PHY: 1 LE 1M, 2 LE 2M, 3 LE Coded; 0: not told
 *		29  u8	secondary PHY
 *		30  u8	advertising set (SID); 255: none
 *		31  u8	flags: BB_STREAM_EXTENDED and so on; others may come
 *		32  u16	length of the data
 *		34  u8[]	data: AD structures, 1650 bytes at most
 *
 * See com.example.Bluetooth(5). C99 and C++; needs nothing but libc.
 */
#ifndef BLUEBROKER_STREAM_H
#define BLUEBROKER_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BB_STREAM_MAGIC 0x6262
#define BB_STREAM_VERSION 1
#define BB_STREAM_DATAGRAM_MAX 65536	/* bytes: no datagram is longer */
#define BB_STREAM_HEADER_SIZE 16
#define BB_STREAM_HEADER_UNIX_SIZE 24	/* of a header that tells Unix time */
#define BB_STREAM_RECORD_SIZE 34	/* without data */

#define BB_STREAM_EXTENDED 0x01		/* heard as an extended advertisement */
#define BB_STREAM_SYNTHESIZED 0x02	/* the data was rebuilt from BlueZ's properties */
#define BB_STREAM_TRUNCATED 0x04	/* a part of the data is missing */

#define BB_STREAM_RSSI_UNKNOWN 127
#define BB_STREAM_TX_POWER_UNKNOWN 127
#define BB_STREAM_SID_NONE 255

typedef struct bb_stream_report {
	uint64_t time;
	uint64_t sequence;
	uint8_t address[6];
	uint8_t addr_type;
	uint8_t adv_type;
	int8_t rssi;
	int8_t tx_power;
	uint8_t primary_phy;
	uint8_t secondary_phy;
	uint8_t sid;
	uint8_t flags;
	uint16_t length;	/* of data */
	const uint8_t *data;	/* within the datagram */
} bb_stream_report;

typedef struct bb_stream_iter {
	const uint8_t *at;	/* the next record */
	size_t left;		/* bytes from at to the end */
	unsigned count;		/* records to come */
	uint64_t lost;		/* reports lost to this session so far */
	int64_t to_unix;	/* microseconds to add to a record's time for Unix time; 0: not told */
} bb_stream_iter;

static inline uint16_t bb_stream_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint64_t bb_stream_u64(const uint8_t *at)
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | at[i];
	return value;
}

/* Begins to read a datagram. Returns 0, or -1 and leaves iter alone if this header does not know the
 * format. */
static inline int bb_stream_open(const void *datagram, size_t length, bb_stream_iter *iter)
{
	const uint8_t *bytes = (const uint8_t *)datagram;

	if (length < BB_STREAM_HEADER_SIZE || bb_stream_u16(bytes) != BB_STREAM_MAGIC ||
	    bytes[2] != BB_STREAM_VERSION || bytes[3] < BB_STREAM_HEADER_SIZE || bytes[3] > length)
		return -1;
	iter->at = bytes + bytes[3];
	iter->left = length - bytes[3];
	iter->count = bb_stream_u16(bytes + 4);
	iter->lost = bb_stream_u64(bytes + 8);
	iter->to_unix = bytes[3] >= BB_STREAM_HEADER_UNIX_SIZE ? (int64_t)bb_stream_u64(bytes + 16) : 0;
	return 0;
}

/* Reads the next report. Returns 1; 0 if there is none left; -1 if the datagram is cut off (received into
 * too small a buffer) or broken. Never reads past the datagram's end. Sets *report only if it returns 1. */
static inline int bb_stream_next(bb_stream_iter *iter, bb_stream_report *report)
{
	const uint8_t *at = iter->at;
	uint16_t size, length;

	if (iter->count == 0)
		return 0;
	if (iter->left < BB_STREAM_RECORD_SIZE)
		return -1;
	size = bb_stream_u16(at);
	length = bb_stream_u16(at + 32);
	if (size > iter->left || size < BB_STREAM_RECORD_SIZE || length > size - BB_STREAM_RECORD_SIZE)
		return -1;

	report->time = bb_stream_u64(at + 2);
	report->sequence = bb_stream_u64(at + 10);
	memcpy(report->address, at + 18, sizeof(report->address));
	report->addr_type = at[24];
	report->adv_type = at[25];
	report->rssi = (int8_t)at[26];
	report->tx_power = (int8_t)at[27];
	report->primary_phy = at[28];
	report->secondary_phy = at[29];
	report->sid = at[30];
	report->flags = at[31];
	report->length = length;
	report->data = at + BB_STREAM_RECORD_SIZE;

	iter->at += size;
	iter->left -= size;
	iter->count--;
	return 1;
}

#ifdef __cplusplus
}
#endif

#endif
