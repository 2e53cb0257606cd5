/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as changes of one device's properties, one after the other: after each there is a report, of AD structures and
 * no longer than an advertisement can be. An input is a list of bodies of PropertiesChanged, each after its length
 * (16 bits, little-endian).
 */
#include <string.h>

#include "bluez/device.h"
#include "fuzz.h"
#include "meaning/ad.h"
#include "wire.h"

static void check_report(const Device *device)
{
	g_autoptr(Report) report = NULL;
	AdField field;
	AdIter iter;

	PROMISE(device_report(device, 1, &report) == 0);
	PROMISE(report->length <= AD_MAX && report->synthesized);
	ad_iter_init(&iter, report->data, report->length);
	while (ad_iter_next(&iter, &field))
		;
	PROMISE(iter.at == iter.end);
}

static void take_change(Device *device, sd_bus_message *m)
{
	DeviceNews news = { 0 };
	const char *text;

	if (sd_bus_message_read_basic(m, 's', &text) <= 0 || device_read(device, m, &news) < 0)
		return;
	PROMISE(!news.heard || news.advertised);
	if (sd_bus_message_enter_container(m, 'a', "s") < 0)
		return;
	while (sd_bus_message_read_basic(m, 's', &text) > 0)
		device_invalidate(device, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(Device) device = NULL;

	PROMISE(device_new(&device, NULL, "/org/bluez/hci0/dev_C0_00_00_00_00_01") == 0);
	while (size >= 2) {
		CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
		size_t length = MIN(data[0] | (size_t)data[1] << 8, size - 2);
		g_autofree char *name = NULL;

		m = wire_message("sa{sv}as", data + 2, length);
		if (m)
			take_change(device, m);
		check_report(device);
		name = ad_parts_name(&device->parts);
		PROMISE(!name || g_utf8_validate(name, -1, NULL));
		data += 2 + length;
		size -= 2 + length;
	}
	return 0;
}
