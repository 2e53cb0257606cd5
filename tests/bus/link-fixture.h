/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of links share: peripherals on the air, all alike, and programs that connect to them and use
 * their attributes. They run on the simulated BlueZ and on the real one. */
#pragma once

#include "daemon-fixture.h"

#define CONNECTION "Connection1"
#define SERVICE "RemoteService1"
#define CHARACTERISTIC "RemoteCharacteristic1"
#define DESCRIPTOR "RemoteDescriptor1"
#define CHAR_NOTIFY_EVENT 0x20
#define JUST_WORKS "[Links]\nJustWorks=1\n" /* a configuration */

/* A peripheral's attributes, by the path below the link's and by handle. */
#define HEART "service0010"
#define RATE HEART "/char0011" /* notify */
#define RATE_HANDLE "0011"
#define RATE_CONFIG RATE "/desc0013" /* 2902 */
#define RATE_CONFIG_HANDLE "0013"
#define PLACE HEART "/char0014" /* read: 01 */
#define PLACE_HANDLE "0014"
#define OURS "service0020"
#define OURS_UUID "5a3b0020-1c1d-4f5e-8a9b-0123456789ab"
#define PLAIN OURS "/char0021" /* read, write: 01020304 */
#define PLAIN_HANDLE "0021"
#define PLAIN_NAME PLAIN "/desc0023" /* 2901, read: 706c61696e */
#define LONG OURS "/char0024" /* read, write: 300 bytes, each the low byte of its place */
#define LONG_HANDLE "0024"
#define LONG_LENGTH 300
#define COMMAND OURS "/char0026" /* read, write-without-response */
#define COMMAND_HANDLE "0026"
#define INDICATED OURS "/char0028"
#define INDICATED_HANDLE "0028"
#define RELIABLE OURS "/char002b" /* read, write, reliable-write */
#define RELIABLE_HANDLE "002b"
#define RELIABLE_NAME RELIABLE "/desc002e" /* 2901, read, write: 6f6c64 */
#define SECRET OURS "/char002f" /* write */
#define SECRET_HANDLE "002f"
#define OTHER_RATE OURS "/char0031" /* notify */
#define OTHER_RATE_HANDLE "0031"

extern char *link_; /* the client's to peer0, once there is one */

void link_setup(void);
void link_setup_up(void); /* and the link is up */
void link_teardown(void);
void link_setup_options(const WorldOptions *options);
void link_setup_with(const char *config);
void link_setup_hasty(const char *seconds); /* BlueZ's TemporaryTimeout */
int link_main(const char *name, const TTest *const *tests, const char *config, double timeout_s);

/* Peripherals by number, called "peerN" on the air; random addresses that no other test has. */
const char *peer_address(unsigned int number);
const char *peer_path(unsigned int number); /* of the daemon's object; the address's underscored */
void peer_appear(unsigned int number);
/* The same in two steps: one that has no attributes yet is not to be connected to. */
void peer_appear_bare(unsigned int number);
void peer_add_attributes(unsigned int number);
bool peer_is_linked(unsigned int number);
void wait_linked(unsigned int number, bool linked);
/* The n'th of "counts": "reads", "writes", "commands". */
unsigned int peer_count(unsigned int number, const char *handle, const char *what);
bool peer_is_subscribed(unsigned int number, const char *handle);
void wait_subscribed(unsigned int number, const char *handle, bool subscribed);

/* Until BlueZ has an object of it: it was heard in a scan of the daemon's. */
void make_known(unsigned int number);
bool bluez_knows(unsigned int number);
char *bluez_path(unsigned int number);

/* text: options. */
ClientCall *begin_connect(Client *by, const char *session, const char *address, const char *text);
/* Returns the path. */
char *connect_to(Client *by, const char *session, unsigned int number, const char *text);
/* With a private session of its own. */
char *connect_anew(Client *by, unsigned int number);
void expect_connected(ClientCall *call);
void expect_connect_error(Client *by, const char *session, const char *address, const char *text,
			  const char *error);
/* That call fails so, its message beginning with that. Frees it. */
void expect_call_error(ClientCall *call, const char *error, const char *begin);
void let_go(Client *by, const char *link);
bool is_connected(Client *by, const char *link);
/* It is told that it lost a link, for that reason; NULL: any. Of a radio that goes, the link may be told of
 * before. */
void expect_disconnected(Client *by, const char *reason);

char *attr_path(const char *link, const char *attr);
/* Values as hex digits. */
ClientCall *begin_read(Client *by, const char *link, const char *attr);
char *finish_read(ClientCall *call);
void expect_value(Client *by, const char *link, const char *attr, const char *hex);
ClientCall *begin_write(Client *by, const char *link, const char *attr, const char *hex, const char *text);
void finish_write(ClientCall *call);
void write_value(Client *by, const char *link, const char *attr, const char *hex, const char *text);
void expect_write_error(Client *by, const char *link, const char *attr, const char *hex, const char *text,
			const char *error, const char *begin);
void expect_read_error(Client *by, const char *link, const char *attr, const char *text, const char *error,
		       const char *begin);
void notify_from(Client *by, const char *link, const char *attr);
void notify_no_more(Client *by, const char *link, const char *attr);
/* The value of the next Notification, in hex; NULL: none came. */
char *next_notification(Client *by, unsigned int timeout_ms);
void expect_notification(Client *by, const char *hex);
/* count of them, whose last four bytes count from 0; and then no more. */
void expect_numbered(Client *by, unsigned int count);
char *long_hex(void); /* LONG's value */

/* Whether GetBonds tells that the bond with that random address is the caller's; -1: there is none. */
int bond_with(Client *by, const char *address);

/* After a loss: until the daemon has the link again, and the peer is subscribed to RATE if it is to be. */
void wait_back(unsigned int number, bool subscribed);
unsigned int holders(const char *link);
/* Whether the daemon shows an object there. */
bool daemon_has(const char *path, const char *iface);
void wait_gone(const char *path, const char *iface);
uint64_t now_ms(void);
