/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers that come later. */

#include <stdarg.h>
#include <stdlib.h>

#include "radio-promise.h"

Promise *promise_new(void)
{
	Promise *promise = calloc(1, sizeof(*promise));

	if (!promise)
		return NULL;
	promise->text = open_memstream(&promise->reply, &promise->length);
	if (!promise->text) {
		free(promise);
		return NULL;
	}
	return promise;
}

static void promise_free(Promise *promise)
{
	free(promise->reply);
	free(promise);
}

void promise_keep(Promise *promise)
{
	fclose(promise->text);
	promise->text = NULL;
	promise->kept = true;
	if (promise->forgotten)
		promise_free(promise);
}

void promise_keep_with(Promise *promise, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(promise->text, format, args);
	va_end(args);
	promise_keep(promise);
}

Promise *promise_forget(Promise *promise)
{
	if (promise && promise->kept)
		promise_free(promise);
	else if (promise)
		promise->forgotten = true;
	return NULL;
}
