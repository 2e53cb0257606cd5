/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SetDiscoveryFilter's table. */
#include "face/discovery-filter.h"

#include <errno.h>
#include <string.h>

#include "core/filter.h"

#define PATHLOSS_MAX 137
#define RSSI_MIN (-127)
#define RSSI_MAX 20
#define PATTERN_MAX 248

void discovery_filter_clear(DiscoveryFilter *filter)
{
	if (filter->uuids)
		g_array_free(filter->uuids, TRUE);
	g_free(filter->pattern);
	*filter = (DiscoveryFilter){ 0 };
}

int discovery_filter_compile(const DiscoveryFilter *filter, const Config *config, ScanFilter *ret)
{
	int r = 0;

	scan_filter_init(ret, config);
	ret->active = true;
	if (!filter->uuids && !filter->has_rssi && !filter->has_pathloss)
		return 0;
	ret->filter = filter_new(config->filter_entries);
	for (guint i = 0; filter->uuids && i < filter->uuids->len && r == 0; i++)
		r = filter_add_uuid(ret->filter, &g_array_index(filter->uuids, Uuid, i));
	if (filter->has_rssi)
		filter_set_rssi(ret->filter, filter->rssi);
	if (filter->has_pathloss)
		filter_set_pathloss(ret->filter, filter->pathloss);
	return r;
}

static int read_uuids(sd_bus_message *m, DiscoveryFilter *filter)
{
	const char *text;
	Uuid uuid;
	int r;

	r = sd_bus_message_enter_container(m, 'a', "s");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_read_basic(m, 's', &text)) > 0) {
		if (uuid_parse(text, &uuid) != 0)
			return -EINVAL;
		if (!filter->uuids)
			filter->uuids = g_array_new(FALSE, FALSE, sizeof(Uuid));
		g_array_append_val(filter->uuids, uuid);
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_rssi(sd_bus_message *m, DiscoveryFilter *filter)
{
	int r = sd_bus_message_read_basic(m, 'n', &filter->rssi);

	filter->has_rssi = true;
	return r < 0 || (filter->rssi >= RSSI_MIN && filter->rssi <= RSSI_MAX) ? r : -EINVAL;
}

static int read_pathloss(sd_bus_message *m, DiscoveryFilter *filter)
{
	int r = sd_bus_message_read_basic(m, 'q', &filter->pathloss);

	filter->has_pathloss = true;
	return r < 0 || filter->pathloss <= PATHLOSS_MAX ? r : -EINVAL;
}

static int read_transport(sd_bus_message *m, DiscoveryFilter *filter)
{
	const char *text;
	int r = sd_bus_message_read_basic(m, 's', &text);

	if (r < 0)
		return r;
	filter->silent = strcmp(text, "bredr") == 0;
	return filter->silent || strcmp(text, "le") == 0 || strcmp(text, "auto") == 0 ? r : -EINVAL;
}

static int read_flag(sd_bus_message *m, bool *ret)
{
	int value = 0, r = sd_bus_message_read_basic(m, 'b', &value);

	*ret = value;
	return r;
}

static int read_duplicates(sd_bus_message *m, DiscoveryFilter *filter)
{
	return read_flag(m, &filter->duplicates);
}

static int read_discoverable(sd_bus_message *m, DiscoveryFilter *filter)
{
	return read_flag(m, &filter->discoverable);
}

static int read_pattern(sd_bus_message *m, DiscoveryFilter *filter)
{
	const char *text;
	int r = sd_bus_message_read_basic(m, 's', &text);

	if (r < 0)
		return r;
	g_free(filter->pattern);
	filter->pattern = *text ? g_strdup(text) : NULL;
	return strlen(text) <= PATTERN_MAX ? r : -EINVAL;
}

static const struct {
	const char *name, *type;
	int (*read)(sd_bus_message *m, DiscoveryFilter *filter);
} filter_keys[] = {
	{ "UUIDs", "as", read_uuids },
	{ "RSSI", "n", read_rssi },
	{ "Pathloss", "q", read_pathloss },
	{ "Transport", "s", read_transport },
	{ "DuplicateData", "b", read_duplicates },
	{ "Discoverable", "b", read_discoverable },
	{ "Pattern", "s", read_pattern },
};

/* One key with its variant. -EINVAL: not as documented. */
static int read_key(sd_bus_message *m, DiscoveryFilter *filter)
{
	const char *name, *contents;
	char type;
	int r;

	r = sd_bus_message_read_basic(m, 's', &name);
	if (r >= 0)
		r = sd_bus_message_peek_type(m, &type, &contents);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(filter_keys); i++) {
		if (strcmp(filter_keys[i].name, name) != 0)
			continue;
		if (strcmp(filter_keys[i].type, contents) != 0)
			return -EINVAL;
		r = sd_bus_message_enter_container(m, 'v', contents);
		if (r >= 0)
			r = filter_keys[i].read(m, filter);
		return r < 0 ? r : sd_bus_message_exit_container(m);
	}
	return -EINVAL;
}

int discovery_filter_read(sd_bus_message *m, DiscoveryFilter *filter)
{
	int r;

	r = sd_bus_message_enter_container(m, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		filter->is_set = true;
		r = read_key(m, filter);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	return r < 0 || !(filter->has_rssi && filter->has_pathloss) ? r : -EINVAL;
}

int discovery_filter_append_keys(sd_bus_message *m)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "s");
	for (size_t i = 0; i < ARRAY_SIZE(filter_keys) && r >= 0; i++)
		r = sd_bus_message_append(m, "s", filter_keys[i].name);
	return r < 0 ? r : sd_bus_message_close_container(m);
}
