/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files: a key file, every key range-checked, unknown groups and keys refused. A program has a
 * table of its settings, and a struct with a field for each.
 */
#pragma once

#include <stdbool.h>

#include "util/error.h"
#include "util/macros.h"

#define SETTING_PATH_MAX 256	/* bytes of a path's field, with its NUL */
#define SETTING_TEXT_MAX 512	/* of a text's */

typedef enum SettingKind {
	SETTING_NUMBER,		/* from min to max: a uint32_t */
	SETTING_CHOICE,		/* one of the words in choices: its index there, a uint32_t */
	SETTING_PATH,		/* absolute, or empty: a char[SETTING_PATH_MAX] */
	SETTING_TEXT,		/* UTF-8 without control characters: a char[SETTING_TEXT_MAX] */
} SettingKind;

typedef struct Setting {
	const char *group;
	const char *name;
	SettingKind kind;
	const char *unit;	/* a number's; or the name of the kind */
	uint32_t min;
	uint32_t max;
	uint32_t fallback;
	const char *text;	/* the default of a path or text */
	const char *const *choices;	/* ends with NULL */
	size_t offset;		/* of the field in the struct */
} Setting;

/* Rows of a table, which ends with a NULL group. type: the struct. */
#define NUMBER_SETTING(type, group, name, unit, field, min, max, fallback) \
	{ group, name, SETTING_NUMBER, unit, min, max, fallback, NULL, NULL, offsetof(type, field) }
#define CHOICE_SETTING(type, group, name, field, choices, fallback) \
	{ group, name, SETTING_CHOICE, "choice", 0, ARRAY_SIZE(choices) - 2, fallback, NULL, choices, \
	  offsetof(type, field) }
#define PATH_SETTING(type, group, name, field, fallback) \
	{ group, name, SETTING_PATH, "path", 0, 0, 0, fallback, NULL, offsetof(type, field) }
#define TEXT_SETTING(type, group, name, field, fallback) \
	{ group, name, SETTING_TEXT, "text", 0, 0, 0, fallback, NULL, offsetof(type, field) }

/* Sets every field of values that the table has to its default. */
void settings_init(const Setting *table, void *values);

/*
 * Reads a key file's text into values, which settings_init() has filled. name: of the file, page: of its
 * manual, for the message. E_INVALID_ARGUMENTS: reason says "name: [Group] Key=value: what is allowed" (or
 * the line that does not parse), and values is half read.
 */
int settings_parse(const Setting *table, const char *page, void *values, const char *name, const char *text,
		   size_t length, Reason *reason);

/* For what a table cannot say: refuses the value of a key, as settings_parse() does. */
int settings_refuse(Reason *reason, const char *name, const char *group, const char *key, const char *value,
		    const char *allowed);

/* Prints the table, a line a key: "Group Key unit min max default"; "Group Key path|text default", and the
 * default may be empty; or "Group Key choice word|word default". */
void settings_print(const Setting *table);
