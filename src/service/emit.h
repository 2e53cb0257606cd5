/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that send signals share. */
#pragma once

#include <stddef.h>

#include "service/service.h"

/* Logs why a signal could not be sent, where r is a negative errno; the log is rate-limited. */
void emit_check(int r);

/* A bit of core's changes, and the D-Bus property that it stands for. */
typedef struct EmitProperty {
	unsigned change;
	const char *name;
} EmitProperty;

#define EMIT_PROPERTIES_MAX 16

/* Signals PropertiesChanged for those of the n properties whose bit is set in changes. */
void emit_changed(Service *service, const char *path, const char *interface, const EmitProperty *properties,
		  size_t n, unsigned changes);
