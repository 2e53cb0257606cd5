/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as what a program that knows BlueZ alone says: of its application's objects, of an advertisement,
 * of a monitor, and of what it wants to find. The first byte says which.
 */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "core/filter.h"
#include "face/advert-words.h"
#include "face/app-objects.h"
#include "face/discovery-filter.h"
#include "face/monitor-data.h"
#include "fuzz.h"
#include "wire.h"

#define ENTRIES_MAX 8

static void read_objects(sd_bus_message *m)
{
	g_autoptr(GPtrArray) objects = NULL;

	if (app_objects_read(m, &objects) < 0)
		return;
	PROMISE(objects->len <= APP_OBJECTS_MAX);
	for (guint i = 0; i < objects->len; i++) {
		const AppObject *object = g_ptr_array_index(objects, i);
		LocalOptions options = { 0 };

		PROMISE(object->path[0] == '/' && (!object->parent || object->parent[0] == '/'));
		PROMISE(object->kind != APP_SERVICE || (!object->parent && !object->flags));
		PROMISE(app_flags_read(object, &options) || (object->flags && *object->flags));
		PROMISE(object->kind != APP_DESCRIPTOR || options.properties == 0);
	}
}

static void read_advert(sd_bus_message *m)
{
	static const Radio radio = { .bluez.name = "fuzz" };
	Reason reason = { "" };
	AdvertWords said;
	int r;

	r = advert_words_read(m, &radio, true, &said, &reason);
	PROMISE(r <= 0 || *reason.text);
	PROMISE(r <= 0 || g_utf8_validate(reason.text, -1, NULL));
	if (r != 0)
		return;
	PROMISE(said.data.length <= sizeof(said.data.bytes));
	PROMISE(!said.has_name || !said.includes_name);
	PROMISE(!said.broadcast || (!said.data.discoverable && !said.params.connectable));
	PROMISE(!said.params.interval_set || said.params.interval_min <= said.params.interval_max);
	PROMISE(!said.params.power_set || (said.params.power >= -127 && said.params.power <= 20));
}

static void read_monitor(sd_bus_message *m)
{
	MonitorData data;

	if (monitor_data_read(m, ENTRIES_MAX, &data) < 0)
		return;
	PROMISE(!data.is_valid || data.filter);
	PROMISE(!data.is_valid || !data.tracks ||
		(data.low <= data.high && data.low >= -127 && data.high <= 20));
	filter_free(data.filter);
}

static void read_filter(sd_bus_message *m)
{
	const Config config = { .filter_entries = ENTRIES_MAX };
	CLEANUP(discovery_filter_clear) DiscoveryFilter filter = { 0 };
	CLEANUP(scan_filter_clear) ScanFilter compiled = { 0 };
	int r;

	if (discovery_filter_read(m, &filter) < 0)
		return;
	PROMISE(!filter.has_rssi || !filter.has_pathloss);
	PROMISE(!filter.pattern || strlen(filter.pattern) <= 248);
	r = discovery_filter_compile(&filter, &config, &compiled);
	PROMISE(r == (filter.uuids && filter.uuids->len > ENTRIES_MAX ? -EDQUOT : 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *signature;
		void (*read)(sd_bus_message *m);
	} readers[] = {
		{ "a{oa{sa{sv}}}", read_objects },
		{ "a{sv}", read_advert },
		{ "a{sv}", read_monitor },
		{ "a{sv}", read_filter },
	};
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	size_t which;

	if (size < 2)
		return 0;
	which = data[0] % G_N_ELEMENTS(readers);
	m = wire_message(readers[which].signature, data + 1, size - 1);
	if (m)
		readers[which].read(m);
	return 0;
}
