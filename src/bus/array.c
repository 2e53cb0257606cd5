/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs in the other order are those that an emulator runs, as in a container for another machine. And dbus-daemon turns
 * a message into its own order when it looks at its arguments for somebody's match rule. */
#include "bus/array.h"

#include <errno.h>
#include <glib.h>
#include <stdint.h>
#include <string.h>

/* GByteArray: what has been read in this turn, in this machine's order */
static GPtrArray *copies;

static guint size_of(char type)
{
	return type == 'y' ? 1 : strchr("nq", type) ? 2 : strchr("iu", type) ? 4 : 8;
}

static void free_copy(void *copy)
{
	g_byte_array_unref(copy);
}

static int read_other_order(sd_bus_message *m, char type, const void **ret, size_t *ret_size)
{
	GByteArray *copy;
	uint64_t value;
	int r;

	r = sd_bus_message_enter_container(m, 'a', (const char[]){ type, '\0' });
	if (r <= 0)
		return r;
	if (!copies)
		copies = g_ptr_array_new_with_free_func(free_copy);
	copy = g_byte_array_sized_new(sizeof(value));
	g_ptr_array_add(copies, copy);
	while ((r = sd_bus_message_read_basic(m, type, &value)) > 0)
		g_byte_array_append(copy, (const uint8_t *)&value, size_of(type));
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	*ret = copy->data;
	*ret_size = copy->len;
	return r < 0 ? r : 1;
}

int array_read(sd_bus_message *m, char type, const void **ret, size_t *ret_size)
{
	const int r = sd_bus_message_read_array(m, type, ret, ret_size);

	return r == -EOPNOTSUPP ? read_other_order(m, type, ret, ret_size) : r;
}

void array_end_turn(void)
{
	if (copies)
		g_ptr_array_set_size(copies, 0);
}
