/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A legacy advertising PDU, as a controller reports it; and the identity behind a private address. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define REPORT_DATA_MAX 31
#define IRK_LEN 16

/* The numbers of HCI, which are also those of the D-Bus contract. */
enum {
	REPORT_ADV_IND = 0,
	REPORT_ADV_DIRECT_IND = 1,
	REPORT_ADV_SCAN_IND = 2,
	REPORT_ADV_NONCONN_IND = 3,
	REPORT_SCAN_RSP = 4,
};

typedef struct Report {
	uint64_t addr; /* 48 bits, as printed */
	bool random;
	uint8_t type;
	int8_t rssi; /* dBm */
	uint8_t len;
	uint8_t data[REPORT_DATA_MAX];
} Report;

/* The identity of a device whose address on air is a private one (resolvable, Vol 3 Part H 2.2.2). */
typedef struct Privacy {
	bool on;
	uint64_t identity;
	bool random; /* type of the identity */
	uint8_t irk[IRK_LEN]; /* as printed */
} Privacy;
