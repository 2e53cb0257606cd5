/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines "NAME VALUE" on standard input, which set values. */
#pragma once

#include "ctl/serve/server.h"

/* Reads such lines from now on. The caller owns the stream, and has to keep it as long as it serves. */
GDataInputStream *input_watch(Server *server);
