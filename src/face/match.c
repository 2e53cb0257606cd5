/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Match rules, taken apart once, and asked for each signal. */
#include "face/match.h"

#include <ctype.h>
#include <glib.h>
#include <stdint.h>
#include <string.h>
#include <systemd/sd-bus.h>

typedef enum MatchKey {
	KEY_TYPE,
	KEY_SENDER,
	KEY_INTERFACE,
	KEY_MEMBER,
	KEY_PATH,
	KEY_PATH_NAMESPACE,
	KEY_DESTINATION,
	KEY_ARG0_NAMESPACE,
	KEY_EAVESDROP,
	KEY_ARG,	/* argN */
	KEY_ARG_PATH,	/* argNpath */
} MatchKey;

typedef struct Condition {
	uint8_t key;		/* MatchKey */
	uint8_t arg;		/* N */
	char *value;
} Condition;

/* Conditions in the order of keys and N, each once: so equal rules have equal lists. */
struct MatchRule {
	size_t size;
	GArray *conditions;
};

/* --- values --- */

static int is_message_type(const char *text)
{
	static const char *const types[] = { "signal", "method_call", "method_return", "error" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcmp(text, types[i]) == 0)
			return true;
	return false;
}

static int is_flag(const char *text)
{
	return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

/* A name of the bus, or the begin of some: an interface's is one, too, and so is a word without a point. */
static int is_namespace(const char *text)
{
	return sd_bus_service_name_is_valid(text) > 0 || sd_bus_member_name_is_valid(text) > 0;
}

/* By MatchKey; a NULL name: with a number in it; NULL check: any text. */
static const struct {
	const char *name;
	int (*check)(const char *text);
} keys[] = {
	[KEY_TYPE] = { "type", is_message_type },
	[KEY_SENDER] = { "sender", sd_bus_service_name_is_valid },
	[KEY_INTERFACE] = { "interface", sd_bus_interface_name_is_valid },
	[KEY_MEMBER] = { "member", sd_bus_member_name_is_valid },
	[KEY_PATH] = { "path", sd_bus_object_path_is_valid },
	[KEY_PATH_NAMESPACE] = { "path_namespace", sd_bus_object_path_is_valid },
	[KEY_DESTINATION] = { "destination", sd_bus_service_name_is_valid },
	[KEY_ARG0_NAMESPACE] = { "arg0namespace", is_namespace },
	[KEY_EAVESDROP] = { "eavesdrop", is_flag },
	[KEY_ARG] = { NULL, NULL },
	[KEY_ARG_PATH] = { NULL, NULL },
};

/* --- reading --- */

/* argN and argNpath. */
static bool parse_arg_key(const char *text, Condition *ret)
{
	unsigned arg = 0;

	if (strncmp(text, "arg", 3) != 0 || !isdigit((unsigned char)text[3]))
		return false;
	for (text += 3; isdigit((unsigned char)*text) && arg < MATCH_ARGS_MAX; text++)
		arg = arg * 10 + (unsigned)(*text - '0');
	if (arg >= MATCH_ARGS_MAX || (*text != '\0' && strcmp(text, "path") != 0))
		return false;
	ret->key = *text ? KEY_ARG_PATH : KEY_ARG;
	ret->arg = (uint8_t)arg;
	return true;
}

static bool parse_key(const char *text, Condition *ret)
{
	for (uint8_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].name && strcmp(text, keys[i].name) == 0) {
			ret->key = i;
			ret->arg = 0;
			return true;
		}
	return parse_arg_key(text, ret);
}

/* Takes the value in front of *at, up to the comma or the end: 'in quotes' as it is, outside of them \' is an
 * apostrophe. False: a quote is not closed. */
static bool take_value(const char **at, GString *value)
{
	bool quoted = false;

	for (; **at && (quoted || **at != ','); (*at)++) {
		if (**at == '\'') {
			quoted = !quoted;
		} else {
			if (!quoted && strncmp(*at, "\\'", 2) == 0)
				(*at)++;
			g_string_append_c(value, **at);
		}
	}
	return !quoted;
}

static int compare_conditions(gconstpointer a, gconstpointer b)
{
	const Condition *one = a, *other = b;

	return one->key != other->key ? one->key - other->key : one->arg - other->arg;
}

static bool has_key(const MatchRule *rule, MatchKey key, uint8_t arg)
{
	for (guint i = 0; i < rule->conditions->len; i++) {
		const Condition *condition = &g_array_index(rule->conditions, Condition, i);

		if (condition->key == key && condition->arg == arg)
			return true;
	}
	return false;
}

/* Reads key=value, and moves *at behind it. */
static int parse_condition(const char **at, MatchRule *rule, Reason *reason)
{
	g_autoptr(GString) value = g_string_new(NULL);
	const char *equals = strchr(*at, '=');
	g_autofree char *key = equals ? g_strndup(*at, (size_t)(equals - *at)) : NULL;
	Condition condition;

	if (!key)
		return reason_set(reason, E_INVALID_ARGUMENTS, "match rule: a key without a value");
	if (!parse_key(key, &condition))
		return reason_set(reason, E_INVALID_ARGUMENTS, "match rule: there is no key \"%.64s\"", key);
	if (has_key(rule, condition.key, condition.arg))
		return reason_set(reason, E_INVALID_ARGUMENTS, "match rule: %s is there twice", key);
	*at = equals + 1;
	if (!take_value(at, value))
		return reason_set(reason, E_INVALID_ARGUMENTS, "match rule: a quote that is not closed");
	if (keys[condition.key].check && keys[condition.key].check(value->str) <= 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "match rule: %s cannot be \"%.64s\"", key,
				  value->str);
	condition.value = g_strdup(value->str);
	g_array_append_val(rule->conditions, condition);
	rule->size += sizeof(condition) + value->len + 1;
	return 0;
}

