/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the configuration. */
#include "core/config.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER(group, name, unit, field, min, max, fallback) \
	{ group, name, unit, min, max, fallback, NULL, NULL, offsetof(Config, field) }
#define PATH(group, name, field, fallback) \
	{ group, name, "path", 0, 0, 0, fallback, NULL, offsetof(Config, field) }
#define CHOICE(group, name, field, choices) \
	{ group, name, "choice", 0, ARRAY_SIZE(choices) - 2, 0, NULL, choices, offsetof(Config, field) }

static const char *const sources[] = { "auto", "hci-monitor", "dbus", NULL };
static const char *const face_modes[] = { "0660", "0600", "0666", NULL };

const ConfigKey config_keys[] = {
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

static uint32_t *number_of(Config *config, const ConfigKey *key)
{
	return (uint32_t *)(void *)((char *)config + key->offset);
}

static char *path_of(Config *config, const ConfigKey *key)
{
	return (char *)config + key->offset;
}

void config_init(Config *config)
{
	memset(config, 0, sizeof(*config));
	for (const ConfigKey *key = config_keys; key->group; key++) {
		if (key->path)
			g_strlcpy(path_of(config, key), key->path, CONFIG_PATH_MAX);
		else
			*number_of(config, key) = key->fallback;
	}
}

static const ConfigKey *find_key(const char *group, const char *name)
{
	for (const ConfigKey *key = config_keys; key->group; key++) {
		if (strcmp(key->group, group) == 0 && (!name || strcmp(key->name, name) == 0))
			return key;
	}
	return NULL;
}

/* Decimal digits and nothing else. */
static bool parse_number(const char *text, uint32_t *ret)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)value;
	return true;
}

/* Everything that is quoted in a message is escaped to ASCII, so that the message can be cut anywhere. */
static int refuse(Reason *reason, const char *name, const char *where, const char *what)
{
	g_autofree char *safe_name = g_strescape(name, NULL);
	g_autofree char *safe_where = g_strescape(where, NULL);

	return reason_set(reason, E_INVALID_ARGUMENTS, "%.80s: %.90s: %.80s", safe_name, safe_where, what);
}

static int refuse_value(Reason *reason, const char *name, const ConfigKey *key, const char *value,
			const char *what)
{
	g_autofree char *where = g_strdup_printf("[%s] %s=%.48s", key->group, key->name, value);

	return refuse(reason, name, where, what);
}

static int read_path(Config *config, const ConfigKey *key, const char *name, const char *value,
		     Reason *reason)
{
	char allowed[64];
	size_t length = strlen(value);

	snprintf(allowed, sizeof(allowed), "an absolute path of at most %d bytes, or empty",
		 CONFIG_PATH_MAX - 1);
	if (length >= CONFIG_PATH_MAX || (length > 0 && value[0] != '/'))
		return refuse_value(reason, name, key, value, allowed);
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return refuse_value(reason, name, key, value, "no control characters in a path");
	}
	memcpy(path_of(config, key), value, length + 1);
	return 0;
}

static int read_number(Config *config, const ConfigKey *key, const char *name, const char *value,
		       Reason *reason)
{
	char allowed[80];
	uint32_t number;

	if (!parse_number(value, &number) || number < key->min || number > key->max) {
		snprintf(allowed, sizeof(allowed), "a whole number of %s from %" PRIu32 " to %" PRIu32,
			 key->unit, key->min, key->max);
		return refuse_value(reason, name, key, value, allowed);
	}
	*number_of(config, key) = number;
	return 0;
}

static int read_choice(Config *config, const ConfigKey *key, const char *name, const char *value,
		       Reason *reason)
{
	g_autofree char *words = g_strjoinv(", ", (char **)key->choices);
	g_autofree char *allowed = g_strconcat("one of ", words, NULL);

	for (uint32_t i = 0; key->choices[i]; i++) {
		if (strcmp(value, key->choices[i]) == 0) {
			*number_of(config, key) = i;
			return 0;
		}
	}
	return refuse_value(reason, name, key, value, allowed);
}

