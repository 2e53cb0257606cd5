/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays of numbers in messages of either byte order. */
#pragma once

#include <systemd/sd-bus.h>

/* As sd_bus_message_read_array(), which refuses the arrays of a message whose numbers are in the other order than this
 * machine's, those of bytes too. What is in *ret then lives until the end of the turn. */
int array_read(sd_bus_message *m, char type, const void **ret, size_t *ret_size);

/* The turn is over. */
void array_end_turn(void);
