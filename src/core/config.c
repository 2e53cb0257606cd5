/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the configuration. */
#include "core/config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER(...) NUMBER_SETTING(Config, __VA_ARGS__)
#define PATH(...) PATH_SETTING(Config, __VA_ARGS__)
#define CHOICE(...) CHOICE_SETTING(Config, __VA_ARGS__, 0)

static const char *const sources[] = { "auto", "hci-monitor", "dbus", NULL };
static const char *const face_modes[] = { "0660", "0600", "0666", NULL };

const Setting config_keys[] = {
	CHOICE("Scan", "Source", source, sources),
	NUMBER("Scan", "FifoDepth", "reports", fifo_depth, 1, 65535, 16),
	NUMBER("Scan", "BatchMs", "milliseconds", batch_ms, 0, 10000, 10),
	NUMBER("Scan", "BatchMax", "reports", batch_max, 1, 4096, 64),
	NUMBER("Scan", "SilenceSeconds", "seconds", silence_seconds, 0, 86400, 90),
	NUMBER("Sessions", "UserSessionIdleSeconds", "seconds", user_session_idle_seconds, 1, 31536000, 600),
	NUMBER("Radio", "PowerOnSeconds", "seconds", power_on_seconds, 1, 300, 10),
	PATH("Radio", "AntennaSwitch", antenna_switch, ""),
	NUMBER("Links", "ConnectTimeoutSeconds", "seconds", connect_timeout_seconds, 1, 3600, 30),
	NUMBER("Links", "LingerSeconds", "seconds", link_linger_seconds, 0, 86400, 0),
	NUMBER("Links", "JustWorks", "switch", just_works, 0, 1, 0),
	NUMBER("Advertising", "RotationSeconds", "seconds", rotation_seconds, 1, 3600, 2),
	NUMBER("BlueZ", "CallTimeoutSeconds", "seconds", call_timeout_seconds, 1, 300, 30),
	NUMBER("BlueZ", "StallSeconds", "seconds", stall_seconds, 0, 300, 10),
	PATH("BlueZFace", "Socket", face_socket, "/run/bluebroker/bluez"),
	CHOICE("BlueZFace", "SocketMode", face_mode, face_modes),
	NUMBER("Limits", "SessionsPerUser", "sessions", sessions_per_user, 1, 65535, 64),
	NUMBER("Limits", "MaxFifoDepth", "reports", max_fifo_depth, 1, 65535, 4096),
	NUMBER("Limits", "FifoBytesPerUser", "bytes", fifo_bytes_per_user, 65536, UINT32_MAX, 8388608),
	NUMBER("Limits", "QueuedCallsPerUser", "calls", queued_calls_per_user, 1, 65535, 64),
	NUMBER("Limits", "ConnectionsPerUser", "connections", connections_per_user, 1, 65535, 128),
	NUMBER("Limits", "StreamsPerUser", "streams", streams_per_user, 1, 65535, 64),
	NUMBER("Limits", "FilterEntries", "conditions", filter_entries, 1, 65535, 256),
	NUMBER("Limits", "DedupEntries", "advertisements", dedup_entries, 16, 1048576, 4096),
	NUMBER("Limits", "Devices", "rows", devices, 1, 1000000, 10000),
	NUMBER("Limits", "MaxLinks", "links", max_links, 1, 255, 4),
	NUMBER("Limits", "AttributesPerUser", "attributes", attributes_per_user, 1, 65535, 256),
	NUMBER("Limits", "BytesPerUser", "bytes", bytes_per_user, 65536, UINT32_MAX, 1048576),
	{ .group = NULL },
};

void config_init(Config *config)
{
	memset(config, 0, sizeof(*config));
	settings_init(config_keys, config);
}

int config_parse(Config *config, const char *name, const char *text, size_t length, Reason *reason)
{
	char number[16], what[64];
	Config read;
	int r;

	config_init(&read);
	r = settings_parse(config_keys, "bluebrokerd.conf(5)", &read, name, text, length, reason);
	if (r != 0)
		return r;
	if (read.fifo_depth > read.max_fifo_depth) {
		snprintf(number, sizeof(number), "%" PRIu32, read.fifo_depth);
		snprintf(what, sizeof(what), "at most [Limits] MaxFifoDepth, which is %" PRIu32,
			 read.max_fifo_depth);
		return settings_refuse(reason, name, "Scan", "FifoDepth", number, what);
	}
	*config = read;
	return 0;
}

unsigned config_face_mode(const Config *config)
{
	return (unsigned)strtoul(face_modes[config->face_mode], NULL, 8);
}