static int read_key(Config *config, GKeyFile *file, const char *name, const char *group, const char *key_name,
		    Reason *reason)
{
	const ConfigKey *key = find_key(group, key_name);
	g_autoptr(GError) error = NULL;
	g_autofree char *value = NULL;

	if (!key) {
		g_autofree char *where = g_strdup_printf("[%s] %.48s", group, key_name);

		return refuse(reason, name, where, "there is no such key; see bluebrokerd.conf(5)");
	}

	if (key->path) {
		/* on a bad escape GLib gives both an error and a value */
		value = g_key_file_get_string(file, group, key_name, &error);
		if (error || !value)
			return refuse_value(reason, name, key, value ? value : "",
					    "a backslash must be doubled");
		return read_path(config, key, name, g_strchomp(value), reason);
	}
	value = g_key_file_get_value(file, group, key_name, NULL);
	return (key->choices ? read_choice : read_number)(config, key, name, value ? g_strchomp(value) : "",
							  reason);
}

static int read_group(Config *config, GKeyFile *file, const char *name, const char *group, Reason *reason)
{
	g_auto(GStrv) keys = NULL;
	int r;

	if (!find_key(group, NULL)) {
		g_autofree char *where = g_strdup_printf("[%.48s]", group);

		return refuse(reason, name, where, "there is no such group; see bluebrokerd.conf(5)");
	}
	keys = g_key_file_get_keys(file, group, NULL, NULL);
	for (char **key = keys; key && *key; key++) {
		r = read_key(config, file, name, group, *key, reason);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Each line must be blank, a comment, a group or a key with its value. GKeyFile checks that too, but names no
 * line. */
static int check_lines(const char *name, const char *text, size_t length, Reason *reason)
{
	const char *end = text + length;
	unsigned number = 1;

	for (const char *line = text; line < end; number++) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t bytes = (size_t)((stop ? stop : end) - line);
		size_t blank = 0;
		char where[32];

		while (blank < bytes && g_ascii_isspace(line[blank]))
			blank++;
		snprintf(where, sizeof(where), "line %u", number);
		if (!g_utf8_validate(line, (gssize)bytes, NULL))
			return refuse(reason, name, where, "text must be UTF-8, without NUL bytes");
		if (blank < bytes && line[blank] != '#' && line[blank] != '[' && !memchr(line, '=', bytes))
			return refuse(reason, name, where,
				      "neither a [Group], nor Key=value, nor a # comment");
		line += bytes + 1;
	}
	return 0;
}

static int read_all(Config *config, GKeyFile *file, const char *name, Reason *reason)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
	int r;

	for (char **group = groups; *group; group++) {
		r = read_group(config, file, name, *group, reason);
		if (r != 0)
			return r;
	}
	if (config->fifo_depth > config->max_fifo_depth) {
		g_autofree char *where = g_strdup_printf("[Scan] FifoDepth=%" PRIu32, config->fifo_depth);
		g_autofree char *what = g_strdup_printf("at most [Limits] MaxFifoDepth, which is %" PRIu32,
							config->max_fifo_depth);

		return refuse(reason, name, where, what);
	}
	return 0;
}

int config_parse(Config *config, const char *name, const char *text, size_t length, Reason *reason)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) error = NULL;
	Config read;
	int r;

	if (length > 0) {
		r = check_lines(name, text, length, reason);
		if (r != 0)
			return r;
		/* without KEEP_TRANSLATIONS a key like Name[de] would not be refused, but ignored */
		if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_KEEP_TRANSLATIONS, &error)) {
			g_autofree char *where = g_str_to_ascii(error->message, "C");

			return refuse(reason, name, where, "not a key file");
		}
	}

	config_init(&read);
	r = read_all(&read, file, name, reason);
	if (r != 0)
		return r;
	*config = read;
	return 0;
}

unsigned config_face_mode(const Config *config)
{
	return (unsigned)strtoul(face_modes[config->face_mode], NULL, 8);
}
