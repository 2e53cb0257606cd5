/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus that a program sees: names, rules, who somebody is; by whole calls over its socket. */
#include <string.h>
#include <unistd.h>

#include "bed-programs.h"

#define BUS "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define TREE "org.freedesktop.DBus.ObjectManager"

static const char *text_of(sd_bus_message *m)
{
	const char *text;

	ck_assert_int_gt(sd_bus_message_read(m, "s", &text), 0);
	return text;
}

static uint32_t number_of(sd_bus_message *m)
{
	uint32_t number;

	ck_assert_int_gt(sd_bus_message_read(m, "u", &number), 0);
	return number;
}

static bool flag_of(sd_bus_message *m)
{
	int flag;

	ck_assert_int_gt(sd_bus_message_read(m, "b", &flag), 0);
	return flag;
}

/* The oldest signal is NameOwnerChanged with these words. */
static void owner_changed(Caller *caller, const char *name, const char *before, const char *after)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = caller_signal(caller, "NameOwnerChanged");

	ck_assert_str_eq(sd_bus_message_get_sender(m), BUS);
	ck_assert_str_eq(sd_bus_message_get_path(m), BUS_PATH);
	ck_assert_str_eq(text_of(m), name);
	ck_assert_str_eq(text_of(m), before);
	ck_assert_str_eq(text_of(m), after);
}

static void named(Caller *caller, const char *member, const char *name)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = caller_signal(caller, member);

	ck_assert_str_eq(sd_bus_message_get_sender(m), BUS);
	ck_assert_str_eq(sd_bus_message_get_destination(m), caller->connection->name);
	ck_assert_str_eq(text_of(m), name);
}

static void bluez(FaceBed *face, bool up)
{
	face->bed.broker->bluez_up = up;
	for (guint i = 0; i < face->programs->list->len; i++)
		program_bluez_changed(g_ptr_array_index(face->programs->list, i), up);
	face_run(face);
}

START_TEST(test_hello)
{
	Caller one, two;
	FaceBed face;

	face_init(&face);
	caller_init(&face, &one);
	caller_init(&face, &two);
	ck_assert_str_eq(text_of(caller_bus(&one, "Hello", "")), one.connection->name);
	named(&one, "NameAcquired", one.connection->name);
	ck_assert_str_eq(caller_refused(&one, "Hello", ""), "Failed");
	ck_assert_str_eq(text_of(caller_bus(&two, "Hello", "")), two.connection->name);
	ck_assert_str_ne(one.connection->name, two.connection->name);
	ck_assert_int_eq(*one.connection->name, ':');
	caller_no_signal(&one);
	face_end(&face);
}
END_TEST

/* One that greets, and adds its rules, as any program does. */
START_TEST(test_client)
{
	FaceBed face;
	Caller caller;
	const char *name;

	face_init(&face);
	caller_init(&face, &caller);
	(void)caller_bus(&caller, "Hello", "");
	ck_assert_uint_eq(((Program *)g_ptr_array_index(face.programs->list, 0))->connections->len, 1);
	name = text_of(caller_bus(&caller, "GetNameOwner", "s", "org.bluez"));
	ck_assert_str_eq(name, BLUEZ_UNIQUE_NAME);
	/* the answers of objects come from there */
	(void)caller_call(&caller, "org.bluez", "/", TREE, "GetManagedObjects", "");
	ck_assert(!sd_bus_message_is_method_error(caller.reply, NULL));
	ck_assert_str_eq(sd_bus_message_get_sender(caller.reply), BLUEZ_UNIQUE_NAME);
	/* of both, and of none that is named */
	(void)caller_call(&caller, BUS, "/", "org.freedesktop.DBus.Peer", "Ping", "");
	ck_assert(!sd_bus_message_is_method_error(caller.reply, NULL));
	(void)caller_call(&caller, "org.bluez", "/nowhere", "org.freedesktop.DBus.Peer", "Ping", "");
	ck_assert(!sd_bus_message_is_method_error(caller.reply, NULL));
	(void)caller_call(&caller, NULL, "/", "org.freedesktop.DBus.Peer", "Ping", "");
	ck_assert(!sd_bus_message_is_method_error(caller.reply, NULL));
	face_end(&face);
}
END_TEST