static void clear_condition(void *condition)
{
	g_free(((Condition *)condition)->value);
}

static MatchRule *match_rule_new(void)
{
	MatchRule *rule = g_new0(MatchRule, 1);

	rule->size = sizeof(*rule) + sizeof(GArray);
	rule->conditions = g_array_new(FALSE, FALSE, sizeof(Condition));
	g_array_set_clear_func(rule->conditions, clear_condition);
	return rule;
}

MatchRule *match_rule_free(MatchRule *rule)
{
	if (rule)
		g_array_free(rule->conditions, TRUE);
	g_free(rule);
	return NULL;
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MatchRule, match_rule_free)

int match_rule_parse(const char *text, MatchRule **ret, Reason *reason)
{
	g_autoptr(MatchRule) rule = match_rule_new();

	if (strlen(text) > MATCH_RULE_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "match rule: longer than %d bytes",
				  MATCH_RULE_MAX);
	while (true) {
		int r;

		text += strspn(text, " \t\n\r");
		if (!*text)
			break;
		r = parse_condition(&text, rule, reason);
		if (r != 0)
			return r;
		if (*text == ',')
			text++;
	}
	if (has_key(rule, KEY_PATH, 0) && has_key(rule, KEY_PATH_NAMESPACE, 0))
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "match rule: either path or path_namespace, not both");
	g_array_sort(rule->conditions, compare_conditions);
	*ret = g_steal_pointer(&rule);
	return 0;
}

size_t match_rule_size(const MatchRule *rule)
{
	return rule->size;
}

bool match_rule_equal(const MatchRule *a, const MatchRule *b)
{
	if (a->conditions->len != b->conditions->len)
		return false;
	for (guint i = 0; i < a->conditions->len; i++) {
		const Condition *one = &g_array_index(a->conditions, Condition, i);
		const Condition *other = &g_array_index(b->conditions, Condition, i);

		if (compare_conditions(one, other) != 0 || strcmp(one->value, other->value) != 0)
			return false;
	}
	return true;
}

/* --- asking --- */

/* text is the name itself, or one below it: with another element behind separator. */
static bool is_below(const char *text, const char *name, char separator)
{
	const size_t length = strlen(name);

	return strncmp(text, name, length) == 0 && (text[length] == '\0' || text[length] == separator);
}

static bool is_path_below(const char *path, const char *top)
{
	return strcmp(top, "/") == 0 || is_below(path, top, '/');
}

/* argNpath: equal, or one ends with / and is the other's begin. */
static bool is_arg_path(const char *arg, const char *value)
{
	const size_t arg_length = strlen(arg), length = strlen(value);

	if (strcmp(arg, value) == 0)
		return true;
	return (length > 0 && value[length - 1] == '/' && strncmp(arg, value, length) == 0) ||
	       (arg_length > 0 && arg[arg_length - 1] == '/' && strncmp(value, arg, arg_length) == 0);
}

static const char *signal_arg(const MatchSignal *signal, unsigned n)
{
	return n < ARRAY_SIZE(signal->args) ? signal->args[n] : NULL;
}

static bool has_sender(const MatchSignal *signal, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(signal->senders); i++)
		if (signal->senders[i] && strcmp(signal->senders[i], name) == 0)
			return true;
	return false;
}

static bool condition_takes(const Condition *condition, const MatchSignal *signal)
{
	const char *value = condition->value;
	const char *arg = signal_arg(signal, condition->arg);
	const bool is_text = arg && !(condition->arg == 0 && signal->arg0_is_path);

	switch ((MatchKey)condition->key) {
	case KEY_TYPE:
		return strcmp(value, "signal") == 0;
	case KEY_SENDER:
		return has_sender(signal, value);
	case KEY_INTERFACE:
		return strcmp(signal->interface, value) == 0;
	case KEY_MEMBER:
		return strcmp(signal->member, value) == 0;
	case KEY_PATH:
		return strcmp(signal->path, value) == 0;
	case KEY_PATH_NAMESPACE:
		return is_path_below(signal->path, value);
	case KEY_DESTINATION:
		return signal->destination && strcmp(signal->destination, value) == 0;
	case KEY_ARG0_NAMESPACE:
		return is_text && is_below(arg, value, '.');
	case KEY_EAVESDROP:
		return true;
	case KEY_ARG:
		return is_text && strcmp(arg, value) == 0;
	case KEY_ARG_PATH:
		return arg && is_arg_path(arg, value);
	}
	return false;
}

bool match_rule_takes(const MatchRule *rule, const MatchSignal *signal)
{
	for (guint i = 0; i < rule->conditions->len; i++)
		if (!condition_takes(&g_array_index(rule->conditions, Condition, i), signal))
			return false;
	return true;
}
