/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The errors of calls that go nowhere, or ask for what is not to be had: their names, and that the message
 * says what was wrong. */
#include <string.h>
#include <unistd.h>

#include "daemon-fixture.h"

/* args: as g_variant_new_parsed takes it; error without a dot: one of ours; names: a word that the message
 * must have. */
static const struct Refusal {
	const char *path;
	const char *interface;
	const char *method;
	const char *args;
	const char *error;
	const char *names;
} refusals[] = {
	{ "", "Manager1", "OpenSession", "(uint32 9, @a{sv} {})", "NoSuchAdapter", "id" },
	{ "", "Manager1", "OpenSession", "(uint32 70000, @a{sv} {})", "NoSuchAdapter", "id" },
	{ "", "Manager1", "OpenSession", "(uint32 0, {'depth': <uint32 3>})", "InvalidArguments", "depth" },
	{ "", "Manager1", "OpenSession", "(uint32 0, {'fifo': <'many'>})", "InvalidArguments", "fifo" },
	{ "", "Manager1", "OpenSession", "(uint32 0, {'fifo': <uint32 0>})", "InvalidArguments", "fifo" },
	{ "", "Manager1", "OpenSession", "(uint32 0, {'fifo': <uint32 100000>})", "LimitReached", "fifo" },
	{ "", "Manager1", "OpenSession", "(uint32 0, {'mode': <uint32 1>})", "NotSupported", "mode" },
	{ "", "Manager1", "OpenSession", "(uint32 0, {'antenna': <uint32 1>})", "NotSupported", "antenna" },
	{ "", "Manager1", "OpenSession", "(uint32 0, {'antenna': <uint32 7>})", "InvalidArguments",
	  "antenna" },
	{ "", "Manager1", "OpenSession", "(uint32 0, {'pin': <uint32 1000000>})", "InvalidArguments", "pin" },
	{ "", "Manager1", "OpenSession", "(uint32 0, {'mtu': <uint16 22>})", "InvalidArguments", "mtu" },
	{ "", "Manager1", "OpenSession", "(uint32 0, {'overflow': <'drop-all'>})", "InvalidArguments",
	  "overflow" },
	{ "hci0", "Session1", "Init", "({'secure': <'yes'>},)", "InvalidArguments", "secure" },
	{ "hci0", "Session1", "StartScan", "(0,)", "InvalidArguments", "seconds" },
	{ "hci0", "Session1", "Callback", "(uint32 1024,)", "InvalidArguments", "triggers" },
	{ "hci0", "Session1", "SetScanFilter", "({'adresses': <['a']>},)", "InvalidArguments", "adresses" },
	{ "hci0", "Session1", "Close", "()", "NotSupported", "user session" },
	{ "hci0", "Adapter1", "GetDevices", "({'dedup': <uint32 1>},)", "InvalidArguments", "dedup" },
	{ "hci7", "Session1", "IsScanning", "()", "NoSuchAdapter", "hci7" },
	{ "hci7", "Adapter1", "GetDevices", "(@a{sv} {},)", "NoSuchAdapter", "hci7" },
	{ "hci7/session/uid0", "Session1", "IsScanning", "()", "NoSuchAdapter", "hci7" },
	{ "hci0/session/999", "Session1", "IsScanning", "()", "DoesNotExist", "session/999" },
	{ "hci0/session/01", "Session1", "IsScanning", "()", "DoesNotExist", "session/01" },
	{ "hci0/session/uid99999", "Session1", "IsScanning", "()", "DoesNotExist", "99999" },
	{ "hci0/session/x", "Session1", "IsScanning", "()", "DoesNotExist", "session/x" },
	{ "hci00", "Session1", "IsScanning", "()", "DoesNotExist", "hci00" },
	{ "hci65536", "Session1", "IsScanning", "()", "DoesNotExist", "hci65536" },
	{ "hci0/device/C0_00_00_00_00_01", "Connection1", "GetMtu", "()", "DoesNotExist", "device" },
	{ "hci0/session/999/service0", "LocalService1", "Start", "()", "DoesNotExist", "session/999" },
	{ "hci0/session/uid0/service7", "LocalService1", "Start", "()", "DoesNotExist", "service7" },
	{ "hci0/session/uid0/service00", "LocalService1", "Start", "()", "DoesNotExist", "service00" },
	{ "hci0/session/uid0/service7/char0/desc0", "LocalDescriptor1", "SetValue", "(<'1'>,)",
	  "DoesNotExist", "desc0" },
	{ "hci0", "Session1", "SetAdvertisement", "({'nom': <'x'>},)", "InvalidArguments", "nom" },
	{ "hci0", "Session1", "SetAdvertisement", "({'manufacturer_data': <'x'>},)",
	  "InvalidArguments", "manufacturer_data" },
	{ "hci0", "Session1", "SetAdvertisement", "({'service_uuid': <['180d', 'g']>},)",
	  "InvalidArguments", "service_uuid" },
	{ "hci0", "Session1", "SetAdvertisement", "({'service_data': <{'180d': <'x'>}>},)",
	  "InvalidArguments", "service_data" },
	{ "hci0", "Session1", "SetAdvertisementParams", "({'adv_int_min': <uint16 31>},)",
	  "InvalidArguments", "adv_int_min" },
	{ "hci0", "Session1", "SetAdvertisementParams", "({'adv_type': <byte 5>},)", "InvalidArguments",
	  "adv_type" },
	{ "hci0", "Session1", "SetAdvertisementParams", "({'adv_type': <byte 1>},)", "NotSupported",
	  "adv_type" },
	{ "hci0", "Session1", "SetAdvertisementParams", "({'own_addr_type': <byte 1>},)",
	  "NotSupported", "own_addr_type" },
	{ "hci0", "Session1", "SetAdvertisementParams", "({'channel_map': <byte 1>},)", "NotSupported",
	  "channel_map" },
	{ "hci0", "Session1", "SetAdvertisementParams", "({'adv_filter_policy': <byte 1>},)", "NotSupported",
	  "adv_filter_policy" },
	{ "hci0", "Session1", "SetAdvertisementRaw", "(b'\\003\\001', @ay [])", "InvalidArguments", "adv" },
	{ "hci0", "Session1", "Service", "(<'g'>, @a{sv} {})", "InvalidArguments", "uuid" },
	{ "hci0", "Session1", "Service", "(<'180d'>, {'nbr_chars': <uint16 0>})", "InvalidArguments",
	  "nbr_chars" },
	{ "hci0", "Session1", "TxPower", "(uint32 5, @ai [])", "InvalidArguments", "type" },
	{ "hci0", "Session1", "TxPower", "(uint32 9, [8])", "InvalidArguments", "level" },
	{ "hci0", "Session1", "TxPower", "(uint32 9, @ai [])", "NotSupported", "BlueZ" },
	{ "hci0", "Session1", "SetPin", "(uint32 1000000,)", "InvalidArguments", "pin" },
	{ "hci0", "Session1", "DisconnectClient", "()", "NotConnected", "central" },
	{ "hci0", "Session1", "StartScan", "('soon',)", "org.freedesktop.DBus.Error.InvalidArgs", "" },
	{ "hci0", "Session1", "Dance", "()", "org.freedesktop.DBus.Error.UnknownMethod", "Dance" },
	{ "", "Manager1", "Dance", "()", "org.freedesktop.DBus.Error.UnknownMethod", "Dance" },
	{ "", "Session1", "IsScanning", "()", "org.freedesktop.DBus.Error.UnknownMethod", "" },
};

