/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration: what is taken, what is refused and how that is said, and that the shipped file tells the
 * truth. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config-file.h"
#include "exact.h"
#include "unit.h"

static int parse(Config *config, const char *text, Reason *reason)
{
	return config_parse(config, "test.conf", text, strlen(text), reason);
}

static uint32_t number(const Config *config, const Setting *key)
{
	uint32_t value;

	memcpy(&value, (const char *)config + key->offset, sizeof(value));
	return value;
}

START_TEST(test_table_is_sane)
{
	for (const Setting *key = config_keys; key->group; key++) {
		ck_assert_uint_lt(key->offset, sizeof(Config));
		ck_assert_ptr_nonnull(key->unit);
		if (!key->text) {
			ck_assert_msg(key->min <= key->fallback && key->fallback <= key->max, "%s",
				      key->name);
			ck_assert_uint_eq(key->offset % sizeof(uint32_t), 0);
		}
		for (const Setting *other = key + 1; other->group; other++) {
			ck_assert_uint_ne(key->offset, other->offset);
			ck_assert_msg(strcmp(key->name, other->name) != 0, "%s is there twice", key->name);
		}
	}
}
END_TEST

START_TEST(test_defaults)
{
	Config config, parsed;
	Reason reason;

	memset(&config, 0xff, sizeof(config));
	config_init(&config);
	for (const Setting *key = config_keys; key->group; key++) {
		if (!key->text)
			ck_assert_uint_eq(number(&config, key), key->fallback);
	}
	ck_assert_str_eq(config.antenna_switch, "");
	ck_assert_str_eq(config.face_socket, "/run/bluebroker/bluez");
	ck_assert_uint_eq(config_face_mode(&config), 0660);
	ck_assert_uint_eq(config.fifo_depth, 16);

	ck_assert_int_eq(parse(&parsed, "", &reason), 0);
	ck_assert_mem_eq(&config, &parsed, sizeof(config));
	ck_assert_int_eq(config_parse(&parsed, "test.conf", NULL, 0, &reason), 0);
	ck_assert_mem_eq(&config, &parsed, sizeof(config));
}
END_TEST

START_TEST(test_good)
{
	static const struct {
		const char *text;
		uint32_t fifo_depth;
	} table[] = {
		{ "\n\n# nothing\n", 16 },
		{ "[Scan]\n", 16 },
		{ "[Scan]\nFifoDepth=1\n", 1 },
		{ "[Scan]\nFifoDepth=4096", 4096 },
		{ "[Scan]\nFifoDepth = 99 \n", 99 },
		{ "[Scan]\r\nFifoDepth=98\r\n", 98 },
		{ "  # indented\n[Scan]\nFifoDepth=0097\n", 97 },
		{ "[Scan]\nFifoDepth=1\nFifoDepth=2\n", 2 },		/* the last one counts */
		{ "[Scan]\nFifoDepth=1\n[Limits]\n[Scan]\nFifoDepth=3\n", 3 },
		{ "[Scan]\nFifoDepth=65535\n[Limits]\nMaxFifoDepth=65535\n", 65535 },
		{ "# \xc3\xa4\n[Scan]\nFifoDepth=5\n", 5 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		Reason reason = { "" };
		Config config;

		ck_assert_msg(parse(&config, table[i].text, &reason) == 0, "row %zu: %s", i, reason.text);
		ck_assert_uint_eq(config.fifo_depth, table[i].fifo_depth);
		ck_assert_uint_eq(config.batch_ms, 10);
	}
}
END_TEST

START_TEST(test_choices)
{
	static const struct {
		const char *text;
		uint32_t source;
	} good[] = {
		{ "[Scan]\nSource=auto\n", SOURCE_AUTO },
		{ "[Scan]\nSource=hci-monitor\n", SOURCE_HCI_MONITOR },
		{ "[Scan]\nSource=dbus\n", SOURCE_DBUS },
		{ "", SOURCE_AUTO },
	};
	static const char *const bad[] = { "", "DBUS", "1", "auto,dbus", "dbu", "dbus2" };
	Config config;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		Reason reason = { "" };

		ck_assert_msg(parse(&config, good[i].text, &reason) == 0, "%s", reason.text);
		ck_assert_uint_eq(config.source, good[i].source);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		g_autofree char *text = g_strconcat("[Scan]\nSource=", bad[i], "\n", NULL);
		Reason reason = { "" };

		ck_assert_int_eq(parse(&config, text, &reason), E_INVALID_ARGUMENTS);
		ck_assert_msg(g_str_has_suffix(reason.text, "one of auto, hci-monitor, dbus"), "%s",
			      reason.text);
	}
}
END_TEST

