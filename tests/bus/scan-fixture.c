/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the scanning cases share: worlds, sessions, devices on the air. */
#include <time.h>
#include <unistd.h>

#include "scan-fixture.h"

char *session;

/* Tests of one process, where check does not fork. */
static unsigned int worlds;

void scan_setup_with(const char *config)
{
	worlds++;
	setup_with(0, config);
	session = open_session(client, 0);
}

void scan_setup(void)
{
	scan_setup_with(NULL);
}

void scan_teardown(void)
{
	teardown();
	g_clear_pointer(&session, g_free);
}

/* --- sessions --- */

char *open_session_with(Client *by, const char *text)
{
	g_autoptr(GVariant) value = options(text);
	g_autoptr(GVariant) reply = client_expect(by, NULL, "Manager1", "OpenSession",
						  g_variant_new("(u@a{sv})", 0, value), "(o)");
	char *path;

	g_variant_get(reply, "(o)", &path);
	return path;
}

void init(Client *by, const char *path, const char *options)
{
	client_do(by, path, SESSION, "Init", dictionary(options));
}

void stop_scan(Client *by, const char *path)
{
	client_do(by, path, SESSION, "StopScan", NULL);
}

void set_filter(Client *by, const char *path, const char *text)
{
	client_do(by, path, SESSION, "SetScanFilter", dictionary(text));
}

void expect_refusal(Client *by, const char *path, const char *iface, const char *method, GVariant *params,
		    const char *error, const char *word)
{
	g_autofree char *wanted =
		strchr(error, '.') ? g_strdup(error) : g_strconcat(WORLD_NAME ".Error.", error, NULL);
	g_autofree char *arguments = NULL, *name = NULL;
	g_autoptr(GVariant) reply = NULL, kept = params ? g_variant_ref_sink(params) : NULL;
	g_autoptr(GError) got = NULL;

	arguments = kept ? g_variant_print(kept, TRUE) : g_strdup("()");
	/* check takes no long messages */
	if (strlen(arguments) > 200)
		arguments[200] = '\0';
	reply = client_call(by, path, iface, method, kept, NULL, &got);
	ck_assert_msg(!reply, "%s%s: no error", method, arguments);
	name = g_dbus_error_get_remote_error(got);
	ck_assert_msg(g_strcmp0(name, wanted) == 0, "%s%s: not %s, but %s: %s", method, arguments, wanted,
		      name ? name : "no answer", got->message);
	(void)g_dbus_error_strip_remote_error(got);
	ck_assert_msg(strstr(got->message, word) != NULL, "%s%s: no \"%s\" in: %s", method, arguments, word,
		      got->message);
}

/* --- the air --- */

bool bluez_discovers(const char *adapter)
{
	g_autofree char *path = g_strconcat("/org/bluez/", adapter, NULL);

	return client_get_boolean(world_bluez(world), path, BLUEZ_ADAPTER_IFACE, "Discovering");
}

static bool radio_is_so(void *data)
{
	const bool *scanning = data;

	return bluez_discovers("hci0") == *scanning &&
	       (air_status(air, WORLD_RADIO, "scanning") != 0) == *scanning;
}

void wait_radio(bool scanning)
{
	ck_assert_msg(wait_until(radio_is_so, &scanning, world_patience(world)),
		      "the radio does not %s scanning", scanning ? "begin" : "stop");
}

const char *device(unsigned int number)
{
	static char addresses[256][18];
	unsigned int place = (unsigned int)getpid() + worlds;

	ck_assert_uint_lt(number, G_N_ELEMENTS(addresses));
	g_snprintf(addresses[number], sizeof(addresses[number]), "C0:00:%02X:%02X:%02X:%02X",
		   place >> 16 & 0xff, place >> 8 & 0xff, place & 0xff, number);
	return addresses[number];
}

typedef struct Sending {
	const char *line;
	uint64_t heard;
} Sending;

static bool is_sent(void *data)
{
	const Sending *sending = data;

	return air_ask(air, "%s", sending->line) > 0;
}

static bool is_heard(void *data)
{
	const Sending *sending = data;

	return stats_total(client, "Reports") > sending->heard;
}

void hear_as(const char *radio, unsigned int number, const char *addr_type, int rssi, const char *hex)
{
	g_autofree char *line = g_strdup_printf("adv %s %s %s 3 %d %s", radio, device(number), addr_type,
						rssi, hex[0] != '\0' ? hex : "-");
	Sending sending = { line, stats_total(client, "Reports") };

	ck_assert_msg(wait_until(is_sent, &sending, world_patience(world)), "no radio scans: %s", line);
	ck_assert_msg(wait_until(is_heard, &sending, world_patience(world)), "the daemon does not hear: %s",
		      line);
}

void hear(unsigned int number, int rssi, const char *hex)
{
	hear_as("*", number, "random", rssi, hex);
}

void hear_count(unsigned int count)
{
	g_autofree char *hex = g_strdup_printf("04ffffff%02x", count);

	hear(0, -60, hex);
}

void hear_counts(unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i <= to; i++)
		hear_count(i);
}

uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * G_USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}
