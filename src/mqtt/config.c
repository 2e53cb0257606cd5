/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of bluebroker-mqtt. */
#include "mqtt/config.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "client/wanted.h"
#include "meaning/addr.h"
#include "meaning/number.h"
#include "mqtt/topic.h"

#define NUMBER(...) NUMBER_SETTING(Config, __VA_ARGS__)
#define PATH(...) PATH_SETTING(Config, __VA_ARGS__)
#define CHOICE(...) CHOICE_SETTING(Config, __VA_ARGS__)
#define TEXT(...) TEXT_SETTING(Config, __VA_ARGS__)

static const char *const protocols[] = { "auto", "5", "3.1.1", NULL };
const char *const config_format_words[] = { "json", "ruuvi", "theengs", "binary", NULL };
const char *const config_command_words[] = {
	"connect", "disconnect", "services", "read", "write", "notify", "pair", "forget", "scan", NULL,
};

const Setting config_keys[] = {
	TEXT("Broker", "Host", host, "localhost"),
	NUMBER("Broker", "Port", "port", port, 0, 65535, 0),
	CHOICE("Broker", "Protocol", protocol, protocols, PROTOCOL_AUTO),
	TEXT("Broker", "ClientId", client_id, ""),
	TEXT("Broker", "User", user, ""),
	PATH("Broker", "PasswordFile", password_file, ""),
	NUMBER("Broker", "Qos", "level", qos, 0, 1, 1),
	NUMBER("Broker", "KeepaliveSeconds", "seconds", keepalive_seconds, 5, 65535, 60),
	NUMBER("Broker", "ReconnectMinSeconds", "seconds", reconnect_min_seconds, 1, 3600, 1),
	NUMBER("Broker", "ReconnectMaxSeconds", "seconds", reconnect_max_seconds, 1, 86400, 120),
	NUMBER("TLS", "Enable", "switch", tls, 0, 1, 0),
	PATH("TLS", "CaFile", ca_file, ""),
	PATH("TLS", "CertificateFile", certificate_file, ""),
	PATH("TLS", "KeyFile", key_file, ""),
	TEXT("TLS", "PskIdentity", psk_identity, ""),
	PATH("TLS", "PskFile", psk_file, ""),
	TEXT("TLS", "Alpn", alpn, ""),
	TEXT("Gateway", "Id", gateway, ""),
	TEXT("Gateway", "Prefix", prefix, "bluebroker"),
	TEXT("Gateway", "Adapter", adapter, ""),
	NUMBER("Gateway", "HealthSeconds", "seconds", health_seconds, 1, 86400, 60),
	TEXT("Gateway", "DiscoveryPrefix", discovery_prefix, ""),
	TEXT("Publish", "Formats", format_words, "json"),
	NUMBER("Publish", "QueueBytes", "bytes", queue_bytes, 4096, 1073741824, 1048576),
	NUMBER("Publish", "BatchMs", "milliseconds", batch_ms, 0, 10000, 500),
	NUMBER("Publish", "BatchBytes", "bytes", batch_bytes, 2048, 65536, 8192),
	NUMBER("Scan", "Active", "switch", active, 0, 1, 0),
	NUMBER("Scan", "DedupMs", "milliseconds", dedup_ms, 0, UINT32_MAX, 1000),
	NUMBER("Scan", "ScanResponses", "switch", scan_responses, 0, 1, 1),
	TEXT("Scan", "Addresses", addresses, ""),
	TEXT("Scan", "Uuids", uuids, ""),
	TEXT("Scan", "Manufacturers", manufacturers, ""),
	TEXT("Scan", "Name", name, ""),
	TEXT("Scan", "Rssi", rssi, ""),
	TEXT("Scan", "Pathloss", pathloss, ""),
	TEXT("Scan", "Patterns", patterns, ""),
	TEXT("Scan", "AdvTypes", adv_types, ""),
	TEXT("Commands", "Allow", command_words, ""),
	TEXT("Commands", "Devices", devices, ""),
	NUMBER("Commands", "TimeoutSeconds", "seconds", command_seconds, 1, 300, 30),
	NUMBER("Commands", "LeaseSeconds", "seconds", lease_seconds, 1, 86400, 120),
	NUMBER("Commands", "Requesters", "requesters", requesters, 1, 64, 8),
	NUMBER("Commands", "Waiting", "commands", commands_waiting, 1, 1024, 64),
	{ .group = NULL },
};

