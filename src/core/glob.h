/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shell-style patterns on names: * any run, ? any character, [abc] [a-z] [!x] sets, \ quotes. In UTF-8
 * characters, case matters. Time is at most pattern length times text length, so no program can make others
 * wait with a pattern.
 */
#pragma once

#include <stdbool.h>

#include "util/macros.h"

/* text need not end with a NUL, and may be any bytes (each bad byte counts as one character). An unclosed [
 * stands for itself. */
bool glob_match(const char *pattern, const char *text, size_t text_length);
