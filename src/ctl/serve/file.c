/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the file of bluebrokerctl serve, and checking all of it. */
#include "ctl/serve/file.h"

#include <string.h>

#include "ctl/serve/keys.h"

#define FILE_SIZE_MAX (64 * 1024 * 1024)	/* room for all that a device can have */
#define NAME_LENGTH_MAX 64

static bool is_name(const char *name)
{
	size_t length = strlen(name);

	for (const char *at = name; *at; at++)
		if (!g_ascii_isalnum(*at) && !strchr("-_.", *at))
			return false;
	return length > 0 && length <= NAME_LENGTH_MAX;
}

static bool unknown_key(const ServeKind *kind, const char *group, const char *name, GString *error)
{
	g_string_append_printf(error, "[%s] %.40s: no such key (", group, name);
	for (const ServeKey *key = kind->keys; key->name; key++)
		g_string_append_printf(error, "%s%s", key == kind->keys ? "" : ", ", key->name);
	g_string_append_c(error, ')');
	return false;
}

static bool read_group(ServeFile *file, const ServeKind *kind, GKeyFile *keys, const char *group,
		       const char *name, GString *error)
{
	g_auto(GStrv) names = g_key_file_get_keys(keys, group, NULL, NULL);
	void *item = kind->make(file, name);

	for (char **each = names; *each; each++) {
		const ServeKey *key = serve_key_find(kind, *each);
		g_autoptr(GError) bad = NULL;
		g_autofree char *text = NULL;
		Reason reason = { 0 };

		if (!key)
			return unknown_key(kind, group, *each, error);
		text = g_key_file_get_string(keys, group, *each, &bad);
		if (bad) {
			g_string_append_printf(error, "[%s] %s: %s", group, *each, bad->message);
			return false;
		}
		if (serve_key_set(key, file, item, text, &reason) != 0) {
			g_string_append_printf(error, "[%s] %s: %s", group, *each, reason.text);
			return false;
		}
	}
	for (const ServeKey *key = kind->keys; key->name; key++) {
		if (!key->required || g_strv_contains((const char *const *)names, key->name))
			continue;
		g_string_append_printf(error, "[%s] %s: is missing", group, key->name);
		return false;
	}
	return true;
}

static bool check_group(const char *group, GString *error)
{
	const char *name = "";
	const ServeKind *kind = serve_kind_find(group, &name);

	if (!kind)
		g_string_append_printf(error, "[%.80s]: no such group (" SERVE_GROUPS ")", group);
	else if (kind->named && !is_name(name))
		g_string_append_printf(error, "[%.80s]: NAME has 1 to %d letters, digits, - _ .", group,
				       NAME_LENGTH_MAX);
	return error->len == 0;
}

/* Refuses two groups of the same name, which GKeyFile would merge into one. */
static bool check_twice(const char *contents, GString *error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_auto(GStrv) lines = g_strsplit(contents, "\n", -1);

	for (char **line = lines; *line; line++) {
		if (*g_strstrip(*line) != '[' || g_hash_table_add(seen, *line))
			continue;
		g_string_append_printf(error, "%s: stands twice", *line);
		return false;
	}
	return true;
}

static bool read_groups(ServeFile *file, GKeyFile *keys, GString *error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL);

	for (char **group = groups; *group; group++)
		if (!check_group(*group, error))
			return false;
	for (size_t i = 0; i < SERVE_KINDS; i++) {
		for (char **group = groups; *group; group++) {
			const char *name;

			if (serve_kind_find(*group, &name) == &serve_kinds[i] &&
			    !read_group(file, &serve_kinds[i], keys, *group, name, error))
				return false;
		}
	}
	if (file->services->len == 0 && !file->advertises)
		g_string_append(error, "there is no group [Service NAME], nor [Advertisement]");
	for (guint i = 0; i < file->services->len && error->len == 0; i++) {
		const ServeService *service = g_ptr_array_index(file->services, i);

		if (service->characteristics == 0)
			g_string_append_printf(error, "[Service %s]: no [Characteristic NAME] has Service=%s",
					       service->name, service->name);
	}
	return error->len == 0;
}

static bool read_file(ServeFile *file, const char *path, GString *error)
{
	g_autoptr(GKeyFile) keys = g_key_file_new();
	g_autoptr(GError) bad = NULL;
	g_autofree char *contents = NULL;
	size_t length;

	if (!g_file_get_contents(path, &contents, &length, &bad)) {
		g_string_append(error, bad->message);
		return false;
	}
	if (length > FILE_SIZE_MAX || strlen(contents) != length) {
		g_string_append(error,
				length > FILE_SIZE_MAX ? "is longer than 64 MiB" : "is not a text file");
		return false;
	}
	if (!g_key_file_load_from_data(keys, contents, length, G_KEY_FILE_NONE, &bad)) {
		g_string_append(error, bad->message);
		return false;
	}
	return check_twice(contents, error) && read_groups(file, keys, error);
}

static void service_free(void *pointer)
{
	ServeService *service = pointer;

	g_free(service->name);
	g_free(service->uuid);
	g_free(service->path);
	g_free(service);
}

static void attr_free(void *pointer)
{
	ServeAttr *attr = pointer;

	g_free(attr->name);
	g_free(attr->uuid);
	g_free(attr->path);
	g_byte_array_unref(attr->value);
	g_free(attr);
}

ServeFile *serve_file_load(const char *path, GString *error)
{
	g_autoptr(ServeFile) file = g_new0(ServeFile, 1);

	file->services = g_ptr_array_new_with_free_func(service_free);
	file->characteristics = g_ptr_array_new_with_free_func(attr_free);
	file->descriptors = g_ptr_array_new_with_free_func(attr_free);
	if (read_file(file, path, error))
		return g_steal_pointer(&file);
	g_string_prepend(error, ": ");
	g_string_prepend(error, path);
	return NULL;
}

void serve_file_free(ServeFile *file)
{
	announcement_clear(&file->announcement);
	g_ptr_array_unref(file->services);
	g_ptr_array_unref(file->characteristics);
	g_ptr_array_unref(file->descriptors);
	g_free(file);
}

ServeAttr *serve_file_find(const ServeFile *file, const char *name)
{
	for (guint i = 0; i < file->characteristics->len; i++) {
		ServeAttr *attr = g_ptr_array_index(file->characteristics, i);

		if (strcmp(attr->name, name) == 0)
			return attr;
	}
	return NULL;
}

ServeAttr *serve_file_find_path(const ServeFile *file, const char *path)
{
	for (guint i = 0; i < file->characteristics->len; i++) {
		ServeAttr *attr = g_ptr_array_index(file->characteristics, i);

		if (g_strcmp0(attr->path, path) == 0)
			return attr;
	}
	return NULL;
}

void serve_file_set_value(ServeAttr *attr, const void *bytes, size_t length)
{
	g_byte_array_set_size(attr->value, 0);
	g_byte_array_append(attr->value, bytes, (guint)length);
}
