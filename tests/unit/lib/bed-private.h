/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both edges of a Bed use. */
#pragma once

#include "bed.h"
#include "core/local.h"

void bed_say_local(Bed *bed, const char *word, const LocalAttr *attr);

/* Appends "=text" to the last word. */
void bed_say_value(Bed *bed, GBytes *value);