/* Each key: its ends are taken, what is beyond is refused, and the message says all one needs. */
START_TEST(test_every_range)
{
	for (const Setting *key = config_keys; key->group; key++) {
		const uint64_t values[] = { key->min, key->max, (uint64_t)key->max + 1,
					    (uint64_t)key->min - 1 };

		if (key->text || key->choices)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			g_autofree char *text = NULL, *where = NULL, *range = NULL;
			Reason reason = { "" };
			Config config;
			int r;

			if (i == 3 && key->min == 0)
				continue;
			/* The two FIFO depths bound each other. */
			text = g_strdup_printf("[Limits]\nMaxFifoDepth=65535\n[%s]\n%s=%" G_GUINT64_FORMAT
					       "\n"
					       "[Scan]\n%s",
					       key->group, key->name, values[i],
					       strcmp(key->name, "FifoDepth") ? "FifoDepth=1\n" : "");
			r = parse(&config, text, &reason);
			if (i < 2) {
				ck_assert_msg(r == 0, "%s", reason.text);
				ck_assert_uint_eq(number(&config, key), values[i]);
				continue;
			}
			where = g_strdup_printf("test.conf: [%s] %s=%" G_GUINT64_FORMAT ": ", key->group,
						key->name, values[i]);
			range = g_strdup_printf("%s from %u to %u", g_str_has_suffix(key->unit, "s") ? key->unit : "number",
						key->min, key->max);
			ck_assert_int_eq(r, E_INVALID_ARGUMENTS);
			ck_assert_msg(g_str_has_prefix(reason.text, where), "%s", reason.text);
			ck_assert_msg(g_str_has_suffix(reason.text, range), "%s", reason.text);
		}
	}
}
END_TEST

