/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of AcquireNotify and AcquireWrite share: a program's sockets. */
#pragma once

#include <sys/types.h>

#include "link-fixture.h"

#define MTU_MIN 23
#define VALUE_MAX 512

int socket_acquire(Client *by, const char *link, const char *attr, const char *method);
/* The same where an error may be the answer: -1, and error is set. */
int socket_try(Client *by, const char *link, const char *attr, const char *method, uint16_t *ret_mtu,
	       GError **error);
void expect_refused(Client *by, const char *link, const char *attr, const char *method, const char *wanted);

typedef struct Arrival {
	int fd;
	ssize_t length; /* of the datagram, 0: the end */
	uint8_t bytes[VALUE_MAX];
} Arrival;

/* Predicate of an Arrival: takes the next datagram. */
bool has_arrived(void *data);
void expect_datagram(int fd, const char *hex);
/* The daemon has closed it. Closes it here. */
void expect_end(int fd);
/* Those from first to before, by the count at their end. */
void expect_counted(int fd, unsigned int first, unsigned int before);
void expect_nothing(int fd);
/* Waits where the socket is full. */
void put(int fd, const void *bytes, size_t length);
/* So many commands for COMMAND have come to the peer, and no more. */
void expect_commands(unsigned int count);
