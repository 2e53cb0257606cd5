/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of advertising and serving share: centrals on the air, all alike, and programs that
 * advertise and have services for them. They run on the simulated BlueZ and on the real one. */
#pragma once

#include <string.h>

#include "child.h"
#include "link-fixture.h"

#define LOCAL_SERVICE "LocalService1"
#define LOCAL_CHAR "LocalCharacteristic1"
#define LOCAL_DESC "LocalDescriptor1"

#define CLIENT_CONNECTED 0x02
#define CLIENT_DISCONNECTED 0x04
#define CHAR_READ_EVENT 0x08
#define CHAR_WRITE_EVENT 0x10
#define CHAR_SUBSCRIBE_EVENT 0x80

/* Bluetooth's base UUID, behind the number. */
#define BASE "-0000-1000-8000-00805f9b34fb"
/* Service Changed, where bluetoothd has it. */
#define SERVICE_CHANGED "00002a05" BASE

void serve_setup(void);
void serve_teardown(void);
int serve_main(const char *name, const TTest *const *tests, const char *config, double timeout_s);
/* A controller with that many advertising sets, 0: legacy advertising only, in place of the one there is. */
void use_sets(unsigned int sets);

/* Arguments as GVariant text, a tuple; or NULL. */
GVariant *arguments(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* A call with them whose answer is not looked at; which has to fail so, its message containing that; whose
 * answer is a path. */
void tell(Client *by, const char *path, const char *iface, const char *method, const char *text);
void tell_fails(Client *by, const char *path, const char *iface, const char *method, const char *text,
		const char *error, const char *contains);
char *tell_path(Client *by, const char *path, const char *iface, const char *method, const char *text);
uint32_t take_events(Client *by, const char *path, const char *iface);

/* --- what programs have; uuid and values as GVariant text, keys as that of a dictionary: "'value': <byte 1>"
 * --- */
void set_advertisement(Client *by, const char *session, const char *keys);
void advertise(Client *by, const char *session, bool on);
/* With that name, in a private session of its own; returns its path. */
char *advertise_as(Client *by, const char *name);
char *add_service(Client *by, const char *session, const char *uuid, const char *keys);
char *add_char(Client *by, const char *service, const char *uuid, const char *keys);
char *add_desc(Client *by, const char *characteristic, const char *uuid, const char *keys);
/* A service of one characteristic, 16-bit UUIDs; returns the characteristic's path. Seen on air when central
 * 0 does. */
char *serve_one(Client *by, const char *session, unsigned int service, unsigned int characteristic,
		const char *keys);
void set_value(Client *by, const char *characteristic, const char *value);
char *stored_value(Client *by, const char *attr); /* hex */
void expect_stored(Client *by, const char *attr, const char *hex);
unsigned int subscribers(Client *by, const char *characteristic);
void wait_subscribers(Client *by, const char *characteristic, unsigned int count);
void listen_to(Client *by, const char *characteristic, unsigned int triggers);
/* The next WriteRequest from central 0; its value is that. */
void expect_write_request(Client *by, const char *hex);
/* The next ReadRequest; returns its id, and which central reads (NULL: no matter). */
uint32_t next_read_request(Client *by, const char **ret_client);

/* --- the air --- */
/* Some set on air has that data, and that scan response. hex; "-" nothing; NULL anything. */
bool is_on_air(const char *adv, const char *rsp);
void wait_on_air(const char *adv, const char *rsp);
void wait_off_air(const char *adv, const char *rsp, unsigned int timeout_ms);
char *name_hex(const char *name); /* the scan response that has it */

/* --- centrals by number, called "cenN" on the air --- */
const char *central_address(unsigned int number);
void central_appear(unsigned int number);
void central_connect(unsigned int number); /* as soon as the radio is connectable */
void central_connect_mtu(unsigned int number, unsigned int mtu);
void central_disconnect(unsigned int number);
bool central_is_up(unsigned int number);
void wait_central_up(unsigned int number, bool up);
char *central_discover(unsigned int number);
/* The value handle of the characteristic with that UUID, or descriptor's handle, once it shows; or it
 * goes. */
char *central_find(unsigned int number, const char *uuid);
void wait_central_loses(unsigned int number, const char *uuid);
/* What it says: the answer or "error att 0xNN". */
char *central_says(unsigned int number, const char *verb, const char *format, ...) G_GNUC_PRINTF(3, 4);
void central_reads(unsigned int number, const char *handle, const char *wanted);
void central_writes(unsigned int number, const char *handle, const char *hex, const char *how,
		    const char *wanted);
void central_subscribes(unsigned int number, const char *handle, const char *how);
/* "HANDLE:HEX" each, in order: those that come until there are count of this handle; NULL handle: of any. */
GPtrArray *central_events(unsigned int number, const char *handle, unsigned int count);
void expect_event(unsigned int number, const char *handle,
		  const char *hex); /* that one and no other of the handle */
/* count notifications of that handle, numbered from begin in four little-endian bytes. */
void expect_numbered_events(unsigned int number, const char *handle, unsigned int begin, unsigned int count);
void set_numbered(Client *by, const char *characteristic, unsigned int begin, unsigned int count);
