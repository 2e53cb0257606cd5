/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Match rules: each key by what it takes and what not, how they are written, and what is none. */
#include "face/match.h"

#include <glib.h>
#include <string.h>

#include "unit.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MatchRule, match_rule_free)

static MatchRule *parse(const char *text)
{
	Reason reason = { "" };
	MatchRule *rule = NULL;

	ck_assert_msg(match_rule_parse(text, &rule, &reason) == 0, "%s: %s", text, reason.text);
	ck_assert_uint_gt(match_rule_size(rule), 0);
	return rule;
}

/* Refused, with words about why. */
static void refused(const char *text, const char *why)
{
	Reason reason = { "" };
	MatchRule *rule = NULL;

	ck_assert_msg(match_rule_parse(text, &rule, &reason) == E_INVALID_ARGUMENTS, "%.80s", text);
	ck_assert_ptr_null(rule);
	ck_assert_msg(strstr(reason.text, why) != NULL, "%.80s: %s", text, reason.text);
	ck_assert(g_utf8_validate(reason.text, -1, NULL));
}

static const MatchSignal changed = {
	.senders = { ":1.0", "org.bluez" },
	.path = "/org/bluez/hci0",
	.interface = "org.freedesktop.DBus.Properties",
	.member = "PropertiesChanged",
	.args = { "org.bluez.Adapter1", NULL, "third" },
};

static const MatchSignal added = {
	.senders = { ":1.0", "org.bluez" },
	.path = "/",
	.interface = "org.freedesktop.DBus.ObjectManager",
	.member = "InterfacesAdded",
	.args = { "/org/bluez/hci0" },
	.arg0_is_path = true,
};

static const MatchSignal owner = {
	.senders = { "org.freedesktop.DBus" },
	.destination = ":1.7",
	.path = "/org/freedesktop/DBus",
	.interface = "org.freedesktop.DBus",
	.member = "NameOwnerChanged",
	.args = { "org.bluez", "", ":1.0" },
};

static bool takes(const char *text, const MatchSignal *signal)
{
	g_autoptr(MatchRule) rule = parse(text);

	return match_rule_takes(rule, signal);
}

