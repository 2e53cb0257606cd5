/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of bluebroker-mqtt: what is refused, and what becomes of the rest. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "mqtt/config.h"
#include "unit.h"

static int parse(Config *config, const char *text, Reason *reason)
{
	*reason = (Reason){ "" };
	return config_parse(config, "test.conf", text, strlen(text), reason);
}

START_TEST(test_defaults)
{
	Config config, empty;
	Reason reason;

	config_init(&config);
	ck_assert_int_eq(parse(&empty, "", &reason), 0);
	ck_assert_mem_eq(&config, &empty, sizeof(config));
	ck_assert_str_eq(config.host, "localhost");
	ck_assert_uint_eq(config.formats, FORMAT_JSON);
	ck_assert_uint_eq(config.commands, 0);
	ck_assert_uint_eq(config.dedup_ms, 1000);
	ck_assert(!config.active);
}
END_TEST

START_TEST(test_refused)
{
	static const struct {
		const char *text;
		const char *says;
	} table[] = {
		{ "[Broker]\nHost=\n", "[Broker] Host=: the name or address of the broker" },
		{ "[Broker]\nPort=65536\n", "[Broker] Port=65536: a whole number from 0 to 65535" },
		{ "[Broker]\nProtocol=4\n", "[Broker] Protocol=4: one of auto, 5, 3.1.1" },
		{ "[Broker]\nQos=2\n", "[Broker] Qos=2: a whole number from 0 to 1" },
		{ "[Broker]\nUser=a\tb\n", "no control characters" },
		{ "[Broker]\nPasswordFile=/p\n", "PasswordFile=/p: nothing without [Broker] User" },
		{ "[Broker]\nUser=u\nPasswordFile=p\n", "PasswordFile=p: an absolute path" },
		{ "[Broker]\nReconnectMinSeconds=9\nReconnectMaxSeconds=8\n",
		  "ReconnectMaxSeconds=8: at least ReconnectMinSeconds" },
		{ "[TLS]\nCaFile=/ca\n", "[TLS] Enable=0: 1, where other keys of [TLS] are set" },
		{ "[TLS]\nAlpn=mqtt\n", "[TLS] Enable=0" },
		{ "[TLS]\nEnable=1\nCertificateFile=/c\n", "CertificateFile=/c: nothing without KeyFile" },
		{ "[TLS]\nEnable=1\nKeyFile=/k\n", "KeyFile=/k: nothing without CertificateFile" },
		{ "[TLS]\nEnable=1\nPskFile=/k\n", "PskFile=/k: nothing without PskIdentity" },
		{ "[TLS]\nEnable=1\nPskIdentity=i\n", "PskIdentity=i: nothing without PskFile" },
		{ "[TLS]\nEnable=1\nPskIdentity=i\nPskFile=/k\nCaFile=/c\n", "either a pre-shared key" },
		{ "[Gateway]\nId=a/b\n", "[Gateway] Id=a/b" }, { "[Gateway]\nId=a+\n", "[Gateway] Id=a+" },
		{ "[Gateway]\nId=#\n", "[Gateway] Id=#" }, { "[Gateway]\nPrefix=\n", "[Gateway] Prefix=" },
		{ "[Gateway]\nPrefix=/a\n", "[Gateway] Prefix=/a" },
		{ "[Gateway]\nPrefix=$SYS\n", "[Gateway] Prefix=$SYS" },
		{ "[Gateway]\nDiscoveryPrefix=a//b\n", "[Gateway] DiscoveryPrefix=a//b" },
		{ "[Gateway]\nAdapter=usb0\n", "[Gateway] Adapter=usb0: hci and a number" },
		{ "[Gateway]\nAdapter=hci\n", "[Gateway] Adapter=hci" },
		{ "[Gateway]\nAdapter=hci-1\n", "[Gateway] Adapter=hci-1" },
		{ "[Publish]\nFormats=json xml\n", "Formats=xml: any of json, ruuvi, theengs, binary" },
		{ "[Publish]\nQueueBytes=1\n", "QueueBytes=1: a whole number of bytes" },
		{ "[Scan]\nAddresses=AA:BB\n", "[Scan] Addresses=AA:BB" },
		{ "[Scan]\nUuids=xyz\n", "[Scan] Uuids=xyz" },
		{ "[Scan]\nManufacturers=65536\n", "[Scan] Manufacturers=65536" },
		{ "[Scan]\nRssi=-128\n", "[Scan] Rssi=-128" }, { "[Scan]\nPathloss=255\n", "[Scan] Pathloss=255" },
		{ "[Scan]\nPatterns=0xff\n", "[Scan] Patterns=0xff" },
		{ "[Scan]\nAdvTypes=5\n", "[Scan] AdvTypes=5" },
		{ "[Commands]\nAllow=reboot\n", "Allow=reboot: any of connect, disconnect" },
		{ "[Commands]\nDevices=AA\n", "[Commands] Devices=AA: addresses" },
		{ "[Commands]\nNope=1\n", "there is no such key; see bluebroker-mqtt.conf(5)" },
		{ "[Nope]\nA=1\n", "there is no such group; see bluebroker-mqtt.conf(5)" },
	};
	Config config, before;
	Reason reason;

	config_init(&config);
	before = config;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		ck_assert_int_eq(parse(&config, table[i].text, &reason), E_INVALID_ARGUMENTS);
		ck_assert_msg(strstr(reason.text, table[i].says), "%s: %s", table[i].text, reason.text);
		ck_assert_mem_eq(&config, &before, sizeof(config));
	}
}
END_TEST