START_TEST(test_bad)
{
	static const struct {
		const char *text;
		const char *says;
	} table[] = {
		/* numbers */
		{ "[Scan]\nFifoDepth=\n", "[Scan] FifoDepth=: a whole number of reports from 1 to 65535" },
		{ "[Scan]\nFifoDepth=16x\n", "FifoDepth=16x" },
		{ "[Scan]\nFifoDepth=16 # more\n", "FifoDepth=16 # more" },
		{ "[Scan]\nFifoDepth=1 6\n", "FifoDepth=1 6" },
		{ "[Scan]\nFifoDepth=-1\n", "FifoDepth=-1" },
		{ "[Scan]\nFifoDepth=+1\n", "FifoDepth=+1" },
		{ "[Scan]\nFifoDepth=0x10\n", "FifoDepth=0x10" },
		{ "[Scan]\nFifoDepth=1e2\n", "FifoDepth=1e2" },
		{ "[Scan]\nFifoDepth=1.5\n", "FifoDepth=1.5" },
		{ "[Scan]\nFifoDepth=many\n", "FifoDepth=many" },
		{ "[Scan]\nFifoDepth=\"16\"\n", "FifoDepth=" },
		{ "[Scan]\nFifoDepth=4294967312\n", "FifoDepth=4294967312" },		/* 16 + 2^32 */
		{ "[Scan]\nFifoDepth=18446744073709551632\n", "FifoDepth=" },		/* 16 + 2^64 */
		{ "[Scan]\nFifoDepth=99999999999999999999999999999999999999999\n", "FifoDepth=99999999" },
		{ "[Scan]\nFifoDepth=\xd9\xa3\n",
		  "FifoDepth=" },			/* digits, but not ours */
		{ "[Scan]\nFifoDepth=5000\n", "at most [Limits] MaxFifoDepth, which is 4096" },
		{ "[Limits]\nMaxFifoDepth=8\n",
		  "[Scan] FifoDepth=16: at most [Limits] MaxFifoDepth, which is 8" },

		/* names */
		{ "[Scan]\nFifodepth=1\n", "[Scan] Fifodepth: there is no such key" },
		{ "[Scan]\nMaxLinks=1\n", "[Scan] MaxLinks: there is no such key" },
		{ "[Scan]\nFifoDepth[de]=1\n", "[Scan] FifoDepth[de]: there is no such key" },
		{ "[Limits]\nLinks=1\n", "[Limits] Links: there is no such key" },
		{ "[scan]\nFifoDepth=1\n", "[scan]: there is no such group" },
		{ "[Nonsense]\n", "[Nonsense]: there is no such group" },

		/* paths */
		{ "[Radio]\nAntennaSwitch=gpio\n", "an absolute path" },
		{ "[Radio]\nAntennaSwitch=./gpio\n", "an absolute path" },
		{ "[Radio]\nAntennaSwitch=/sys/\\x\n", "backslash" },
		{ "[Radio]\nAntennaSwitch=/sys/a\\nb\n", "control characters" },
		{ "[Radio]\nAntennaSwitch=/sys/\x7f\n", "control characters" },

		/* form */
		{ "FifoDepth=1\n", "not a key file" },
		{ "[Scan]\nnonsense\n", "line 2: neither" },
		{ "[Scan]\n\n# ok\n  what?\n", "line 4: neither" },
		{ "[Scan\nFifoDepth=1\n", "not a key file" },
		{ "[]\n", "not a key file" },
		{ "[Scan]\n=1\n", "not a key file" },
		{ "[Scan]\n# \xff\n", "line 2: text must be UTF-8" },
		{ "[Scan]\nFifoDepth=\xff\n", "line 2: text must be UTF-8" },
		{ "\xef\xbb\xbf[Scan]\nFifoDepth=1\n", "line 1: neither" },		/* byte order mark */
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		Config config, before;
		Reason reason = { "" };

		memset(&config, 0x5a, sizeof(config));
		before = config;
		ck_assert_msg(parse(&config, table[i].text, &reason) == E_INVALID_ARGUMENTS, "taken: %s",
			      table[i].text);
		ck_assert_mem_eq(&config, &before, sizeof(config));
		ck_assert_msg(g_str_has_prefix(reason.text, "test.conf: "), "%s", reason.text);
		ck_assert_msg(strstr(reason.text, table[i].says) != NULL, "\"%s\" is not in \"%s\"",
			      table[i].says, reason.text);
		ck_assert_msg(g_str_is_ascii(reason.text), "%s", reason.text);
		ck_assert_ptr_null(strchr(reason.text, '\n'));

		ck_assert_int_eq(parse(&config, table[i].text, NULL), E_INVALID_ARGUMENTS);
	}
}
END_TEST

START_TEST(test_nul_bytes)
{
	static const char text[] = "[Scan]\nFifoDepth=1\0\n[Limits]\nMaxLinks=1\n";
	Reason reason;
	Config config;

	ck_assert_int_eq(config_parse(&config, "test.conf", text, sizeof(text) - 1, &reason),
			 E_INVALID_ARGUMENTS);
	ck_assert_str_eq(reason.text, "test.conf: line 2: text must be UTF-8, without NUL bytes");
	for (size_t length = 0; length < sizeof(text); length++) {
		char *exact = exact_copy(text, length);

		ck_assert_int_ge(config_parse(&config, "test.conf", exact, length, &reason), 0);
		free(exact);
	}
}
END_TEST

