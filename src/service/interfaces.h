/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vtables and method tables of the exported interfaces, one pair a file. */
#pragma once

#include <systemd/sd-bus.h>

#include "service/call.h"

extern const sd_bus_vtable manager_vtable[];
extern const Method manager_methods[];

extern const sd_bus_vtable adapter_vtable[];
extern const Method adapter_methods[];

extern const sd_bus_vtable session_vtable[];
extern const Method session_methods[];
int resolve_adv_data(Call *call, Reason *reason);	/* resolve.c */
