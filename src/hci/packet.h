/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One packet of the kernel's HCI monitor channel, taken apart into the advertising reports that it holds.
 * Pure. The bytes come from a controller, which got most of them from the air: nothing here reads past the
 * end, whatever the lengths say.
 */
#pragma once

#include <stdbool.h>

#include "core/report.h"
#include "util/macros.h"

/* The kernel's net/bluetooth/hci_mon.h: opcode, radio, length of what follows, each 16 bits,
 * little-endian. */
#define PACKET_HEADER 6
#define PACKET_OPCODE_EVENT 3

/* Size of a packet with the longest event that HCI allows. */
#define PACKET_MAX (PACKET_HEADER + 2 + 255)

/* Subevents of LE Meta (Vol 4 Part E 7.7.65); 0x02, LE Advertising Report, is in <bluetooth/hci.h>. */
#define SUBEVENT_DIRECTED_ADVERTISING_REPORT 0x0b
#define SUBEVENT_EXTENDED_ADVERTISING_REPORT 0x0d

typedef enum DataStatus {
	DATA_COMPLETE,		/* or the last fragment */
	DATA_MORE,		/* more fragments follow, in reports of their own */
	DATA_TRUNCATED,		/* the advertiser sent more, but the controller does not report it */
} DataStatus;

typedef struct PacketReport {
	uint16_t index;		/* N of hciN */
	uint16_t event_type;	/* as the event has it, without the data status */
	DataStatus status;
	ReportInfo info;	/* data points into the packet; time is 0 */
} PacketReport;

typedef struct PacketIter {
	const uint8_t *at;
	const uint8_t *end;
	uint16_t index;
	uint8_t subevent;
	uint8_t left;		/* reports that the event says are still to come */
	unsigned malformed;	/* reports left out: impossible, or cut off (one, with all after it) */
} PacketIter;

/* False for everything but an advertising report event. */
bool packet_iter_init(PacketIter *iter, const uint8_t *packet, size_t length);

/*
 * The next report, or false at the end: after the number of reports that the event tells, or where one is cut
 * off. What no advertiser can have sent (legacy data of more than 31 bytes, an address type that does not
 * exist) is left out.
 *
 * An anonymous advertiser has the public address 00:00:00:00:00:00. An event type that does not exist is
 * ADV_UNKNOWN.
 */
bool packet_iter_next(PacketIter *iter, PacketReport *ret);