START_TEST(test_path)
{
	char text[400], long_path[SETTING_PATH_MAX + 1];
	Config config;
	Reason reason;

	ck_assert_int_eq(parse(&config, "[Radio]\nAntennaSwitch=/sys/class/gpio/gpio12/value\n", &reason), 0);
	ck_assert_str_eq(config.antenna_switch, "/sys/class/gpio/gpio12/value");
	ck_assert_int_eq(parse(&config, "[Radio]\nAntennaSwitch=\n", &reason), 0);
	ck_assert_str_eq(config.antenna_switch, "");
	ck_assert_int_eq(parse(&config, "[Radio]\nAntennaSwitch=/a b/\\\\c \n", &reason), 0);
	ck_assert_str_eq(config.antenna_switch, "/a b/\\c");

	memset(long_path, 'x', sizeof(long_path));
	long_path[0] = '/';
	long_path[SETTING_PATH_MAX - 1] = '\0';
	snprintf(text, sizeof(text), "[Radio]\nAntennaSwitch=%s\n", long_path);
	ck_assert_int_eq(parse(&config, text, &reason), 0);
	ck_assert_str_eq(config.antenna_switch, long_path);
	long_path[SETTING_PATH_MAX - 1] = 'x';
	long_path[SETTING_PATH_MAX] = '\0';
	snprintf(text, sizeof(text), "[Radio]\nAntennaSwitch=%s\n", long_path);
	ck_assert_int_eq(parse(&config, text, &reason), E_INVALID_ARGUMENTS);
	ck_assert_ptr_nonnull(strstr(reason.text, "at most 255 bytes"));
}
END_TEST

/* Names and values as long as one likes: what is allowed still fits into the message. */
START_TEST(test_message_survives_length)
{
	g_autofree char *xs = g_strnfill(5000, 'x');
	g_autofree char *text = g_strdup_printf("[Sessions]\nUserSessionIdleSeconds=%s\n", xs);
	g_autofree char *bad = g_strdup_printf("[%s]\n%s=1\n", xs, xs);
	Config config;
	Reason reason;

	ck_assert_int_eq(config_parse(&config, xs, text, strlen(text), &reason), E_INVALID_ARGUMENTS);
	ck_assert_msg(g_str_has_suffix(reason.text, "a whole number of seconds from 1 to 31536000"), "%s",
		      reason.text);
	ck_assert_ptr_nonnull(strstr(reason.text, "UserSessionIdleSeconds=x"));
	ck_assert_int_eq(config_parse(&config, xs, bad, strlen(bad), &reason), E_INVALID_ARGUMENTS);
	ck_assert_msg(g_str_has_suffix(reason.text, "see bluebrokerd.conf(5)"), "%s", reason.text);
	ck_assert_int_eq(config_parse(&config, "\xff\n", "?", 1, &reason), E_INVALID_ARGUMENTS);
	ck_assert_msg(g_str_is_ascii(reason.text), "%s", reason.text);
}
END_TEST

START_TEST(test_load)
{
	char directory[] = "/tmp/test-config-XXXXXX";
	g_autofree char *path = NULL;
	Config config, before;
	Reason reason;

	ck_assert_ptr_nonnull(mkdtemp(directory));
	path = g_strdup_printf("%s/a.conf", directory);
	memset(&config, 0x5a, sizeof(config));
	before = config;

	ck_assert_int_eq(config_file_load(&config, path, &reason), E_DOES_NOT_EXIST);
	ck_assert_ptr_nonnull(strstr(reason.text, path));
	ck_assert_int_eq(config_file_load(&config, directory, &reason), E_FAILED);
	ck_assert_ptr_nonnull(strstr(reason.text, directory));
	ck_assert_int_eq(config_file_load(&config, "/dev/zero", &reason), E_FAILED);
	ck_assert_mem_eq(&config, &before, sizeof(config));

	ck_assert(g_file_set_contents(path, "[Limits]\nMaxLinks=9\n", -1, NULL));
	ck_assert_int_eq(config_file_load(&config, path, &reason), 0);
	ck_assert_uint_eq(config.max_links, 9);
	ck_assert_uint_eq(config.devices, 10000);

	ck_assert(g_file_set_contents(path, "[Limits]\nMaxLinks=0\n", -1, NULL));
	ck_assert_int_eq(config_file_load(&config, path, &reason), E_INVALID_ARGUMENTS);
	ck_assert(g_str_has_prefix(reason.text, path));
	ck_assert_uint_eq(config.max_links, 9);

	ck_assert_int_eq(config_file_load(&config, "/dev/null", &reason), 0);
	ck_assert_uint_eq(config.max_links, 4);

	unlink(path);
	rmdir(directory);
}
END_TEST

