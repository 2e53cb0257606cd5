/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of bluebroker-mqtt: a key file, read like the daemon's (meaning/settings.h). One table
 * (config_keys) has all keys; a test compares conf/bluebroker-mqtt.conf and the manual page with it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "meaning/addr.h"
#include "meaning/settings.h"

typedef enum ConfigProtocol {
	PROTOCOL_AUTO,		/* MQTT 5, or 3.1.1 if the broker does not know it */
	PROTOCOL_5,
	PROTOCOL_311,
} ConfigProtocol;

/* Bits of Config.formats. */
typedef enum ConfigFormat {
	FORMAT_JSON = 1 << 0,
	FORMAT_RUUVI = 1 << 1,
	FORMAT_THEENGS = 1 << 2,
	FORMAT_BINARY = 1 << 3,
} ConfigFormat;

/* Bits of Config.commands. */
typedef enum ConfigCommand {
	COMMAND_CONNECT = 1 << 0,
	COMMAND_DISCONNECT = 1 << 1,
	COMMAND_SERVICES = 1 << 2,
	COMMAND_READ = 1 << 3,
	COMMAND_WRITE = 1 << 4,
	COMMAND_NOTIFY = 1 << 5,
	COMMAND_PAIR = 1 << 6,
	COMMAND_FORGET = 1 << 7,
	COMMAND_SCAN = 1 << 8,
} ConfigCommand;
/* their words, in the order of the bits; end with NULL */
extern const char *const config_format_words[];
extern const char *const config_command_words[];

typedef struct Config {
	/* [Broker] */
	char host[SETTING_TEXT_MAX];
	uint32_t port;			/* 0: 1883, with TLS 8883 */
	uint32_t protocol;		/* ConfigProtocol */
	char client_id[SETTING_TEXT_MAX];	/* empty: bluebroker-<gateway> */
	char user[SETTING_TEXT_MAX];
	char password_file[SETTING_PATH_MAX];
	uint32_t qos;			/* of reports: 0 or 1 */
	uint32_t keepalive_seconds;
	uint32_t reconnect_min_seconds;
	uint32_t reconnect_max_seconds;
	/* [TLS] */
	uint32_t tls;
	char ca_file[SETTING_PATH_MAX];	/* empty: the system's */
	char certificate_file[SETTING_PATH_MAX];
	char key_file[SETTING_PATH_MAX];
	char psk_identity[SETTING_TEXT_MAX];
	char psk_file[SETTING_PATH_MAX];
	char alpn[SETTING_TEXT_MAX];
	/* [Gateway] */
	char gateway[SETTING_TEXT_MAX];	/* id; empty: the radio's address */
	char prefix[SETTING_TEXT_MAX];
	char adapter[SETTING_TEXT_MAX];	/* hciN; empty: the first */
	uint32_t health_seconds;
	char discovery_prefix[SETTING_TEXT_MAX];	/* of Home Assistant; empty: none */
	/* [Publish] */
	char format_words[SETTING_TEXT_MAX];
	uint32_t queue_bytes;
	uint32_t batch_ms;		/* how long a report waits for others */
	uint32_t batch_bytes;		/* format binary: payload at most */
	/* [Scan] */
	uint32_t active;
	uint32_t dedup_ms;
	char addresses[SETTING_TEXT_MAX];	/* lists of words, each empty: any */
	char uuids[SETTING_TEXT_MAX];
	char manufacturers[SETTING_TEXT_MAX];
	char name[SETTING_TEXT_MAX];
	char rssi[SETTING_TEXT_MAX];		/* dBm; empty: any */
	char pathloss[SETTING_TEXT_MAX];
	char patterns[SETTING_TEXT_MAX];	/* START:TYPE:HEX */
	char adv_types[SETTING_TEXT_MAX];
	uint32_t scan_responses;
	/* [Commands] */
	char command_words[SETTING_TEXT_MAX];
	char devices[SETTING_TEXT_MAX];		/* addresses that commands may name; empty: any */
	uint32_t command_seconds;		/* a command's timeout, unless it says otherwise */
	uint32_t lease_seconds;			/* how long a requester that says nothing keeps its links */
	uint32_t requesters;			/* at a time */
	uint32_t commands_waiting;		/* at a time, of all requesters */

	/* read from the words above */
	unsigned formats;	/* ConfigFormat */
	unsigned commands;	/* ConfigCommand */
} Config;

/* The table ends with a NULL group. */
extern const Setting config_keys[];

void config_init(Config *config);	/* every key at its default */

/* As settings_parse(): E_INVALID_ARGUMENTS, and reason names the key and what is allowed. */
int config_parse(Config *config, const char *name, const char *text, size_t length, Reason *reason);

/* The dictionary of SetScanFilter. The caller owns it. */
GVariant *config_scan_filter(const Config *config);

/* Whether commands may be about that device. */
bool config_allows_device(const Config *config, const Addr *addr);