START_TEST(test_words)
{
	Config config;
	Reason reason;
	Addr addr;

	ck_assert_int_eq(parse(&config, "[Publish]\nFormats=ruuvi,  binary\n[Commands]\nAllow=read notify,scan\n"
					"Devices=C0:00:00:00:00:01, c00000000002\n", &reason), 0);
	ck_assert_uint_eq(config.formats, FORMAT_RUUVI | FORMAT_BINARY);
	ck_assert_uint_eq(config.commands, COMMAND_READ | COMMAND_NOTIFY | COMMAND_SCAN);
	ck_assert_int_eq(addr_parse("C0:00:00:00:00:02", &addr), 0);
	ck_assert(config_allows_device(&config, &addr));
	ck_assert_int_eq(addr_parse("C0:00:00:00:00:03", &addr), 0);
	ck_assert(!config_allows_device(&config, &addr));
	ck_assert_int_eq(parse(&config, "[Publish]\nFormats=\n", &reason), 0);
	ck_assert_uint_eq(config.formats, 0);
	ck_assert(config_allows_device(&config, &addr));
}
END_TEST

/* Each key of [Scan] is a key of SetScanFilter. */
START_TEST(test_filter)
{
	static const struct {
		const char *text;
		const char *filter;
	} table[] = {
		{ "", "{'active': <false>, 'dedup': <uint32 1000>}" },
		{ "Active=1\nDedupMs=0\n", "{}" },
		{ "Active=1\nDedupMs=0\nScanResponses=0\n", "{'scan_responses': <false>}" },
		{ "Active=1\nDedupMs=0\nAddresses=c00000000001 C0:00:00:00:00:02\n",
		  "{'addresses': <['C0:00:00:00:00:01', 'C0:00:00:00:00:02']>}" },
		{ "Active=1\nDedupMs=0\nUuids=180d\n", "{'uuids': <[<'0000180d-0000-1000-8000-00805f9b34fb'>]>}" },
		{ "Active=1\nDedupMs=0\nManufacturers=76 0x0499\n", "{'manufacturers': <[uint16 76, 1177]>}" },
		{ "Active=1\nDedupMs=0\nName=My * thing\n", "{'name': <'My * thing'>}" },
		{ "Active=1\nDedupMs=0\nRssi=-70\n", "{'rssi': <int16 -70>}" },
		{ "Active=1\nDedupMs=0\nPathloss=90\n", "{'pathloss': <uint16 90>}" },
		{ "Active=1\nDedupMs=0\nPatterns=2:0xff:0215\n",
		  "{'patterns': <[(byte 0x02, byte 0xff, [byte 0x02, 0x15])]>}" },
		{ "Active=1\nDedupMs=0\nAdvTypes=connectable 3\n", "{'adv_types': <[byte 0x00, 0x03]>}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		g_autofree char *text = g_strconcat("[Scan]\n", table[i].text, NULL);
		g_autofree char *printed = NULL;
		g_autoptr(GVariant) filter = NULL, wanted = NULL;
		Config config;
		Reason reason;

		ck_assert_msg(parse(&config, text, &reason) == 0, "%s", reason.text);
		filter = config_scan_filter(&config);
		wanted = g_variant_ref_sink(g_variant_parse(G_VARIANT_TYPE_VARDICT, table[i].filter, NULL, NULL,
							    NULL));
		printed = g_variant_print(filter, FALSE);
		ck_assert_int_eq(g_variant_n_children(filter), g_variant_n_children(wanted));
		for (size_t n = 0; n < g_variant_n_children(wanted); n++) {
			g_autoptr(GVariant) value = NULL, found = NULL;
			g_autofree char *key = NULL;

			g_variant_get_child(wanted, n, "{sv}", &key, &value);
			found = g_variant_lookup_value(filter, key, NULL);
			ck_assert_msg(found && g_variant_equal(found, value), "%s: %s", text, printed);
		}
	}
}
END_TEST

UNIT_MAIN("mqtt-config", test_defaults, test_refused, test_words, test_filter)
