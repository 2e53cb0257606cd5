/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices by name: from the last-seen table, the bonds and the links; and listening for one. */
#include "client/device.h"

#include <string.h>

#include "client/boottime.h"
#include "client/fail.h"
#include "client/linked.h"
#include "client/listener.h"
#include "client/until.h"

#define NAME_BYTES_MAX 248	/* the longest name that a device can have */
#define SETTLE_MS 1000		/* how long others may still come up with a name that was heard */
#define LISTED_MAX 8		/* devices in an error */

typedef struct Candidate {
	char *address;		/* the identity's, where it is known */
	uint8_t addr_type;
	uint64_t last_seen;	/* CLOCK_BOOTTIME, microseconds; 0: not heard */
	bool bonded;
	bool linked;
} Candidate;

typedef struct Search {
	BrokerManager1 *manager;
	const DeviceQuery *query;
	GArray *radios;		/* int */
	GArray *found;		/* Candidate, one a device */
	ExitCode *ret_exit;
} Search;

static void candidate_clear(void *pointer)
{
	g_free(((Candidate *)pointer)->address);
}

static void search_clear(Search *search)
{
	g_clear_pointer(&search->radios, g_array_unref);
	g_clear_pointer(&search->found, g_array_unref);
}

/* --- looking it up --- */

/* A pattern of SetScanFilter that the name matches, and no longer than it. Others may match it, too. */
static char *make_pattern(const char *name)
{
	return g_strdelimit(g_strdup(name), "*?[\\", '?');
}

/* Of that name? Each device once, with all that is known of it. */
static void add(Search *search, const char *name, const char *type, const Candidate *candidate)
{
	Candidate copy = *candidate;

	if (strcmp(name, search->query->word) != 0)
		return;
	for (guint i = 0; i < search->found->len; i++) {
		Candidate *known = &g_array_index(search->found, Candidate, i);

		if (strcmp(known->address, candidate->address) != 0)
			continue;
		known->bonded |= candidate->bonded;
		known->linked |= candidate->linked;
		known->last_seen = MAX(known->last_seen, candidate->last_seen);
		return;
	}
	copy.address = g_strdup(candidate->address);
	copy.addr_type = g_strcmp0(type, "random") == 0 ? ADDR_RANDOM : ADDR_PUBLIC;
	g_array_append_val(search->found, copy);
}

static void add_row(Search *search, GVariant *row, bool bonded)
{
	const char *name, *type = "";
	Candidate candidate = { .bonded = bonded };

	if (!g_variant_lookup(row, "Name", "&s", &name) ||
	    (!g_variant_lookup(row, "IdentityAddress", "&s", &candidate.address) &&
	     !g_variant_lookup(row, "Address", "&s", &candidate.address)))
		return;
	g_variant_lookup(row, "AddressType", "&s", &type);
	g_variant_lookup(row, "LastSeen", "t", &candidate.last_seen);
	add(search, name, type, &candidate);
}

static void add_rows(Search *search, GVariant *rows, bool bonded)
{
	for (size_t i = 0; i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

		add_row(search, row, bonded);
	}
}

/* Of a device that is connected, and was not heard since somebody scanned, nothing else tells the name. */
static bool look_at_links(Search *search, int radio)
{
	GDBusConnection *connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(search->manager));
	g_autoptr(GArray) rows = linked_rows(connection, radio, search->ret_exit);

	for (guint i = 0; rows && i < rows->len; i++) {
		const LinkedRow *row = &g_array_index(rows, LinkedRow, i);

		if (row->name)
			add(search, row->name, row->address_type,
			    &(Candidate){ .address = row->identity, .linked = true });
	}
	return rows;
}

