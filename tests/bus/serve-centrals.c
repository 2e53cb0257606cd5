/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of advertising and serving share: the centrals. */
#include <stdio.h>
#include <unistd.h>

#include "serve-fixture.h"

#define CENTRALS 8
#define WINDOW 64 /* calls at a time */
#define QUIET_MS 400 /* that much later, nothing more is expected */

const char *central_address(unsigned int number)
{
	static char addresses[CENTRALS][18];
	unsigned int place = (unsigned int)getpid();

	ck_assert_uint_lt(number, CENTRALS);
	g_snprintf(addresses[number], sizeof(addresses[number]), "C2:%02X:%02X:%02X:00:%02X",
		   place >> 16 & 0xff, place >> 8 & 0xff, place & 0xff, number);
	return addresses[number];
}

void central_appear(unsigned int number)
{
	air_do(air, "central cen%u %s random", number, central_address(number));
}

typedef struct Joining {
	unsigned int number, mtu;
} Joining;

static bool joins(void *data)
{
	const Joining *joining = data;

	return air_try(air, "connect cen%u * %u", joining->number, joining->mtu);
}

void central_connect_mtu(unsigned int number, unsigned int mtu)
{
	Joining joining = { number, mtu };

	if (!wait_until(joins, &joining, world_patience(world) * 2)) {
		g_autofree char *text = air_cmd(air, "onair *");

		ck_abort_msg("cen%u cannot connect; on air: %s", number, text);
	}
}

void central_connect(unsigned int number)
{
	central_connect_mtu(number, 517);
}

void central_disconnect(unsigned int number)
{
	air_do(air, "disconnect cen%u", number);
	wait_central_up(number, false);
}

bool central_is_up(unsigned int number)
{
	g_autofree char *text = air_cmd(air, "state cen%u", number);

	return strstr(text, "up=1") != NULL;
}

typedef struct Looked {
	unsigned int number;
	const char *uuid;
	char *handle;
	bool up;
} Looked;

static bool up_is_so(void *data)
{
	const Looked *wanted = data;

	return central_is_up(wanted->number) == wanted->up;
}

void wait_central_up(unsigned int number, bool up)
{
	Looked wanted = { .number = number, .up = up };

	ck_assert_msg(wait_until(up_is_so, &wanted, RESUME), "cen%u is %s connected", number,
		      up ? "not" : "still");
}

char *central_says(unsigned int number, const char *verb, const char *format, ...)
{
	g_autofree char *rest = NULL;
	va_list args;

	va_start(args, format);
	rest = g_strdup_vprintf(format, args);
	va_end(args);
	return air_call_finish(air_begin(air, "%s cen%u%s%s", verb, number, rest[0] ? " " : "", rest));
}

char *central_discover(unsigned int number)
{
	char *text = central_says(number, "discover", "%s", "");

	ck_assert_msg(!g_str_has_prefix(text, "error"), "cen%u: discover: %s", number, text);
	return text;
}

static bool finds(void *data)
{
	Looked *looked = data;
	g_autofree char *text = central_discover(looked->number);
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	g_clear_pointer(&looked->handle, g_free);
	for (char **word = words; *word; word++) {
		g_auto(GStrv) fields = g_strsplit(*word, ":", -1);
		unsigned int n = g_strv_length(fields);
		const char *found = NULL;

		if (n == 5 && g_str_equal(fields[0], "c") && g_str_equal(fields[4], looked->uuid))
			found = fields[3];
		else if (n == 3 && g_str_equal(fields[0], "d") && g_str_equal(fields[2], looked->uuid))
			found = fields[1];
		if (!found)
			continue;
		g_free(looked->handle); /* the last of several */
		looked->handle = g_strdup(found);
	}
	return looked->handle != NULL;
}

char *central_find(unsigned int number, const char *uuid)
{
	Looked looked = { .number = number, .uuid = uuid };

	if (!wait_until(finds, &looked, world_patience(world))) {
		g_autofree char *text = central_discover(number);

		ck_abort_msg("cen%u does not find %s: %s", number, uuid, text);
	}
	return looked.handle;
}

