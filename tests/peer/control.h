/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket of the air-control protocol: many clients at once, a line at a time. */
#pragma once

#include "request.h"

typedef struct Control Control;

/* NULL: the socket cannot be made, which is printed on standard error. quit is called after the reply to a
 * request "quit". */
Control *control_new(const char *path, Language *language, void (*quit)(void *data), void *data);
Control *control_free(Control *control);
