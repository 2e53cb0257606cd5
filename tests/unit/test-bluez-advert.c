/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertisements on the connection to bluetoothd, of which the test has the other end. */
#include "bluez/advert.h"

#include "bed-adverts.h"
#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/call-queue.h"
#include "wire.h"

static char bluetoothd[] = ":1.0", path_of_adapter[] = "/org/bluez/hci0";

typedef struct Side {
	Bed bed;
	Wire wire;
	Adapter adapter;
	Bluez bluez;
} Side;

static void side_init(Side *side)
{
	bed_init_radio(&side->bed);
	wire_init(&side->wire);
	side->adapter = (Adapter){ .path = path_of_adapter,
				   .radio = side->bed.radio,
				   .state.powered = true };
	side->bluez = (Bluez){ .bus = side->wire.service, .broker = side->bed.broker, .owner = bluetoothd };
	ck_assert_int_ge(sd_event_new(&side->bluez.event), 0);
	ck_assert_int_ge(call_queue_new(&side->bluez.calls, &side->bluez), 0);
	side->bluez.adapters = g_ptr_array_new();
	g_ptr_array_add(side->bluez.adapters, &side->adapter);
}

static void side_end(Side *side)
{
	call_queue_free(side->bluez.calls);
	g_ptr_array_free(side->bluez.adapters, TRUE);
	sd_event_unref(side->bluez.event);
	wire_end(&side->wire);
	bed_end(&side->bed);
}

/* bluetoothd writes back the power while it registers what nobody wants any more. */
START_TEST(test_power_too_late)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *asked = NULL;
	const char *path = NULL;
	sd_bus_message *m;
	Advert *advert;
	WireCall set;
	Side side;

	side_init(&side);
	ck_assert_int_eq(bed_set_advert(&side.bed, side.bed.a), 0);
	advert = advert_find(side.bed.a);
	bluez_advert_start(&side.bluez, advert);
	asked = wire_asked(&side.wire, "RegisterAdvertisement");
	ck_assert_int_ge(sd_bus_message_read(asked, "o", &path), 0);
	bluez_advert_stop(&side.bluez, advert);

	m = wire_method(&side.wire, bluetoothd, path, "org.freedesktop.DBus.Properties", "Set");
	ck_assert_int_ge(sd_bus_message_append(m, "ssv", "org.bluez.LEAdvertisement1", "TxPower", "n", 4), 0);
	wire_call(&side.wire, m, &set);
	ck_assert_uint_eq(set.answered, 1);
	ck_assert_str_eq(set.error, "");
	wire_call_end(&set);

	ck_assert_int_ge(sd_bus_reply_method_return(asked, NULL), 0);
	sd_bus_message_unref(wire_asked(&side.wire, "UnregisterAdvertisement"));
	bed_forget(&side.bed);
	side_end(&side);
}
END_TEST

UNIT_MAIN("bluez-advert", test_power_too_late)
