/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The quick usage example of Pycom's page from start to end, as the shell script with busctl alone and as the C program
 * of examples/: run by a user, and what they print. Only in the guest. */
#include "link-fixture.h"
#include "program.h"

#define HEART_RATE "C4:00:00:00:00:77"

static const char *const attributes[] = {
	"service heart 0001 1801 primary",
	"char heart 0002 2a05 indicate -",
	"desc heart 0004 2902 read,write 0000",
	"service heart 0010 180d primary",
	"char heart 0011 2a37 notify 00",
	"desc heart 0013 2902 read,write 0000",
	"char heart 0014 2a38 read 01",
	"char heart 0016 2a39 write 00",
	"service heart 0020 180a primary",
	"char heart 0021 2a29 read 5079636f6d",
	"char heart 0023 2a24 read -",
	"service heart 0030 5a3b0020-1c1d-4f5e-8a9b-0123456789ab primary",
	"char heart 0031 5a3b0021-1c1d-4f5e-8a9b-0123456789ab read,write,notify 00ff",
	"desc heart 0033 2902 read,write 0000",
};

static const char printed[] =
	"service 00001801-0000-1000-8000-00805f9b34fb\n"
	"  characteristic 00002a05-0000-1000-8000-00805f9b34fb\n"
	"service 0000180d-0000-1000-8000-00805f9b34fb\n"
	"  characteristic 00002a37-0000-1000-8000-00805f9b34fb\n"
	"  characteristic 00002a38-0000-1000-8000-00805f9b34fb = 01\n"
	"  characteristic 00002a39-0000-1000-8000-00805f9b34fb\n"
	"service 0000180a-0000-1000-8000-00805f9b34fb\n"
	"  characteristic 00002a29-0000-1000-8000-00805f9b34fb = 50 79 63 6f 6d\n"
	"  characteristic 00002a24-0000-1000-8000-00805f9b34fb =\n"
	"service 5a3b0020-1c1d-4f5e-8a9b-0123456789ab\n"
	"  characteristic 5a3b0021-1c1d-4f5e-8a9b-0123456789ab = 00 ff\n";

static bool heart_is_left(void *unused)
{
	g_autofree char *text = air_cmd(air, "link heart");

	(void)unused;
	return strstr(text, "up=0") != NULL;
}

static void run(const char *variable, const char *argument, int status, const char *wanted)
{
	const char *argv[] = { g_getenv(variable), argument, NULL };
	g_autofree char *text = NULL;
	Program *program;

	ck_assert_msg(argv[0] != NULL, "%s is not set", variable);
	program = program_start(world, "alice", argv);
	ck_assert_msg(wait_until(program_has_ended, program, 60000), "it does not end");
	ck_assert(g_file_get_contents(program->log, &text, NULL, NULL));
	ck_assert_msg(g_str_equal(text, wanted), "it prints: %s", text);
	ck_assert_msg(program->child.status == status, "it ends with %d", program->child.status);
	program_free(program);
}

static void expect_example(const char *variable)
{
	/* others are on air as well */
	for (unsigned int i = 0; i < 4; i++)
		air_do(air, "repeat * lamp%u E0:00:00:00:00:%02X random 3 -80 06094c616d70%02x 200 0", i, i, '0' + i);
	/* flags, the name, the Heart Rate service */
	air_do(air, "peer heart %s random %s", HEART_RATE, "020106" "0b0948656172742052617465" "03030d18");
	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++)
		air_do(air, "%s", attributes[i]);
	run(variable, NULL, 0, printed);
	ck_assert_msg(wait_until(heart_is_left, NULL, world_patience(world)), "the link stays");
	wait_radio_scans(WORLD_RADIO, false, RESUME);
	run(variable, NULL, 0, printed); /* BlueZ knows it now */
}

START_TEST(with_busctl)
{
	expect_example("HEART_RATE_SCRIPT");
}
END_TEST

START_TEST(in_c)
{
	expect_example("HEART_RATE_PROGRAM");
}
END_TEST

START_TEST(nobody_of_that_name)
{
	run("HEART_RATE_SCRIPT", "2", 256, "no device called 'Heart Rate'\n");
	wait_radio_scans(WORLD_RADIO, false, RESUME);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { with_busctl, in_c, nobody_of_that_name, NULL };

	return link_main("quick-usage", tests, NULL, 150);
}