START_TEST(test_names)
{
	FaceBed face;
	Caller caller;

	face_init(&face);
	caller_init(&face, &caller);
	(void)caller_bus(&caller, "AddMatch", "s", "type='signal',member='NameOwnerChanged'");
	ck_assert_uint_eq(number_of(caller_bus(&caller, "RequestName", "su", "x.y", 0)), 1);
	owner_changed(&caller, "x.y", "", caller.connection->name);
	named(&caller, "NameAcquired", "x.y");
	ck_assert_uint_eq(number_of(caller_bus(&caller, "RequestName", "su", "x.y", 7)), 4);
	ck_assert_str_eq(text_of(caller_bus(&caller, "GetNameOwner", "s", "x.y")), caller.connection->name);
	ck_assert(flag_of(caller_bus(&caller, "NameHasOwner", "s", "x.y")));
	ck_assert_uint_eq(number_of(caller_bus(&caller, "StartServiceByName", "su", "x.y", 0)), 2);

	ck_assert_uint_eq(number_of(caller_bus(&caller, "ReleaseName", "s", "x.y")), 1);
	owner_changed(&caller, "x.y", caller.connection->name, "");
	named(&caller, "NameLost", "x.y");
	ck_assert_uint_eq(number_of(caller_bus(&caller, "ReleaseName", "s", "x.y")), 2);
	ck_assert_uint_eq(number_of(caller_bus(&caller, "ReleaseName", "s", "org.bluez")), 3);
	ck_assert(!flag_of(caller_bus(&caller, "NameHasOwner", "s", "x.y")));

	ck_assert_str_eq(caller_refused(&caller, "RequestName", "su", "org.bluez", 0), "AccessDenied");
	ck_assert_str_eq(caller_refused(&caller, "RequestName", "su", BUS, 0), "AccessDenied");
	ck_assert_str_eq(caller_refused(&caller, "RequestName", "su", ":1.99", 0), "InvalidArgs");
	ck_assert_str_eq(caller_refused(&caller, "RequestName", "su", "no name", 0), "InvalidArgs");
	ck_assert_str_eq(caller_refused(&caller, "RequestName", "s", "x.y"), "InvalidArgs");
	ck_assert_str_eq(caller_refused(&caller, "GetNameOwner", "s", "x.y"), "NameHasNoOwner");
	ck_assert_str_eq(caller_refused(&caller, "StartServiceByName", "su", "x.y", 0), "ServiceUnknown");
	caller_no_signal(&caller);
	face_end(&face);
}
END_TEST

/* Nobody else sees a name of a program's own, be it in the same process. */
START_TEST(test_names_apart)
{
	Caller one, two;
	FaceBed face;

	face_init(&face);
	caller_init(&face, &one);
	caller_init(&face, &two);
	(void)caller_bus(&two, "AddMatch", "s", "");
	ck_assert_uint_eq(number_of(caller_bus(&one, "RequestName", "su", "x.y", 0)), 1);
	ck_assert(!flag_of(caller_bus(&two, "NameHasOwner", "s", "x.y")));
	ck_assert(!flag_of(caller_bus(&two, "NameHasOwner", "s", one.connection->name)));
	ck_assert_uint_eq(number_of(caller_bus(&two, "RequestName", "su", "x.y", 0)), 1);
	named(&one, "NameAcquired", "x.y");
	caller_no_signal(&one);
	face_end(&face);
}
END_TEST

START_TEST(test_many_names)
{
	FaceBed face;
	Caller caller;
	char name[32];

	face_init(&face);
	caller_init(&face, &caller);
	for (unsigned i = 0; i < CONNECTION_NAMES_MAX; i++) {
		snprintf(name, sizeof(name), "x.y%u", i);
		ck_assert_uint_eq(number_of(caller_bus(&caller, "RequestName", "su", name, 0)), 1);
	}
	ck_assert_str_eq(caller_refused(&caller, "RequestName", "su", "x.z", 0), "LimitsExceeded");
	ck_assert_uint_eq(number_of(caller_bus(&caller, "ReleaseName", "s", "x.y7")), 1);
	ck_assert_uint_eq(number_of(caller_bus(&caller, "RequestName", "su", "x.z", 0)), 1);
	face_end(&face);
}
END_TEST

static unsigned names_in(sd_bus_message *m, const char *name)
{
	g_auto(GStrv) names = NULL;

	ck_assert_int_ge(sd_bus_message_read_strv(m, &names), 0);
	ck_assert(g_strv_contains((const char *const *)names, name));
	return g_strv_length(names);
}

START_TEST(test_lists)
{
	FaceBed face;
	Caller caller;

	face_init(&face);
	caller_init(&face, &caller);
	ck_assert_uint_eq(names_in(caller_bus(&caller, "ListNames", ""), "org.bluez"), 4);
	(void)caller_bus(&caller, "RequestName", "su", "x.y", 0);
	ck_assert_uint_eq(names_in(caller_bus(&caller, "ListNames", ""), "x.y"), 5);
	ck_assert_uint_eq(names_in(caller_bus(&caller, "ListActivatableNames", ""), "org.bluez"), 2);
	(void)caller_bus(&caller, "ListQueuedOwners", "s", "org.bluez");
	ck_assert_uint_eq(names_in(caller.reply, BLUEZ_UNIQUE_NAME), 1);
	bluez(&face, false);
	ck_assert_uint_eq(names_in(caller_bus(&caller, "ListNames", ""), "x.y"), 3);
	face_end(&face);
}
END_TEST

