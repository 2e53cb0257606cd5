/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's GetStats. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

/* All of it, as by sees it. */
GVariant *stats(Client *by);
/* A number. */
uint64_t stats_total(Client *by, const char *key);
uint64_t stats_dropped(const char *cause);
/* A value in the row of a session, widened; fails if there is no such row. */
uint64_t stats_of(Client *by, const char *path, const char *key);
bool has_row(Client *by, const char *path);