static bool look_at_radio(Search *search, int radio)
{
	g_autoptr(BrokerAdapter1) adapter = bus_adapter(search->manager, radio, search->ret_exit);
	g_autofree char *pattern = make_pattern(search->query->word);
	g_auto(GVariantDict) filter = G_VARIANT_DICT_INIT(NULL);
	g_autoptr(GVariant) devices = NULL, bonds = NULL;
	g_autoptr(GError) error = NULL;

	if (!adapter)
		return false;
	g_variant_dict_insert(&filter, "name", "s", pattern);
	if (!broker_adapter1_call_get_devices_sync(adapter, g_variant_dict_end(&filter), &devices, NULL,
						   &error) ||
	    !broker_adapter1_call_get_bonds_sync(adapter, &bonds, NULL, &error)) {
		*search->ret_exit = fail_call(error, "looking for a device of that name");
		return false;
	}
	add_rows(search, devices, false);
	add_rows(search, bonds, true);
	return look_at_links(search, radio);
}

/* Fills in search->found. False: the error has been printed. */
static bool look(Search *search)
{
	g_array_set_size(search->found, 0);
	for (guint i = 0; i < search->radios->len; i++)
		if (!look_at_radio(search, g_array_index(search->radios, int, i)))
			return false;
	return true;
}

/* --- listening for it --- */

typedef struct Listening {
	const DeviceWatch *watch;
	unsigned settling;	/* source ID; 0: it was not heard yet */
	Until until;
} Listening;

static gboolean on_settled(void *userdata)
{
	Listening *listening = userdata;

	listening->settling = 0;
	until_end(&listening->until, EXIT_DONE);
	return G_SOURCE_REMOVE;
}

static void on_reports(void *userdata, const Reports *reports UNUSED)
{
	Listening *listening = userdata;

	if (!listening->until.ended && !listening->settling &&
	    listening->watch->heard(listening->watch->userdata))
		listening->settling = g_timeout_add(SETTLE_MS, on_settled, listening);
}

static void on_stopped(void *userdata, const char *reason, bool stands UNUSED)
{
	Listening *listening = userdata;

	if (strcmp(reason, "timeout") == 0)
		until_end(&listening->until, EXIT_DONE);
	if (listening->until.ended)
		return;
	fail_line("listening for the device: the radio does not scan any more (%s); see bluebrokerctl status",
		  reason);
	until_end(&listening->until, EXIT_NO_RADIO);
}

static void on_back(void *userdata UNUSED)
{
}

static void on_gone(void *userdata, const char *what)
{
	Listening *listening = userdata;

	until_end(&listening->until, fail_gone(what));
}

static void on_broken(void *userdata, const char *why)
{
	Listening *listening = userdata;

	fail_line("%s", why);
	until_end(&listening->until, EXIT_FAILED);
}

bool device_listen(BrokerManager1 *manager, const DeviceWatch *watch, ExitCode *ret_exit)
{
	static const ListenerEvents events = { on_reports, on_stopped, on_back, on_gone, on_broken };
	g_autoptr(GVariant) none = g_variant_ref_sink(g_variant_new("a{sv}", NULL));
	const ListenerRequest request = {
		.adapter = watch->adapter,
		.filter = watch->filter,
		.timeout = (int)watch->seconds,
		.stream = none,
	};
	Listening listening = { .watch = watch };
	g_autoptr(Listener) listener = listener_new(manager, &request, &events, &listening, ret_exit);

	if (!listener)
		return false;
	*ret_exit = until_run(&listening.until);
	if (listening.settling)
		g_source_remove(listening.settling);
	listener_close(listener);
	return *ret_exit == EXIT_DONE;
}

/* The table tells the names: that of a device may have come in another packet than the one that was heard. */
static bool on_heard(void *userdata)
{
	Search *search = userdata;

	return look(search) && search->found->len > 0;
}

/* Scans until the name was heard, or the time is up. False: the error has been printed. */
static bool listen_for(Search *search)
{
	g_autofree char *pattern = make_pattern(search->query->word);
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
	g_autoptr(GVariant) filter = NULL;

	g_variant_dict_insert(&dict, "name", "s", pattern);
	filter = g_variant_ref_sink(g_variant_dict_end(&dict));
	return device_listen(search->manager, &(DeviceWatch){
		.adapter = g_array_index(search->radios, int, 0),
		.filter = filter,
		.seconds = search->query->listen,
		.heard = on_heard,
		.userdata = search,
	}, search->ret_exit) && look(search);
}

