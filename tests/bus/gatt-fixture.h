/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the simulated BlueZ's links share: a peripheral, and a program that connects. */
#pragma once

#include "sim-fixture.h"
#include "values.h"

#define SERVICE_IFACE "org.bluez.GattService1"
#define CHAR_IFACE "org.bluez.GattCharacteristic1"
#define DESC_IFACE "org.bluez.GattDescriptor1"
#define PEER "C4:00:00:00:00:01"
#define PEER_PATH BLUEZ_ADAPTER "/dev_C4_00_00_00_00_01"
/* Of the peripheral: service 0x180D with */
#define SERVICE_PATH PEER_PATH "/service000a"
#define NOTIFIES SERVICE_PATH "/char000b" /* 2A37: notify */
#define NOTIFIES_CCC NOTIFIES "/desc000d"
#define READABLE SERVICE_PATH "/char000e" /* 2A38: read */
#define WRITABLE SERVICE_PATH "/char0010" /* 2A39: all of read, write, write-without-response */
#define WRITABLE_DESC WRITABLE "/desc0012" /* 2901: read, write */
#define SECRET SERVICE_PATH "/char0013" /* F001: read and write where encrypted */
#define BAD_OPTIONS "{'offset': <'1'>}"

void setup_peer(void); /* setup, and the peripheral is on the air as "heart" and has been found */
bool is_connected(void *unused);
bool is_resolved(void *unused);
bool is_gone(void *unused); /* not connected any more */
void connect_peer(void); /* until the services are there; drops the signals so far */

bool peer_is_found(void *unused); /* BlueZ knows it */

void peer_do(Client *by, const char *method); /* on Device1 */
ClientCall *peer_begin(const char *method);
void peer_fails(const char *method, const char *error, const char *message); /* as call_fails */
/* An error by its short BlueZ name; message NULL: whatever it is. */
void call_fails(ClientCall *call, const char *error, const char *message);
ClientCall *read_begin(Client *by, const char *path, const char *options); /* text of an a{sv} */
ClientCall *write_begin(Client *by, const char *path, const char *hex, const char *options);
void read_gives(ClientCall *call, const char *hex);
void read_is(const char *path, const char *options, const char *hex);
void write_ok(const char *path, const char *hex, const char *options);
void call_ok(ClientCall *call);
void expect_get(const char *path, const char *iface, const char *property,
		const char *text); /* without types; "none": there is no such object or property */
/* One field of "counts heart HANDLE" */
unsigned int count(const char *handle, const char *field);
bool link_has(const char *text); /* "link heart" says that */
void expect_link(const char *text, bool wanted); /* it does, or not; on the face, soon */
/* The next signal that changes Value of that object, in hex; NULL: none comes. */
char *next_value(Client *of, const char *path);
