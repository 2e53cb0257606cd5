/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The answer to a request that comes later, or is long. Who made it writes the whole reply, without
 * a line end, and keeps it; the control socket waits for that, and forgets it when its client leaves.
 */

#include <stdbool.h>
#include <stdio.h>

typedef struct Promise {
	FILE *text;
	char *reply;		/* once it is kept */
	size_t length;
	bool kept, forgotten;
} Promise;

/* NULL: no memory. */
Promise *promise_new(void);
/* Not to be touched afterwards. */
void promise_keep(Promise *promise);
/* The same, with this as the whole reply. */
void promise_keep_with(Promise *promise, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For who waits: frees one that is kept, and lets any other be freed then. Returns NULL. */
Promise *promise_forget(Promise *promise);