/* --- which it is --- */

static ExitCode fail_several(const Search *search)
{
	g_autoptr(GString) list = g_string_new(NULL);
	uint64_t now = boottime_now();

	for (guint i = 0; i < MIN(search->found->len, LISTED_MAX); i++) {
		const Candidate *each = &g_array_index(search->found, Candidate, i);

		g_string_append_printf(list, "%s%s (", i > 0 ? ", " : "", each->address);
		if (each->linked)
			g_string_append_printf(list, "linked%s",
					       each->bonded || each->last_seen > 0 ? ", " : "");
		if (each->bonded)
			g_string_append_printf(list, "bonded%s", each->last_seen > 0 ? ", " : "");
		if (each->last_seen > 0)
			g_string_append_printf(list, "heard %.1f s ago",
					       now > each->last_seen ?
						       (double)(now - each->last_seen) / USEC_PER_SEC : 0.0);
		g_string_append_c(list, ')');
	}
	if (search->found->len > LISTED_MAX)
		g_string_append_printf(list, " and %u more", search->found->len - LISTED_MAX);
	fail_line("\"%s\" is several devices; say which by its address: %s", search->query->word, list->str);
	return EXIT_USAGE;
}

static ExitCode fail_none(const DeviceQuery *query)
{
	if (query->listen == 0) {
		fail_line("\"%s\": no device of that name was heard, is bonded or linked; bluebrokerctl "
			  "devices lists those that were", query->word);
		return EXIT_NOTHING;
	}
	fail_line("\"%s\": no device of that name was heard within %u s, or is bonded; bluebrokerctl scan "
		  "shows names and addresses", query->word, query->listen);
	return EXIT_UNREACHABLE;
}

/* Somebody who mistypes an address need not wait until no device of that name was heard. */
static bool looks_like_address(const char *word)
{
	return strpbrk(word, ":-") && strspn(word, "0123456789abcdefABCDEF:-") == strlen(word);
}

static ExitCode fail_word(const char *word)
{
	fail_line("\"%.60s\" is not an address (AA:BB:CC:DD:EE:FF or aabbccddeeff), nor the name of a device "
		  "that was heard", word);
	return EXIT_USAGE;
}

static bool find_by_name(Search *search)
{
	const char *word = search->query->word;

	if (*word == '\0' || strlen(word) > NAME_BYTES_MAX || !g_utf8_validate(word, -1, NULL)) {
		*search->ret_exit = fail_word(word);
		return false;
	}
	if (!look(search))
		return false;
	if (search->found->len == 0 && looks_like_address(word)) {
		*search->ret_exit = fail_word(word);
		return false;
	}
	if (search->found->len == 0 && search->query->listen > 0 && !listen_for(search))
		return false;
	if (search->found->len != 1)
		*search->ret_exit = search->found->len == 0 ? fail_none(search->query) : fail_several(search);
	return search->found->len == 1;
}

bool device_find(BrokerManager1 *manager, const DeviceQuery *query, Device *ret, ExitCode *ret_exit)
{
	CLEANUP(search_clear) Search search = { .manager = manager, .query = query, .ret_exit = ret_exit };
	Addr addr = { .type = ADDR_PUBLIC };
	const Candidate *found;

	*ret = (Device){ 0 };
	if (addr_parse(query->word, &addr) == 0) {
		addr_format(&addr, ret->address);
		return true;
	}
	search.radios = query->adapter < 0 ? bus_adapters(manager) : g_array_new(FALSE, FALSE, sizeof(int));
	if (query->adapter >= 0)
		g_array_append_val(search.radios, query->adapter);
	search.found = g_array_new(FALSE, FALSE, sizeof(Candidate));
	g_array_set_clear_func(search.found, candidate_clear);
	if (!find_by_name(&search))
		return false;
	found = &g_array_index(search.found, Candidate, 0);
	g_strlcpy(ret->address, found->address, sizeof(ret->address));
	ret->named = true;
	ret->addr_type = found->addr_type;
	return true;
}