START_TEST(test_identities)
{
	const char *name;
	FaceBed face;
	Caller caller;

	face_init(&face);
	caller_init(&face, &caller);
	name = caller.connection->name;
	ck_assert_uint_eq(number_of(caller_bus(&caller, "GetConnectionUnixUser", "s", name)), getuid());
	ck_assert_uint_eq(number_of(caller_bus(&caller, "GetConnectionUnixUser", "s", "org.bluez")),
			  getuid());
	ck_assert_uint_eq(number_of(caller_bus(&caller, "GetConnectionUnixProcessID", "s", name)),
			  (uint32_t)getpid());
	ck_assert_uint_eq(number_of(caller_bus(&caller, "GetConnectionUnixProcessID", "s", BUS)),
			  (uint32_t)getpid());
	ck_assert_str_eq(caller_refused(&caller, "GetConnectionUnixUser", "s", ":1.4711"), "NameHasNoOwner");
	ck_assert_str_eq(caller_refused(&caller, "GetConnectionCredentials", "s", "x.y"), "NameHasNoOwner");
	ck_assert_str_eq(caller_refused(&caller, "GetConnectionSELinuxSecurityContext", "s", name),
			 "SELinuxSecurityContextUnknown");
	(void)caller_bus(&caller, "GetConnectionCredentials", "s", name);
	ck_assert_int_gt(sd_bus_message_has_signature(caller.reply, "a{sv}"), 0);
	ck_assert_uint_eq(strlen(text_of(caller_bus(&caller, "GetId", ""))), 32);
	face_end(&face);
}
END_TEST

/* bluetoothd ends, and comes again. */
START_TEST(test_bluez_goes)
{
	FaceBed face;
	Caller caller;

	face_init(&face);
	caller_init(&face, &caller);
	bluez(&face, false);
	bluez(&face, true);
	caller_no_signal(&caller);
	(void)caller_bus(&caller, "AddMatch", "s", "type='signal',sender='org.freedesktop.DBus',"
			 "path='/org/freedesktop/DBus',member='NameOwnerChanged',arg0='org.bluez'");
	bluez(&face, false);
	owner_changed(&caller, "org.bluez", BLUEZ_UNIQUE_NAME, "");
	caller_no_signal(&caller);
	ck_assert(!flag_of(caller_bus(&caller, "NameHasOwner", "s", "org.bluez")));
	ck_assert_str_eq(caller_refused(&caller, "GetNameOwner", "s", "org.bluez"), "NameHasNoOwner");
	ck_assert_ptr_nonnull(strstr(sd_bus_message_get_error(caller.reply)->message, "bluetoothd is not"));
	(void)caller_call(&caller, "org.bluez", "/", TREE, "GetManagedObjects", "");
	ck_assert(sd_bus_message_is_method_error(caller.reply, "org.freedesktop.DBus.Error.ServiceUnknown"));
	bluez(&face, true);
	owner_changed(&caller, "org.bluez", "", BLUEZ_UNIQUE_NAME);
	caller_no_signal(&caller);
	face_end(&face);
}
END_TEST

START_TEST(test_rules)
{
	static const char rule[] = "type='signal',member='NameOwnerChanged'";
	FaceBed face;
	Caller caller;
	uint64_t charged;

	face_init(&face);
	caller_init(&face, &caller);
	charged = caller.connection->memory.amount;
	ck_assert_str_eq(caller_refused(&caller, "RemoveMatch", "s", rule), "MatchRuleNotFound");
	ck_assert_str_eq(caller_refused(&caller, "AddMatch", "s", "colour='red'"), "MatchRuleInvalid");
	ck_assert_str_eq(caller_refused(&caller, "RemoveMatch", "s", "colour='red'"), "MatchRuleInvalid");
	/* two that are equal take a signal once, and are two */
	(void)caller_bus(&caller, "AddMatch", "s", rule);
	(void)caller_bus(&caller, "AddMatch", "s", "member=NameOwnerChanged,type=signal");
	ck_assert_uint_gt(caller.connection->memory.amount, charged);
	bluez(&face, false);
	owner_changed(&caller, BLUEZ_UNIQUE_NAME, BLUEZ_UNIQUE_NAME, "");
	owner_changed(&caller, "org.bluez", BLUEZ_UNIQUE_NAME, "");
	caller_no_signal(&caller);
	(void)caller_bus(&caller, "RemoveMatch", "s", rule);
	bluez(&face, true);
	owner_changed(&caller, BLUEZ_UNIQUE_NAME, "", BLUEZ_UNIQUE_NAME);
	owner_changed(&caller, "org.bluez", "", BLUEZ_UNIQUE_NAME);
	(void)caller_bus(&caller, "RemoveMatch", "s", rule);
	ck_assert_str_eq(caller_refused(&caller, "RemoveMatch", "s", rule), "MatchRuleNotFound");
	bluez(&face, false);
	caller_no_signal(&caller);
	ck_assert_uint_eq(caller.connection->memory.amount, charged);
	face_end(&face);
}
END_TEST

