/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text as a match rule. One that is taken has a size that its text bounds, equals itself and what it is
 * when it is read again, and says of each signal what a second, simple reader of the text says.
 */
#include "face/match.h"

#include <glib.h>
#include <string.h>

#include "fuzz.h"

static const MatchSignal signals[] = {
	{ .senders = { ":1.0", "org.bluez" },
	  .path = "/",
	  .interface = "org.freedesktop.DBus.ObjectManager",
	  .member = "InterfacesAdded",
	  .args = { "/org/bluez/hci0" },
	  .arg0_is_path = true },
	{ .senders = { ":1.0", "org.bluez" },
	  .path = "/org/bluez/hci0",
	  .member = "PropertiesChanged",
	  .interface = "org.freedesktop.DBus.Properties",
	  .args = { "org.bluez.Adapter1" } },
	{ .senders = { "org.freedesktop.DBus" },
	  .destination = ":1.7",
	  .path = "/org/freedesktop/DBus",
	  .interface = "org.freedesktop.DBus",
	  .member = "NameOwnerChanged",
	  .args = { "org.bluez", "", ":1.0" } },
	{ .senders = { "x" },
	  .path = "/a/b",
	  .interface = "a.b",
	  .member = "C",
	  .args = { "/a/b/", "/", "" } },
};

static bool slow_path(const char *a, const char *b)
{
	return strcmp(a, b) == 0 || (g_str_has_suffix(a, "/") && g_str_has_prefix(b, a)) ||
	       (g_str_has_suffix(b, "/") && g_str_has_prefix(a, b));
}

static bool slow_below(const char *text, const char *top, const char *separator)
{
	g_autofree char *prefix = g_strconcat(top, g_str_has_suffix(top, separator) ? "" : separator, NULL);

	return strcmp(text, top) == 0 || g_str_has_prefix(text, prefix);
}

static bool slow_arg(const char *key, const char *value, const MatchSignal *signal)
{
	char *end;
	const guint64 number = g_ascii_strtoull(key + 3, &end, 10);
	const char *arg = number < G_N_ELEMENTS(signal->args) ? signal->args[number] : NULL;

	PROMISE(number < MATCH_ARGS_MAX);
	if (!arg)
		return false;
	if (strcmp(end, "path") == 0)
		return slow_path(arg, value);
	if (number == 0 && signal->arg0_is_path)
		return false;
	if (strcmp(end, "namespace") == 0)
		return slow_below(arg, value, ".");
	PROMISE(*end == '\0');
	return strcmp(arg, value) == 0;
}

static bool slow_condition(const char *key, const char *value, const MatchSignal *signal)
{
	if (strcmp(key, "type") == 0)
		return strcmp(value, "signal") == 0;
	if (strcmp(key, "sender") == 0)
		return g_strcmp0(signal->senders[0], value) == 0 || g_strcmp0(signal->senders[1], value) == 0;
	if (strcmp(key, "interface") == 0)
		return strcmp(signal->interface, value) == 0;
	if (strcmp(key, "member") == 0)
		return strcmp(signal->member, value) == 0;
	if (strcmp(key, "path") == 0)
		return strcmp(signal->path, value) == 0;
	if (strcmp(key, "path_namespace") == 0)
		return slow_below(signal->path, value, "/");
	if (strcmp(key, "destination") == 0)
		return g_strcmp0(signal->destination, value) == 0;
	if (strcmp(key, "eavesdrop") == 0)
		return true;
	PROMISE(g_str_has_prefix(key, "arg"));
	return slow_arg(key, value, signal);
}

/* Of a text that is a rule: state by character. */
static bool slow_takes(const char *text, const MatchSignal *signal)
{
	g_autoptr(GString) key = g_string_new(NULL), value = g_string_new(NULL);
	bool quoted = false, in_value = false, takes = true;

	for (;; text++) {
		if (*text == '\0' || (in_value && !quoted && *text == ',')) {
			if (in_value)
				takes = takes && slow_condition(key->str, value->str, signal);
			g_string_truncate(key, 0);
			g_string_truncate(value, 0);
			in_value = false;
			if (*text == '\0')
				return takes;
		} else if (!in_value && *text == '=') {
			in_value = true;
		} else if (!in_value) {
			if (key->len > 0 || !strchr(" \t\n\r", *text))
				g_string_append_c(key, *text);
		} else if (*text == '\'') {
			quoted = !quoted;
		} else if (!quoted && text[0] == '\\' && text[1] == '\'') {
			text++;
			g_string_append_c(value, '\'');
		} else {
			g_string_append_c(value, *text);
		}
	}
}

static void check_rule(const char *text, MatchRule *rule)
{
	MatchRule *again = NULL;
	Reason reason;

	PROMISE(strlen(text) <= MATCH_RULE_MAX);
	/* a condition has at least two characters */
	PROMISE(match_rule_size(rule) <= 1024 + 32 * strlen(text));
	PROMISE(match_rule_parse(text, &again, &reason) == 0);
	PROMISE(match_rule_equal(rule, again) && match_rule_equal(again, rule));
	PROMISE(match_rule_size(rule) == match_rule_size(again));
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		PROMISE(match_rule_takes(rule, &signals[i]) == slow_takes(text, &signals[i]));
	match_rule_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	Reason reason = { "" };
	MatchRule *rule = NULL;
	int r;

	r = match_rule_parse(text, &rule, &reason);
	PROMISE(r == 0 || r == E_INVALID_ARGUMENTS);
	PROMISE((r == 0) == (rule != NULL));
	PROMISE(r == 0 || (*reason.text && g_utf8_validate(reason.text, -1, NULL)));
	if (rule)
		check_rule(text, rule);
	match_rule_free(rule);
	return 0;
}
