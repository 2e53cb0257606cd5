/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program on the daemon's socket for BlueZ's programs that does what no library lets it do: it sends any
 * bytes, and reads only when the test says so.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <gio/gio.h>

typedef struct RawProgram RawProgram;

RawProgram *raw_connect(uid_t uid); /* has said nothing yet */
/* Greets as whoever (hex digits of a uid; NULL: as whom the kernel says), and calls Hello; returns its name.
 */
char *raw_greet(RawProgram *program, const char *identity);
RawProgram *raw_new(uid_t uid); /* has greeted */
RawProgram *raw_free(RawProgram *program); /* leaves; returns NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RawProgram, raw_free)

int raw_fd(const RawProgram *program);
/* Sends all of it, waiting for room. False: the daemon has closed the connection. */
bool raw_bytes(RawProgram *program, const void *bytes, size_t length);
/* The same with so many file descriptors beside the first byte; with that one. */
bool raw_bytes_with_fds(RawProgram *program, const void *bytes, size_t length, unsigned int fds);
bool raw_bytes_with_fd(RawProgram *program, const void *bytes, size_t length, int fd);
/* Whether the daemon closes the connection, soon. Throws away what it has sent. */
bool raw_is_closed(RawProgram *program);

/* A call of a method at org.bluez; args: text of a tuple, NULL: none. */
GDBusMessage *raw_call_new(const char *path, const char *iface, const char *method, const char *args);
GDBusMessage *raw_driver_call_new(const char *method, const char *args);
/* The message's bytes, with the next serial number. */
GByteArray *raw_blob(RawProgram *program, GDBusMessage *message);
/* Sends it, and frees it; false: the daemon has closed the connection. */
bool raw_send(RawProgram *program, GDBusMessage *message);
/* The next message of the daemon's. NULL: none comes, or the connection is closed. */
GDBusMessage *raw_next(RawProgram *program);
/* The answer to what was sent last; what else comes meanwhile is thrown away. */
GDBusMessage *raw_answer(RawProgram *program);
/* Sends the call, frees it, and returns the answer or the error; what else comes meanwhile is thrown away. */
GDBusMessage *raw_call(RawProgram *program, GDBusMessage *call);
void raw_ok(RawProgram *program, GDBusMessage *call);
/* The call fails with that error. */
void raw_fails(RawProgram *program, GDBusMessage *call, const char *error);
/* The next call of the daemon's to that method. What else comes meanwhile is thrown away. */
GDBusMessage *raw_called(RawProgram *program, const char *method);
