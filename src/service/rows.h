/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of GetStats' and GetBonds' lists, as a{sv}: in those answers, and in the signal RowChanged. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/ops.h"

/* A central that is connected to hciN. */
int rows_append_client(sd_bus_message *m, unsigned index, const Addr *addr, uint16_t mtu, uint32_t sessions);
int rows_append_guest(sd_bus_message *m, const Guest *guest);
/* What the row of a bond says, without its container: for a user whose it is, or not. */
int rows_append_bond(sd_bus_message *m, const Addr *addr, const char *name, bool mine);
/* The row as RowChanged has it, for that user. */
int rows_append(sd_bus_message *m, const ListRow *row, uid_t uid);