void config_init(Config *config)
{
	memset(config, 0, sizeof(*config));
	settings_init(config_keys, config);
	config->formats = FORMAT_JSON;
}

/* What is being checked, and where messages are to point. */
typedef struct Check {
	Config *config;
	const char *name;	/* of the file */
	Reason *reason;
} Check;

static int refuse(const Check *check, const char *group, const char *key, const char *value,
		  const char *allowed)
{
	return settings_refuse(check->reason, check->name, group, key, value, allowed);
}

/* Text with words, apart by blanks or commas. */
static char **split(const char *text)
{
	g_auto(GStrv) pieces = g_strsplit_set(text, " ,\t", -1);
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	for (char **piece = pieces; *piece; piece++)
		if (**piece != '\0')
			g_strv_builder_add(builder, *piece);
	return g_strv_builder_end(builder);
}

/* Some of the words, as bits. */
static int read_words(const Check *check, const char *group, const char *key, const char *text,
		      const char *const *words, unsigned *ret)
{
	g_auto(GStrv) given = split(text);
	unsigned bits = 0;

	for (char **word = given; *word; word++) {
		unsigned i = 0;

		while (words[i] && strcmp(words[i], *word) != 0)
			i++;
		if (!words[i]) {
			g_autofree char *list = g_strjoinv(", ", (char **)words);
			g_autofree char *allowed = g_strconcat("any of ", list, NULL);

			return refuse(check, group, key, *word, allowed);
		}
		bits |= 1u << i;
	}
	*ret = bits;
	return 0;
}

typedef int (*TakeWord)(Wanted *wanted, const char *text, Reason *reason);

static int take_words(const Check *check, const char *key, const char *text, TakeWord take, Wanted *wanted)
{
	g_auto(GStrv) words = split(text);
	Reason why;

	for (char **word = words; *word; word++)
		if (take(wanted, *word, &why) != 0)
			return refuse(check, "Scan", key, *word, why.text);
	return 0;
}

static int read_wanted(const Check *check, Wanted *wanted)
{
	const Config *config = check->config;
	const struct {
		const char *key;
		const char *text;
		TakeWord take;
	} lists[] = {
		{ "Addresses", config->addresses, wanted_add_address },
		{ "Uuids", config->uuids, wanted_add_uuid },
		{ "Manufacturers", config->manufacturers, wanted_add_manufacturer },
		{ "Rssi", config->rssi, wanted_set_rssi },
		{ "Pathloss", config->pathloss, wanted_set_pathloss },
		{ "Patterns", config->patterns, wanted_add_pattern },
		{ "AdvTypes", config->adv_types, wanted_add_adv_type },
	};
	Reason why;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(lists) && r == 0; i++)
		r = take_words(check, lists[i].key, lists[i].text, lists[i].take, wanted);
	/* a name may have blanks */
	if (r == 0 && *config->name && wanted_set_name(wanted, config->name, &why) != 0)
		r = refuse(check, "Scan", "Name", config->name, why.text);
	wanted->passive = !config->active;
	wanted->no_scan_responses = !config->scan_responses;
	wanted->dedup_ms = config->dedup_ms;
	return r;
}

GVariant *config_scan_filter(const Config *config)
{
	Config copy = *config;
	Check check = { &copy, "", &(Reason){ "" } };
	Wanted wanted;
	GVariant *filter;

	wanted_init(&wanted);
	(void)read_wanted(&check, &wanted);	/* config_parse() has looked at it */
	filter = wanted_filter(&wanted);
	wanted_clear(&wanted);
	return filter;
}

static int check_scan(const Check *check)
{
	Wanted wanted;
	int r;

	wanted_init(&wanted);
	r = read_wanted(check, &wanted);
	wanted_clear(&wanted);
	return r;
}

static int check_topics(const Check *check)
{
	const Config *config = check->config;
	Reason why;

	if (*config->gateway && topic_check_part(config->gateway, false, &why) != 0)
		return refuse(check, "Gateway", "Id", config->gateway, why.text);
	if (topic_check_part(config->prefix, true, &why) != 0)
		return refuse(check, "Gateway", "Prefix", config->prefix, why.text);
	if (*config->discovery_prefix && topic_check_part(config->discovery_prefix, true, &why) != 0)
		return refuse(check, "Gateway", "DiscoveryPrefix", config->discovery_prefix, why.text);
	return 0;
}

