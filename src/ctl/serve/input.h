/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines "NAME VALUE" on standard input, which set values. */
#pragma once

#include "ctl/serve/server.h"

/* Takes them from now on. The stream is the caller's, and has to stay while it serves. */
GDataInputStream *input_watch(Server *server);
