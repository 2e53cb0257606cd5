/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertisements on the connection to bluetoothd, of which the test has the other end. */
#include "bluez/advert.h"

#include "bed-adverts.h"
#include "bluez/call-queue.h"
#include "side.h"

/* bluetoothd writes back the power while it registers what nobody wants any more. */
START_TEST(test_power_too_late)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *asked = NULL;
	const char *path = NULL;
	sd_bus_message *m;
	Advert *advert;
	WireCall set;
	Side side;

	side_init(&side, bed_init_radio);
	ck_assert_int_eq(bed_set_advert(&side.bed, side.bed.a), 0);
	advert = advert_find(side.bed.a);
	bluez_advert_start(&side.bluez, advert);
	asked = wire_asked(&side.wire, "RegisterAdvertisement");
	ck_assert_int_ge(sd_bus_message_read(asked, "o", &path), 0);
	bluez_advert_stop(&side.bluez, advert);

	m = wire_method(&side.wire, side.bluez.owner, path, "org.freedesktop.DBus.Properties", "Set");
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