static bool loses(void *data)
{
	return !finds(data);
}

void wait_central_loses(unsigned int number, const char *uuid)
{
	Looked looked = { .number = number, .uuid = uuid };

	ck_assert_msg(wait_until(loses, &looked, world_patience(world)), "cen%u still finds %s", number,
		      uuid);
}

void central_reads(unsigned int number, const char *handle, const char *wanted)
{
	g_autofree char *got = central_says(number, "read", "%s", handle);

	ck_assert_msg(g_str_equal(got, wanted), "cen%u reads %s: %s, not %s", number, handle, got, wanted);
}

void central_writes(unsigned int number, const char *handle, const char *hex, const char *how,
		    const char *wanted)
{
	g_autofree char *got = central_says(number, "write", "%s %s %s", handle, hex, how);

	ck_assert_msg(g_str_equal(got, wanted), "cen%u writes %s: '%s', not '%s'", number, handle, got,
		      wanted);
}

void central_subscribes(unsigned int number, const char *handle, const char *how)
{
	g_autofree char *got = central_says(number, "subscribe", "%s %s", handle, how);

	ck_assert_msg(g_str_equal(got, ""), "cen%u subscribes %s: %s", number, handle, got);
}

typedef struct Gathered {
	unsigned int number, count;
	const char *handle;
	GPtrArray *events;
} Gathered;

static bool gathers(void *data)
{
	const Gathered *gathered = data;
	g_autofree char *text = air_cmd(air, "events cen%u", gathered->number);
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (char **word = words; *word; word++)
		if (**word && (!gathered->handle || g_str_has_prefix(*word, gathered->handle)))
			g_ptr_array_add(gathered->events, g_strdup(*word));
	return gathered->events->len >= gathered->count;
}

GPtrArray *central_events(unsigned int number, const char *handle, unsigned int count)
{
	Gathered gathered = { number, count, handle, g_ptr_array_new_with_free_func(g_free) };

	ck_assert_msg(wait_until(gathers, &gathered, world_patience(world) * 2),
		      "cen%u: %u events of %s, not %u", number, gathered.events->len, handle ? handle : "all",
		      count);
	wait_ms(QUIET_MS);
	(void)gathers(&gathered);
	return gathered.events;
}

void expect_event(unsigned int number, const char *handle, const char *hex)
{
	g_autoptr(GPtrArray) events = central_events(number, handle, 1);
	g_autofree char *wanted = g_strconcat(handle, ":", hex, NULL);

	ck_assert_uint_eq(events->len, 1);
	ck_assert_str_eq(g_ptr_array_index(events, 0), wanted);
}

void expect_numbered_events(unsigned int number, const char *handle, unsigned int begin, unsigned int count)
{
	g_autoptr(GPtrArray) events = central_events(number, handle, count);

	ck_assert_msg(events->len == count, "cen%u: %u events, not %u", number, events->len, count);
	for (unsigned int i = 0; i < count; i++) {
		g_autofree char *wanted = g_strdup_printf("%s:%08x", handle, GUINT32_SWAP_LE_BE(begin + i));

		ck_assert_str_eq(g_ptr_array_index(events, i), wanted);
	}
}

/* Without waiting for each; the bus lets 128 wait. */
void set_numbered(Client *by, const char *characteristic, unsigned int begin, unsigned int count)
{
	ClientCall *calls[WINDOW];

	for (unsigned int i = 0; i < count + WINDOW; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GVariant) reply = NULL;

		if (i >= WINDOW)
			reply = client_call_finish(calls[i % WINDOW], &error);
		if (i >= WINDOW && !reply)
			ck_abort_msg("SetValue %u: %s", begin + i - WINDOW, error->message);
		if (i < count)
			calls[i % WINDOW] =
				client_begin(by, characteristic, LOCAL_CHAR, "SetValue",
					     g_variant_new("(v)", g_variant_new_uint32(begin + i)));
	}
}
