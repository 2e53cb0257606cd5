/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the scanning cases share: a world, a program with a private session, and devices on the air. They run
 * against the simulated BlueZ and the real one alike, so they never send a report before the last one was
 * heard: what comes in quick succession may arrive as one. */
#pragma once

#include "daemon-fixture.h"

#define SESSION "Session1"
#define USER_SESSION "hci0"
#define SOME_SESSION "hci0/session/uid1"
#define OTHER_SESSION "hci0/session/uid65534"

extern char *session; /* client's private one */

void scan_setup(void);
void scan_setup_with(const char *config);
void scan_teardown(void);

/* Options and filters: as text. */
char *open_session_with(Client *by, const char *text);
void init(Client *by, const char *path, const char *options);
void stop_scan(Client *by, const char *path);
void set_filter(Client *by, const char *path, const char *text);
/* The call fails so, and its message has that word. */
void expect_refusal(Client *by, const char *path, const char *iface, const char *method, GVariant *params,
		    const char *error, const char *word);

/* Waits until the radios on the air scan, or none does. */
void wait_radio(bool scanning);
bool bluez_discovers(const char *adapter); /* org.bluez's Discovering */

/* Devices, by number from 0 to 255: an address that no other test has, for bluetoothd remembers names. */
const char *device(unsigned int number);
/* A report of a random-address device, not connectable: returns when the daemon has got it. */
void hear(unsigned int number, int rssi, const char *hex);
/* The same on one radio or all ("*"), addr_type "public" or "random". */
void hear_as(const char *radio, unsigned int number, const char *addr_type, int rssi, const char *hex);
/* Device 0 sends manufacturer data that ends with this byte. */
void hear_count(unsigned int count);
void hear_counts(unsigned int from, unsigned int to);

/* Takes what is in the FIFO: a(tsyynaya{sv}). ret_dropped may be NULL. */
GVariant *read_reports(Client *by, const char *path, unsigned int max, uint64_t *ret_dropped);
/* The last bytes of the reports' data in decimal, "3 4 5". reports: of either kind. */
char *counts_of(GVariant *reports);
void expect_counts(GVariant *reports, const char *counts); /* frees reports */
void expect_read(Client *by, const char *path, const char *counts, uint64_t dropped);
void expect_empty(Client *by, const char *path);
/* Data as hex digits; of the report with that index. */
char *data_of(GVariant *reports, size_t index);
/* The value of a key in a report's extras, or NULL. */
GVariant *extra_of(GVariant *reports, size_t index, const char *key);

/* Cases that each source of reports has to pass. */
void check_name_here_data_there(void);
void check_names(void);
void check_names_not_for_a_bus(void);

uint64_t now_usec(void); /* CLOCK_BOOTTIME */
