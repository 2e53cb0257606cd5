/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that send signals share. */
#pragma once

#include <stddef.h>

#include "service/service.h"

/* A negative errno of a signal that could not be sent goes to the log; at most so often. */
void emit_check(int r);

/* Core's bit of a change, and the property that it is of. */
typedef struct EmitProperty {
	unsigned change;
	const char *name;
} EmitProperty;

#define EMIT_PROPERTIES_MAX 16

/* PropertiesChanged of those of the n properties whose bit is set. */
void emit_changed(Service *service, const char *path, const char *interface, const EmitProperty *properties,
		  size_t n, unsigned changes);