START_TEST(test_each_key)
{
	static const struct {
		const char *rule;
		bool changed, added, owner;
	} rows[] = {
		{ "", true, true, true },
		{ "type='signal'", true, true, true },
		{ "type='method_call'", false, false, false },
		{ "type='method_return'", false, false, false },
		{ "type='error'", false, false, false },
		{ "sender='org.bluez'", true, true, false },
		{ "sender=':1.0'", true, true, false },
		{ "sender=':1.1'", false, false, false },
		{ "sender='org.freedesktop.DBus'", false, false, true },
		{ "interface='org.freedesktop.DBus'", false, false, true },
		{ "interface='org.freedesktop.DBus.Properties'", true, false, false },
		{ "member='InterfacesAdded'", false, true, false },
		{ "member='Interfaces'", false, false, false },
		{ "path='/'", false, true, false },
		{ "path='/org/bluez/hci0'", true, false, false },
		{ "path='/org/bluez'", false, false, false },
		{ "path_namespace='/'", true, true, true },
		{ "path_namespace='/org'", true, false, true },
		{ "path_namespace='/org/bluez'", true, false, false },
		{ "path_namespace='/org/bluez/hci0'", true, false, false },
		{ "path_namespace='/org/bluez/hci'", false, false, false },
		{ "path_namespace='/org/bluez/hci0/dev'", false, false, false },
		{ "destination=':1.7'", false, false, true },
		{ "destination=':1.8'", false, false, false },
		{ "eavesdrop='true'", true, true, true },
		{ "eavesdrop='false'", true, true, true },
		{ "arg0='org.bluez.Adapter1'", true, false, false },
		{ "arg0='/org/bluez/hci0'", false, false, false },
		{ "arg0=''", false, false, false },
		{ "arg1=''", false, false, true },
		{ "arg2='third'", true, false, false },
		{ "arg2=':1.0'", false, false, true },
		{ "arg3='third'", false, false, false },
		{ "arg63='third'", false, false, false },
		{ "arg0namespace='org.bluez'", true, false, true },
		{ "arg0namespace='org'", true, false, true },
		{ "arg0namespace='org.bluez.Adapter1'", true, false, false },
		{ "arg0namespace='org.blue'", false, false, false },
		{ "arg0namespace='org.bluez.Adapter1.x'", false, false, false },
		{ "arg0path='/org/bluez/hci0'", false, true, false },
		{ "arg0path='/org/bluez/'", false, true, false },
		{ "arg0path='/'", false, true, false },
		{ "arg0path='/org/bluez'", false, false, false },
		{ "arg0path='/org/bluez/hci0/'", false, false, false },
		{ "arg0path='/org/bluez/hci0/dev'", false, false, false },
		{ "arg0path='org.bluez.Adapter1'", true, false, false },
		{ "arg2path='third'", true, false, false },
		{ "arg5path='/'", false, false, false },
		/* all of them have to hold */
		{ "type='signal',sender='org.bluez',path='/',arg0path='/org/'", false, true, false },
		{ "type='signal',sender='org.bluez',path='/',arg0path='/com/'", false, false, false },
		{ "type='signal',path='/org/freedesktop/DBus',arg0='org.bluez',arg2=':1.0'",
		  false, false, true },
		{ "type='error',arg0='org.bluez'", false, false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ck_assert_msg(takes(rows[i].rule, &changed) == rows[i].changed, "%s: changed", rows[i].rule);
		ck_assert_msg(takes(rows[i].rule, &added) == rows[i].added, "%s: added", rows[i].rule);
		ck_assert_msg(takes(rows[i].rule, &owner) == rows[i].owner, "%s: owner", rows[i].rule);
	}
}
END_TEST

/* Whichever of the two ends with a slash: it is the other's begin. */
START_TEST(test_arg_path)
{
	static const struct {
		const char *value, *arg;
		bool takes;
	} rows[] = {
		{ "/aa/bb/", "/", true }, { "/aa/bb/", "/aa/", true }, { "/aa/bb/", "/aa/bb/", true },
		{ "/aa/bb/", "/aa/bb/cc/", true }, { "/aa/bb/", "/aa/bb/cc", true },
		{ "/aa/bb/", "/aa/b", false },
		{ "/aa/bb/", "/aa", false }, { "/aa/bb/", "/aa/bb", false }, { "/aa/bb", "/aa/", true },
		{ "/aa/bb", "/aa/bb/", false }, { "/aa/bb", "/aa/bbb", false }, { "", "", true },
		{ "", "/", false }, { "/", "", false }, { "/", "/x", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autofree char *text = g_strdup_printf("arg0path='%s'", rows[i].value);
		MatchSignal signal = owner;

		signal.args[0] = rows[i].arg;
		ck_assert_msg(takes(text, &signal) == rows[i].takes, "%s, %s", text, rows[i].arg);
	}
}
END_TEST

/* Quotes may stand anywhere in a value, and need not be there. */
START_TEST(test_quoting)
{
	static const struct {
		const char *written, *value;
	} rows[] = {
		{ "arg0='plain'", "plain" },
		{ "arg0=plain", "plain" },
		{ "arg0='a,b=c d'", "a,b=c d" },
		{ "arg0=a' 'b", "a b" },
		{ "arg0='a''b'", "ab" },
		{ "arg0=", "" },
		{ "arg0=''", "" },
		{ "arg0=\\'", "'" },
		{ "arg0='\\'", "\\" },
		{ "arg0='a'\\''b'", "a'b" },
		{ "arg0=\\\\", "\\\\" },
		{ "arg0=\\a", "\\a" },
		{ "arg0=a\\", "a\\" },
		{ "arg0=' x '", " x " },
		{ "arg0= x ", " x " },
		{ "arg0='\xe2\x82\xac'", "\xe2\x82\xac" },
		{ " \t\n\rarg0='x'", "x" },
		{ "arg0='x',", "x" },
		{ "arg0='x', ", "x" },
		{ "arg0='x',  member='NameOwnerChanged'", "x" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		MatchSignal signal = owner;

		signal.args[0] = rows[i].value;
		ck_assert_msg(takes(rows[i].written, &signal), "%s", rows[i].written);
		signal.args[0] = "another";
		ck_assert_msg(!takes(rows[i].written, &signal), "%s", rows[i].written);
	}
}
END_TEST

START_TEST(test_refused)
{
	static const struct {
		const char *rule, *why;
	} rows[] = {
		{ "type", "a key without a value" },
		{ "type='signal',member", "a key without a value" },
		{ "='signal'", "no key \"\"" },
		{ ",type='signal'", "no key" },
		{ "type='signal',,member='A'", "no key" },
		{ "Type='signal'", "no key \"Type\"" },
		{ "colour='red'", "no key \"colour\"" },
		{ "arg='x'", "no key" },
		{ "arg64='x'", "no key" },
		{ "arg100='x'", "no key" },
		{ "arg18446744073709551616='x'", "no key" },
		{ "arg-1='x'", "no key" },
		{ "arg0paths='x'", "no key" },
		{ "arg0name='x'", "no key" },
		{ "arg1namespace='x'", "no key" },
		{ "arg64path='/'", "no key" },
		{ "type='signal", "not closed" },
		{ "arg0='a'b'", "not closed" },
		{ "type='signals'", "type cannot be" },
		{ "type=''", "type cannot be" },
		{ "sender='no name'", "sender cannot be" },
		{ "sender='org'", "sender cannot be" },
		{ "interface='org'", "interface cannot be" },
		{ "interface=':1.0'", "interface cannot be" },
		{ "member='a.b'", "member cannot be" },
		{ "member=''", "member cannot be" },
		{ "path='org/bluez'", "path cannot be" },
		{ "path='/org/bluez/'", "path cannot be" },
		{ "path_namespace='/org/bluez/'", "path_namespace cannot be" },
		{ "path_namespace=''", "path_namespace cannot be" },
		{ "destination='x'", "destination cannot be" },
		{ "arg0namespace=''", "arg0namespace cannot be" },
		{ "arg0namespace='a.'", "arg0namespace cannot be" },
		{ "eavesdrop='yes'", "eavesdrop cannot be" },
		{ "type='signal',type='signal'", "there twice" },
		{ "arg0='a',arg0='b'", "there twice" },
		{ "arg01='a',arg1='b'", "there twice" },
		{ "path='/',path_namespace='/'", "not both" },
		{ "path_namespace='/a',path='/'", "not both" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		refused(rows[i].rule, rows[i].why);
	/* these are of two kinds, and may both be there */
	match_rule_free(parse("arg0='a',arg0path='/',arg0namespace='a'"));
}
END_TEST

START_TEST(test_limits)
{
	g_autoptr(GString) all = g_string_new("arg0=''");
	g_autofree char *most = g_strnfill(MATCH_RULE_MAX - strlen("arg0=''"), 'x');
	g_autofree char *longest = g_strdup_printf("arg0='%s'", most);
	g_autofree char *longer = g_strdup_printf("arg0='%sx'", most);
	g_autoptr(MatchRule) one = parse("arg0='x'"), long_one = parse(longest), many = NULL;

	/* what is charged for a rule grows with it */
	ck_assert_uint_ge(match_rule_size(long_one), match_rule_size(one) + strlen(most) - 1);
	refused(longer, "longer than 1024 bytes");
	for (unsigned i = 1; i < MATCH_ARGS_MAX; i++)
		g_string_append_printf(all, ",arg%u=''", i);
	many = parse(all->str);
	ck_assert_uint_gt(match_rule_size(many), match_rule_size(one) + MATCH_ARGS_MAX * sizeof(void *));
	ck_assert(!match_rule_takes(many, &owner));
}
END_TEST

/* What was written is cut where it is quoted in an answer; what is left is text all the same. */
START_TEST(test_refused_text)
{
	for (unsigned before = 0; before < 4; before++) {
		g_autoptr(GString) key = g_string_new(NULL), value = NULL;

		for (unsigned i = 0; i < before; i++)
			g_string_append_c(key, 'x');
		for (unsigned i = 0; i < 100; i++)
			g_string_append(key, "\xe2\x82\xac");
		value = g_string_new("member=");
		g_string_append(value, key->str);
		refused(value->str, "member cannot be");
		g_string_append(key, "=x");
		refused(key->str, "no key");
	}
}
END_TEST

START_TEST(test_equal)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "", "", true },
		{ "", "type='signal'", false },
		{ "type='signal'", "type=signal", true },
		{ "type='signal'", " type='signal',", true },
		{ "type='signal',member='A'", "member='A',type='signal'", true },
		{ "type='signal',member='A'", "type='signal',member='B'", false },
		{ "type='signal',member='A'", "type='signal'", false },
		{ "arg0='x',arg1='y'", "arg1='y',arg0='x'", true },
		{ "arg0='x',arg1='y'", "arg0='y',arg1='x'", false },
		{ "arg0='x'", "arg0path='x'", false },
		{ "arg0='x'", "arg0namespace='x'", false },
		{ "path='/a'", "path_namespace='/a'", false },
		{ "eavesdrop='true'", "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autoptr(MatchRule) a = parse(rows[i].a), b = parse(rows[i].b);

		ck_assert_msg(match_rule_equal(a, b) == rows[i].equal, "%s, %s", rows[i].a, rows[i].b);
		ck_assert_msg(match_rule_equal(b, a) == rows[i].equal, "%s, %s", rows[i].b, rows[i].a);
	}
	ck_assert_ptr_null(match_rule_free(NULL));
}
END_TEST

UNIT_MAIN("match", test_each_key, test_arg_path, test_quoting, test_refused, test_limits, test_refused_text,
	  test_equal)
