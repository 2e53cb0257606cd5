/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as people type them. */
#pragma once

#include <stdbool.h>

#include "util/macros.h"

/* A number within min..max: decimal, or hex with 0x. False for anything else. */
bool number_parse(const char *text, int64_t min, int64_t max, int64_t *ret);
