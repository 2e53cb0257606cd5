/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program's end of AcquireAdvertisements, for tests. */
#pragma once

#include "scan-fixture.h"

#define ACQUIRE "AcquireAdvertisements"

/* The socket, and what came out of it. Sequences must rise, and datagrams be whole. */
typedef struct Reader {
	int fd;
	bool ended;
	unsigned int datagrams;
	unsigned int reports;
	unsigned int wanted; /* for reader_has_read */
	unsigned int most; /* reports in one datagram */
	uint64_t next; /* sequence */
	uint64_t missed; /* sequences that did not come */
	uint64_t lost; /* as told last */
	GVariantBuilder all; /* a(tsyynaya{sv}) */
} Reader;

/* options: GVariant text. */
Reader reader_acquire(Client *by, const char *path, const char *options);
/* The same where an error may be the answer: -1, and error is set. */
int reader_try(Client *by, const char *path, const char *options, GError **error);
/* Closes it. */
void reader_release(Reader *reader);

/* Takes the next datagram; false: there is none now. */
bool reader_take(Reader *reader);
/* Predicate of a Reader: takes datagrams until there are as many reports as wanted. */
bool reader_has_read(void *data);
/* So many more come, and then nothing. */
void reader_expect(Reader *reader, unsigned int count);
/* Likewise; counts: the last bytes of all that came since the last time, in decimal. */
void reader_expect_counts(Reader *reader, unsigned int count, const char *counts);
/* Predicate of a Reader: the daemon has closed it; takes what came before. */
bool reader_has_ended(void *data);
void reader_expect_end(Reader *reader); /* and releases it */
/* Takes out all that came, as ReadAdvertisements would have it: a(tsyynaya{sv}). */
GVariant *reader_all(Reader *reader);
