/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bluebrokerctl devices --bonded does. */
#pragma once

#include "ctl/options.h"

ExitCode bonds_list(const Options *options);
