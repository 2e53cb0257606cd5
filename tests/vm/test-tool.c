/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What bluebrokerctl's options do to the radio, with the HCI monitor as the source, on the real bluetoothd: how it scans,
 * which reports come, and what the tool makes of their times. bluetoothd runs with -E, for passive scans.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "link-fixture.h"

#define SENDER "C0:00:00:00:00:51"
#define INTERVAL_MS 100

static Child child;
static char *output;

static void start(const char *const *words)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *where = g_strdup_printf("DBUS_SYSTEM_BUS_ADDRESS=%s", world_address(world));

	g_ptr_array_add(argv, (char *)g_getenv("BLUEBROKERCTL"));
	for (; *words; words++)
		g_ptr_array_add(argv, (char *)*words);
	g_ptr_array_add(argv, NULL);
	g_free(output);
	output = g_build_filename(world_dir(world), "tool.log", NULL);
	(void)remove(output);
	child_start(&child, (const char *const *)argv->pdata, (const char *const[]){ where, NULL }, output);
	wait_radio_scans(WORLD_RADIO, true, world_patience(world));
}

/* What it printed until it was ended. */
static char *end(void)
{
	g_autofree char *how = NULL;
	char *text = NULL;

	ck_assert(child_end(&child, SIGINT, world_patience(world)));
	how = child_describe_end(&child);
	ck_assert(g_file_get_contents(output, &text, NULL, NULL));
	ck_assert_msg(child.status == 0, "%s: %s", how, text);
	wait_radio_scans(WORLD_RADIO, false, world_patience(world));
	return text;
}

static bool asks(void *data)
{
	return air_status(air, WORLD_RADIO, "active") == *(const unsigned int *)data;
}

START_TEST(passive)
{
	const struct {
		const char *words[3];
		unsigned int active;
	} rows[] = { { { "scan", NULL }, 1 }, { { "scan", "--passive", NULL }, 0 } };

	air_do(air, "repeat * sender " SENDER " random 3 -60 020106 100 0");
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		start(rows[i].words);
		ck_assert_msg(wait_until(asks, (void *)&rows[i].active, world_patience(world)), "row %zu", i);
		wait_ms(2000);
		g_free(end());
	}
	air_do(air, "quiet *");
}
END_TEST

START_TEST(types)
{
	const struct {
		const char *words[5];
		bool advertisements, responses;
	} rows[] = {
		{ { "scan", "--json", NULL }, true, true },
		{ { "scan", "--json", "--no-scan-responses", NULL }, true, false },
		{ { "scan", "--json", "--adv-type", "scan-response", NULL }, false, true },
		{ { "scan", "--json", "--adv-type", "ADV_SCAN_IND", NULL }, true, false },
	};

	air_do(air, "repeat * sender " SENDER " random 2 -60 020106 100 0 rsp 03094869");
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = NULL;

		start(rows[i].words);
		wait_ms(2000);
		text = end();
		ck_assert_msg((strstr(text, "\"adv_type\":2") != NULL) == rows[i].advertisements, "row %zu: %s", i, text);
		ck_assert_msg((strstr(text, "\"adv_type\":4") != NULL) == rows[i].responses, "row %zu: %s", i, text);
	}
	air_do(air, "quiet *");
}
END_TEST

/* An advertisement each 100 ms, of which three in a row are not heard now and then. */
START_TEST(missed_advertisements)
{
	const char *const words[] = { "scan", "--stats", "--json", NULL };
	g_autofree char *text = NULL;
	const char *missed;
	long estimate;

	start(words);
	for (unsigned i = 0; i < 40; i++) {
		air_do(air, "adv * " SENDER " random 3 -60 020106");
		wait_ms(i % 5 == 4 && i > 10 ? 4 * INTERVAL_MS : INTERVAL_MS);
	}
	text = end();
	ck_assert_msg(strstr(text, "\"address\":\"" SENDER "\"") != NULL, "%s", text);
	ck_assert_msg(strstr(text, "\"intervals\":39,") != NULL, "%s", text);
	ck_assert_msg(strstr(text, "\"lost\":0}") != NULL, "%s", text);
	missed = strstr(text, "\"estimated_missed\":");
	ck_assert_msg(missed != NULL, "%s", text);
	estimate = strtol(missed + strlen("\"estimated_missed\":"), NULL, 10);
	/* five times three; the commands take some time of their own */
	ck_assert_msg(estimate >= 10 && estimate <= 16, "%s", text);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { passive, types, missed_advertisements, NULL };

	return link_main("tool", tests, NULL, 120);
}
