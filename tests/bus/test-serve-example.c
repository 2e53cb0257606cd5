/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The documentation's example of a server, as a program and as a shell script. */
#include <signal.h>

#include "serve-fixture.h"

typedef struct Said {
	const char *log, *wanted;
} Said;

static bool has_said(void *data)
{
	const Said *said = data;
	g_autofree char *text = NULL;

	return g_file_get_contents(said->log, &text, NULL, NULL) && strstr(text, said->wanted);
}

static void expect_said(const char *log, const char *format, const char *address)
{
	g_autofree char *wanted = g_strdup_printf("%s %s", format, address), *text = NULL;
	Said said = { log, wanted };

	if (!wait_until(has_said, &said, world_patience(world))) {
		(void)g_file_get_contents(log, &text, NULL, NULL);
		ck_abort_msg("the program does not say '%s': %s", wanted, text);
	}
}

/* The example's two services, each with a characteristic that counts its reads; writes to the first, whose
 * handle this is. */
static char *central_uses_counters(void)
{
	char *first = central_find(0, "61623334-3536-3738-3930-313233343536");
	g_autofree char *second = central_find(0, "000011d7" BASE);

	for (unsigned int i = 1; i <= 3; i++) {
		g_autofree char *count = g_strdup_printf("%02x000000", i),
				*other = g_strdup_printf("%02x12", 0x34 + i);

		central_reads(0, first, count);
		central_reads(0, second, other);
	}
	central_writes(0, first, "0a0b", "request", "");
	return first;
}

/* The documentation's examples: events, and two services with counters. */
START_TEST(documented_example)
{
	const char *const argv[] = { LOPY_PROGRAM, NULL };
	g_autofree char *where = g_strdup_printf("DBUS_SYSTEM_BUS_ADDRESS=%s", world_address(world));
	const char *const environment[] = { where, NULL };
	g_autofree char *log = g_build_filename(world_dir(world), "lopy.log", NULL), *text = NULL,
			*wanted = NULL;
	g_autofree char *first = NULL;
	Child child;

	child_start(&child, argv, environment, log);
	expect_said(log, "advertising as", "LoPy");
	wait_on_air("110736353433323130393837363534333231020106", "05094c6f5079");
	central_appear(0);
	central_connect(0);
	expect_said(log, "Client connected", central_address(0));
	first = central_uses_counters();
	expect_said(log, central_address(0), "writes 0a 0b");
	central_disconnect(0);
	expect_said(log, "Client disconnected", central_address(0));
	wanted = g_strdup_printf(
		"advertising as LoPy\nClient connected %s\n%s writes 0a 0b\nClient disconnected %s\n",
		central_address(0), central_address(0), central_address(0));
	ck_assert(g_file_get_contents(log, &text, NULL, NULL));
	ck_assert_str_eq(text, wanted);
	(void)child_end(&child, SIGTERM, SOON);
	wait_off_air(NULL, NULL, SOON);
}
END_TEST

/* The same server as a shell script, which bluebrokerctl runs again for each read, write, connect and
 * disconnect. */
START_TEST(documented_script)
{
	const char *const argv[] = { LOPY_SCRIPT, NULL };
	g_autofree char *where = g_strdup_printf("DBUS_SYSTEM_BUS_ADDRESS=%s", world_address(world));
	g_autofree char *path = g_strdup_printf("PATH=%s:%s", CTL_DIRECTORY, g_getenv("PATH"));
	const char *const environment[] = { where, path, NULL };
	g_autofree char *log = g_build_filename(world_dir(world), "lopy-script.log", NULL);
	g_autofree char *first = NULL;
	Child child;

	child_start(&child, argv, environment, log);
	wait_on_air("110736353433323130393837363534333231020106", "05094c6f5079");
	central_appear(0);
	central_connect(0);
	expect_said(log, "Client connected:", central_address(0));
	first = central_uses_counters();
	expect_said(log, "Write to counter:", "0a0b");
	central_subscribes(0, first, "notify");
	expect_said(log, "subscribe counter", "1");
	central_disconnect(0);
	expect_said(log, "Client disconnected:", central_address(0));
	ck_assert(child_end(&child, SIGTERM, world_patience(world)));
	ck_assert_int_eq(child.status, 0);
	wait_off_air(NULL, NULL, SOON);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { documented_example, documented_script, NULL };

	return serve_main("serve-example", tests, NULL, 120);
}