static int check_adapter(const Check *check)
{
	const char *adapter = check->config->adapter;
	int64_t number;

	if (*adapter && (strncmp(adapter, "hci", 3) != 0 || !g_ascii_isdigit(adapter[3]) ||
			 !number_parse(adapter + 3, 0, 65535, &number)))
		return refuse(check, "Gateway", "Adapter", adapter,
			      "hci and a number, or empty: the first radio");
	return 0;
}

static int check_broker(const Check *check)
{
	const Config *config = check->config;

	if (!*config->host)
		return refuse(check, "Broker", "Host", "", "the name or address of the broker");
	if (*config->password_file && !*config->user)
		return refuse(check, "Broker", "PasswordFile", config->password_file,
			      "nothing without [Broker] User, which is empty");
	if (config->reconnect_max_seconds < config->reconnect_min_seconds) {
		g_autofree char *value = g_strdup_printf("%u", config->reconnect_max_seconds);

		return refuse(check, "Broker", "ReconnectMaxSeconds", value, "at least ReconnectMinSeconds");
	}
	return 0;
}

static int check_tls(const Check *check)
{
	const Config *config = check->config;
	const struct {
		const char *key;
		const char *value;
		const char *needed;	/* empty: refused */
		const char *what;
	} rows[] = {
		{ "CertificateFile", config->certificate_file, config->key_file, "nothing without KeyFile" },
		{ "KeyFile", config->key_file, config->certificate_file, "nothing without CertificateFile" },
		{ "PskIdentity", config->psk_identity, config->psk_file, "nothing without PskFile" },
		{ "PskFile", config->psk_file, config->psk_identity, "nothing without PskIdentity" },
	};
	const char *const set[] = { config->ca_file, config->certificate_file, config->psk_file,
				    config->alpn };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (*rows[i].value && !*rows[i].needed)
			return refuse(check, "TLS", rows[i].key, rows[i].value, rows[i].what);
	if (*config->psk_file && (*config->ca_file || *config->certificate_file))
		return refuse(check, "TLS", "PskFile", config->psk_file,
			      "either a pre-shared key, or certificates (CaFile, CertificateFile)");
	for (size_t i = 0; i < ARRAY_SIZE(set) && !config->tls; i++)
		if (*set[i])
			return refuse(check, "TLS", "Enable", "0", "1, where other keys of [TLS] are set");
	return 0;
}

static int check_devices(const Check *check)
{
	g_auto(GStrv) words = split(check->config->devices);
	Addr addr;

	for (char **word = words; *word; word++)
		if (addr_parse(*word, &addr) < 0)
			return refuse(check, "Commands", "Devices", *word,
				      "addresses (AA:BB:CC:DD:EE:FF or aabbccddeeff)");
	return 0;
}

bool config_allows_device(const Config *config, const Addr *wanted)
{
	g_auto(GStrv) words = split(config->devices);
	Addr addr;

	for (char **word = words; *word; word++)
		if (addr_parse(*word, &addr) == 0 && addr_equal(&addr, wanted))
			return true;
	return !*words;
}

int config_parse(Config *config, const char *name, const char *text, size_t length, Reason *reason)
{
	Config read;
	const Check check = { &read, name, reason };
	int r;

	config_init(&read);
	r = settings_parse(config_keys, "bluebroker-mqtt.conf(5)", &read, name, text, length, reason);
	if (r == 0)
		r = read_words(&check, "Publish", "Formats", read.format_words, config_format_words,
			       &read.formats);
	if (r == 0)
		r = read_words(&check, "Commands", "Allow", read.command_words, config_command_words,
			       &read.commands);
	if (r == 0)
		r = check_broker(&check);
	if (r == 0)
		r = check_tls(&check);
	if (r == 0)
		r = check_topics(&check);
	if (r == 0)
		r = check_adapter(&check);
	if (r == 0)
		r = check_scan(&check);
	if (r == 0)
		r = check_devices(&check);
	if (r == 0)
		*config = read;
	return r;
}
