/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "side.h"

#include "bluez/call-queue.h"

static char bluetoothd[] = ":1.0", path_of_adapter[] = "/org/bluez/hci0";

void side_init(Side *side, void (*lay_out)(Bed *bed))
{
	lay_out(&side->bed);
	wire_init(&side->wire);
	side->adapter = (Adapter){ .path = path_of_adapter,
				   .radio = side->bed.radio,
				   .state.powered = true,
				   .by_addr = g_hash_table_new(addr_hash, addr_same) };
	side->bluez = (Bluez){ .bus = side->wire.service, .broker = side->bed.broker, .owner = bluetoothd };
	ck_assert_int_ge(sd_event_new(&side->bluez.event), 0);
	ck_assert_int_ge(call_queue_new(&side->bluez.calls, &side->bluez), 0);
	side->bluez.adapters = g_ptr_array_new();
	g_ptr_array_add(side->bluez.adapters, &side->adapter);
}

void side_end(Side *side)
{
	call_queue_free(side->bluez.calls);
	g_ptr_array_free(side->bluez.adapters, TRUE);
	g_hash_table_unref(side->adapter.by_addr);
	sd_event_unref(side->bluez.event);
	wire_end(&side->wire);
	bed_end(&side->bed);
}
