/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading configuration files. */
#include "meaning/settings.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint32_t *number_of(void *values, const Setting *key)
{
	return (uint32_t *)(void *)((char *)values + key->offset);
}

static char *text_of(void *values, const Setting *key)
{
	return (char *)values + key->offset;
}

static size_t room_of(const Setting *key)
{
	return key->kind == SETTING_PATH ? SETTING_PATH_MAX : SETTING_TEXT_MAX;
}

void settings_init(const Setting *table, void *values)
{
	for (const Setting *key = table; key->group; key++) {
		if (key->text)
			g_strlcpy(text_of(values, key), key->text, room_of(key));
		else
			*number_of(values, key) = key->fallback;
	}
}

static const Setting *find_key(const Setting *table, const char *group, const char *name)
{
	for (const Setting *key = table; key->group; key++) {
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

int settings_refuse(Reason *reason, const char *name, const char *group, const char *key, const char *value,
		    const char *allowed)
{
	g_autofree char *where = g_strdup_printf("[%s] %s=%.48s", group, key, value);

	return refuse(reason, name, where, allowed);
}

static int refuse_value(Reason *reason, const char *name, const Setting *key, const char *value,
			const char *what)
{
	return settings_refuse(reason, name, key->group, key->name, value, what);
}

static int read_text(void *values, const Setting *key, const char *name, const char *value, Reason *reason)
{
	bool path = key->kind == SETTING_PATH;
	size_t length = strlen(value);
	char allowed[64];

	snprintf(allowed, sizeof(allowed), path ? "an absolute path of at most %zu bytes, or empty" :
		 "a text of at most %zu bytes", room_of(key) - 1);
	if (length >= room_of(key) || (path && length > 0 && value[0] != '/'))
		return refuse_value(reason, name, key, value, allowed);
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return refuse_value(reason, name, key, value, path ?
					    "no control characters in a path" : "no control characters");
	}
	memcpy(text_of(values, key), value, length + 1);
	return 0;
}

static int read_number(void *values, const Setting *key, const char *name, const char *value,
		       Reason *reason)
{
	bool counted = g_str_has_suffix(key->unit, "s");
	char allowed[80];
	uint32_t number;

	if (!parse_number(value, &number) || number < key->min || number > key->max) {
		/* of reports, but not of switch */
		snprintf(allowed, sizeof(allowed), "a whole number%s%s from %" PRIu32 " to %" PRIu32,
			 counted ? " of " : "", counted ? key->unit : "", key->min, key->max);
		return refuse_value(reason, name, key, value, allowed);
	}
	*number_of(values, key) = number;
	return 0;
}

static int read_choice(void *values, const Setting *key, const char *name, const char *value,
		       Reason *reason)
{
	g_autofree char *words = g_strjoinv(", ", (char **)key->choices);
	g_autofree char *allowed = g_strconcat("one of ", words, NULL);

	for (uint32_t i = 0; key->choices[i]; i++) {
		if (strcmp(value, key->choices[i]) == 0) {
			*number_of(values, key) = i;
			return 0;
		}
	}
	return refuse_value(reason, name, key, value, allowed);
}

/* What the table and its program are, and where messages are to point. */
typedef struct Reading {
	const Setting *table;
	const char *page;
	void *values;
	const char *name;	/* of the file */
	GKeyFile *file;
} Reading;

static int refuse_unknown(const Reading *reading, const char *where, const char *what, Reason *reason)
{
	g_autofree char *text = g_strdup_printf("there is no such %s; see %s", what, reading->page);

	return refuse(reason, reading->name, where, text);
}

static int read_key(const Reading *reading, const char *group, const char *key_name, Reason *reason)
{
	const Setting *key = find_key(reading->table, group, key_name);
	const char *name = reading->name;
	g_autoptr(GError) error = NULL;
	g_autofree char *value = NULL;

	if (!key) {
		g_autofree char *where = g_strdup_printf("[%s] %.48s", group, key_name);

		return refuse_unknown(reading, where, "key", reason);
	}

	if (key->text) {
		/* on a bad escape GLib gives both an error and a value */
		value = g_key_file_get_string(reading->file, group, key_name, &error);
		if (error || !value)
			return refuse_value(reason, name, key, value ? value : "",
					    "a backslash must be doubled");
		return read_text(reading->values, key, name, g_strchomp(value), reason);
	}
	value = g_key_file_get_value(reading->file, group, key_name, NULL);
	return (key->kind == SETTING_CHOICE ? read_choice : read_number)(reading->values, key, name,
									 value ? g_strchomp(value) : "",
									 reason);
}

static int read_group(const Reading *reading, const char *group, Reason *reason)
{
	g_auto(GStrv) keys = NULL;
	int r;

	if (!find_key(reading->table, group, NULL)) {
		g_autofree char *where = g_strdup_printf("[%.48s]", group);

		return refuse_unknown(reading, where, "group", reason);
	}
	keys = g_key_file_get_keys(reading->file, group, NULL, NULL);
	for (char **key = keys; key && *key; key++) {
		r = read_key(reading, group, *key, reason);
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

int settings_parse(const Setting *table, const char *page, void *values, const char *name, const char *text,
		   size_t length, Reason *reason)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	Reading reading = { table, page, values, name, file };
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) groups = NULL;
	int r = 0;

	if (length == 0)
		return 0;
	r = check_lines(name, text, length, reason);
	if (r != 0)
		return r;
	/* without KEEP_TRANSLATIONS a key like Name[de] would not be refused, but ignored */
	if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_KEEP_TRANSLATIONS, &error)) {
		g_autofree char *where = g_str_to_ascii(error->message, "C");

		return refuse(reason, name, where, "not a key file");
	}
	groups = g_key_file_get_groups(file, NULL);
	for (char **group = groups; *group && r == 0; group++)
		r = read_group(&reading, *group, reason);
	return r;
}

static void print_choice(const Setting *key)
{
	printf("%s %s %s ", key->group, key->name, key->unit);
	for (const char *const *word = key->choices; *word; word++)
		printf("%s%s", word == key->choices ? "" : "|", *word);
	printf(" %s\n", key->choices[key->fallback]);
}

void settings_print(const Setting *table)
{
	for (const Setting *key = table; key->group; key++) {
		if (key->text)
			printf("%s %s %s%s%s\n", key->group, key->name, key->unit, *key->text ? " " : "",
			       key->text);
		else if (key->choices)
			print_choice(key);
		else
			printf("%s %s %s %u %u %u\n", key->group, key->name, key->unit, key->min, key->max,
			       key->fallback);
	}
}
