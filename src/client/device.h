/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which device a word of the command line means: by address, or by a name where that is unique. */
#pragma once

#include <stdbool.h>

#include "client/bus.h"
#include "meaning/addr.h"

typedef struct DeviceQuery {
	const char *word;
	int adapter;		/* N of hciN, whose devices are meant; -1: those of all radios */
	unsigned listen;	/* seconds to listen for a name that nobody has heard yet; 0: none */
} DeviceQuery;

typedef struct Device {
	char address[ADDR_STRING_SIZE];	/* where a bond tells it, the identity's */
	bool named;			/* found by its name; else the word was an address */
	uint8_t addr_type;		/* ADDR_PUBLIC or ADDR_RANDOM, where named */
} Device;

/* nobody advertises less often (Core Specification Vol 4 Part E 7.8.5) */
#define DEVICE_LISTEN_SECONDS 10

/*
 * A word that is an address means that, and nothing is asked. Any other is a name: exactly that one, as the
 * last-seen table, the bonds and the links have it, of one device only, which may have many private addresses
 * if it is bonded. Names come from the air: who has another's name, too, makes it ambiguous.
 *
 * False: the error has been printed, and *ret_exit is set: EXIT_USAGE (no name at all, or several devices
 * have it, whose addresses are listed), EXIT_NOTHING (nobody has heard it), after listening EXIT_UNREACHABLE.
 */
bool device_find(BrokerManager1 *manager, const DeviceQuery *query, Device *ret, ExitCode *ret_exit);

typedef struct DeviceWatch {
	int adapter;
	GVariant *filter;	/* a{sv} of Session1.SetScanFilter */
	unsigned seconds;	/* at most */
	bool (*heard)(void *userdata);	/* asked when reports have come that match */
	void *userdata;
} DeviceWatch;

/* Scans until heard() is true, and a second longer: others, or other packets of the same, may still come. Or
 * until the time is up. False: the error has been printed, and *ret_exit is set. */
bool device_listen(BrokerManager1 *manager, const DeviceWatch *watch, ExitCode *ret_exit);