START_TEST(test_many_rules)
{
	FaceBed face;
	Caller caller;
	char rule[32];

	face_init(&face);
	caller_init(&face, &caller);
	for (unsigned i = 0; i < CONNECTION_RULES_MAX; i++) {
		snprintf(rule, sizeof(rule), "member='M%u'", i);
		(void)caller_bus(&caller, "AddMatch", "s", rule);
	}
	ck_assert_str_eq(caller_refused(&caller, "AddMatch", "s", "member='N'"), "LimitsExceeded");
	(void)caller_bus(&caller, "RemoveMatch", "s", "member='M7'");
	(void)caller_bus(&caller, "AddMatch", "s", "member='N'");
	face_end(&face);
}
END_TEST

START_TEST(test_other_names)
{
	FaceBed face;
	Caller caller;

	face_init(&face);
	caller_init(&face, &caller);
	(void)caller_call(&caller, "org.freedesktop.hostname1", "/", "a.b", "C", "");
	ck_assert(sd_bus_message_is_method_error(caller.reply, "org.freedesktop.DBus.Error.ServiceUnknown"));
	ck_assert_ptr_nonnull(strstr(sd_bus_message_get_error(caller.reply)->message, "not the system bus"));
	ck_assert_str_eq(caller_refused(&caller, "NoSuchMethod", ""), "UnknownMethod");
	ck_assert_str_eq(caller_refused(&caller, "Hello", "s", "x"), "InvalidArgs");
	(void)caller_call(&caller, BUS, "/", PROPERTIES, "Get", "ss", BUS, "Features");
	ck_assert_int_gt(sd_bus_message_has_signature(caller.reply, "v"), 0);
	(void)caller_call(&caller, BUS, "/", PROPERTIES, "Get", "ss", BUS, "Nonsense");
	ck_assert(sd_bus_message_is_method_error(caller.reply, NULL));
	(void)caller_call(&caller, BUS, "/", PROPERTIES, "GetAll", "s", BUS);
	ck_assert_int_gt(sd_bus_message_has_signature(caller.reply, "a{sv}"), 0);
	(void)caller_call(&caller, BUS, "/", "org.freedesktop.DBus.Introspectable", "Introspect", "");
	ck_assert_ptr_nonnull(strstr(text_of(caller.reply), "<method name=\"GetConnectionCredentials\">"));
	face_end(&face);
}
END_TEST

/* What is quoted in an answer is cut; the answer comes all the same, and the connection lives. */
START_TEST(test_long_words)
{
	FaceBed face;
	Caller caller;

	face_init(&face);
	caller_init(&face, &caller);
	for (unsigned before = 0; before < 4; before++) {
		g_autoptr(GString) word = g_string_new(NULL), path = NULL;

		for (unsigned i = 0; i < before; i++)
			g_string_append_c(word, 'x');
		for (unsigned i = 0; i < 200; i++)
			g_string_append(word, "\xe2\x82\xac");
		ck_assert_str_eq(caller_refused(&caller, "GetNameOwner", "s", word->str), "NameHasNoOwner");
		ck_assert_str_eq(caller_refused(&caller, "RequestName", "su", word->str, 0), "InvalidArgs");
		ck_assert_str_eq(caller_refused(&caller, "AddMatch", "s", word->str), "MatchRuleInvalid");
		(void)caller_call(&caller, BUS, "/", PROPERTIES, "Get", "ss", BUS, word->str);
		ck_assert(sd_bus_message_is_method_error(caller.reply, NULL));
		path = g_string_new("/");
		for (unsigned i = 0; i < 300; i++)
			g_string_append_c(path, 'x');
		(void)caller_call(&caller, "org.bluez", path->str, "a.b", "C", "");
		ck_assert(sd_bus_message_is_method_error(caller.reply, SD_BUS_ERROR_UNKNOWN_OBJECT));
	}
	ck_assert(flag_of(caller_bus(&caller, "NameHasOwner", "s", "org.bluez")));
	face_end(&face);
}
END_TEST

UNIT_MAIN("driver", test_hello, test_client, test_names, test_names_apart, test_many_names, test_lists,
	  test_identities, test_bluez_goes, test_rules, test_many_rules, test_other_names, test_long_words)
