/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A read or write of a remote value, perhaps a long one, and the calls that wait for its outcome. */
#pragma once

#include "bus.h"
#include "link.h"

typedef struct Procedure Procedure;

/* Just before the calls are answered. The procedure is gone afterwards. */
typedef void (*ProcedureDone)(void *owner, bool success);

/* What is read goes into the store, as bluetoothd does it, and the calls get what is there then. */
Procedure *procedure_read(Bus *bus, Link *link, uint16_t handle, uint16_t offset,
			  GByteArray *store, ProcedureDone done, void *owner);
/* queued: by prepared writes. */
Procedure *procedure_write(Bus *bus, Link *link, uint16_t handle, uint16_t offset, GBytes *value,
			   bool queued, ProcedureDone done, void *owner);
/* Its value went away: like bluetoothd, it leaves the calls without an answer. */
Procedure *procedure_free(Procedure *procedure);

void procedure_join(Procedure *procedure, GDBusMethodInvocation *call);
uint16_t procedure_offset(const Procedure *procedure);

/* The options of ReadValue and WriteValue. False: they are wrong, and the call is answered.
 * ret_type: to be freed, NULL when not given; may itself be NULL. */
bool procedure_options(Bus *bus, GVariant *options, GDBusMethodInvocation *call,
		       uint16_t *ret_offset, char **ret_type);
/* The D-Bus error of an ATT error. */
void procedure_error(Bus *bus, GDBusMethodInvocation *call, uint8_t error);