static void expect_refusal(const struct Refusal *refusal)
{
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GError) error = NULL;

	client_expect_error(client, refusal->path, refusal->interface, refusal->method,
			    g_variant_new_parsed(refusal->args, NULL), refusal->error);
	reply = client_call(client, refusal->path, refusal->interface, refusal->method,
			    g_variant_new_parsed(refusal->args, NULL), NULL, &error);
	ck_assert_msg(strstr(error->message, refusal->names) != NULL, "does not name %s: %s", refusal->names,
		      error->message);
}

START_TEST(errors)
{
	if (getuid() != 0)
		ck_abort_msg("only root may look for the sessions of other users; run this as root");
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++)
		expect_refusal(&refusals[i]);
}
END_TEST

/* Errors that depend on what went before. */
START_TEST(states)
{
	g_autofree char *session = open_session(client, 0);

	start_scan(client, session, -1);
	client_expect_error(client, session, "Session1", "StartScan", g_variant_new("(i)", 5), "InProgress");
	client_do(client, session, "Session1", "Deinit", NULL);
	client_do(client, session, "Session1", "Deinit", NULL);
	client_expect_error(client, session, "Session1", "GetAdv", NULL, "NotReady");
	client_do(client, session, "Session1", "Init", no_options());
	client_do(client, session, "Session1", "StopScan", NULL);
	close_session(client, session);
	client_expect_error(client, session, "Session1", "Close", NULL, "DoesNotExist");

	/* an unplugged radio that somebody still wants is known, but it is no radio */
	g_free(session);
	session = open_session(client, 0);
	air_do(air, "unplug " WORLD_RADIO);
	wait_adapter_gone("hci0");
	client_expect_error(client, "hci0", "Adapter1", "GetDevices", no_options(), "NoSuchAdapter");
	ck_assert(!is_scanning(client, session));
	close_session(client, session);
	client_expect_error(client, "hci0", "Session1", "IsScanning", NULL, "NoSuchAdapter");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { errors, states, NULL };

	return run_tests("refusals", tests, setup, teardown, 60);
}