/* conf/bluebrokerd.conf: every key stands there, commented out, with its default, and its range just
 * above. */
START_TEST(test_shipped_file)
{
	const char *group = NULL;
	g_autoptr(GString) enabled = g_string_new(NULL), comment = g_string_new(NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	size_t found = 0, known = 0;
	Config defaults, config;
	Reason reason = { "" };

	ck_assert_ptr_nonnull(getenv("CONF_FILE"));
	ck_assert(g_file_get_contents(getenv("CONF_FILE"), &text, NULL, NULL));
	config_init(&defaults);
	ck_assert_msg(config_file_load(&config, getenv("CONF_FILE"), &reason) == 0, "%s", reason.text);
	ck_assert_mem_eq(&config, &defaults, sizeof(config));

	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		const Setting *key = config_keys;
		g_autofree char *value = NULL;
		const char *equals;

		if (**line == '[') {
			g_string_append_printf(enabled, "%s\n", *line);
			group = *line;
		}
		equals = strchr(*line, '=');
		if (**line != '#' || g_ascii_isspace((*line)[1]) || !equals) {
			g_string_append_printf(comment, "%s\n", **line == '#' ? *line + 1 : "");
			if (**line != '#')
				g_string_truncate(comment, 0);
			continue;
		}

		while (key->group && (strncmp(key->name, *line + 1, strlen(key->name)) != 0 ||
				      (*line)[1 + strlen(key->name)] != '='))
			key++;
		ck_assert_msg(key->group != NULL, "no such key: %s", *line);
		ck_assert_ptr_nonnull(group);
		ck_assert_msg(strncmp(group + 1, key->group, strlen(key->group)) == 0, "%s is not of %s",
			      key->name, group);
		value = key->text    ? g_strdup(key->text) :
			key->choices ? g_strdup(key->choices[key->fallback]) :
				       g_strdup_printf("%u", key->fallback);
		ck_assert_msg(strcmp(equals + 1, value) == 0, "%s", *line);
		if (!key->text && !key->choices) {
			g_autofree char *plain = g_strdup_printf("%u to %u.", key->min, key->max);
			g_autofree char *never = g_strdup_printf("%u (never) to %u.", key->min, key->max);

			ck_assert_msg(strstr(comment->str, plain) || strstr(comment->str, never), "%s: %s",
				      key->name, comment->str);
		}
		g_string_append_printf(enabled, "%s\n", *line + 1);
		g_string_truncate(comment, 0);
		found++;
	}
	for (const Setting *key = config_keys; key->group; key++)
		known++;
	ck_assert_uint_eq(found, known);

	/* With every line switched on nothing changes. */
	ck_assert_msg(config_parse(&config, "enabled", enabled->str, enabled->len, &reason) == 0, "%s",
		      reason.text);
	ck_assert_mem_eq(&config, &defaults, sizeof(config));
}
END_TEST

UNIT_MAIN("config", test_table_is_sane, test_defaults, test_good, test_choices, test_every_range, test_bad,
	  test_nul_bytes, test_path, test_message_survives_length, test_load, test_shipped_file)
