/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.freedesktop.DBus, and who a message is for. */
#include "face/driver.h"

#include <string.h>

#include "face/advert.h"
#include "face/app.h"
#include "face/driver-names.h"
#include "face/monitor-app.h"
#include "face/programs.h"
#include "face/tree.h"

/* --- rules --- */

/* sd_bus_error_setf's value for a rule that was not taken. */
static int refuse_rule(sd_bus_error *error, int r, const Reason *reason)
{
	if (r < 0)
		return r;
	return sd_bus_error_set(error,
				r == E_LIMIT_REACHED	? DRIVER_ERROR("LimitsExceeded") :
				r == E_DOES_NOT_EXIST	? DRIVER_ERROR("MatchRuleNotFound") :
							  DRIVER_ERROR("MatchRuleInvalid"),
				reason->text);
}

static int add_match(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Connection *connection = userdata;
	const char *rule;
	Reason reason;
	int r;

	r = sd_bus_message_read(m, "s", &rule);
	if (r < 0)
		return r;
	r = connection_add_rule(connection, rule, &reason);
	return r != 0 ? refuse_rule(error, r, &reason) : driver_answer(m, connection, "");
}

static int remove_match(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Connection *connection = userdata;
	const char *rule;
	Reason reason;
	int r;

	r = sd_bus_message_read(m, "s", &rule);
	if (r < 0)
		return r;
	r = connection_remove_rule(connection, rule, &reason);
	return r != 0 ? refuse_rule(error, r, &reason) : driver_answer(m, connection, "");
}

static int get_id(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	const Connection *connection = userdata;

	return driver_answer(m, connection, "s", connection->program->programs->id);
}

/* --- what is called --- */

static const DriverMethod methods[] = {
	{ "AddMatch", "s", "", add_match },
	{ "RemoveMatch", "s", "", remove_match },
	{ "GetId", "", "s", get_id },
	{ NULL },
};

/* The properties Features and Interfaces: there are none of either. */
static int get_property(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *interface, *property;
	int r;

	r = sd_bus_message_read(m, "ss", &interface, &property);
	if (r < 0)
		return r;
	if (strcmp(property, "Features") != 0 && strcmp(property, "Interfaces") != 0)
		return sd_bus_error_setf(error, SD_BUS_ERROR_UNKNOWN_PROPERTY, "there is no property %.64s",
					 property);
	return driver_answer(m, userdata, "v", "as", 0);
}

static int get_properties(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	return driver_answer(m, userdata, "a{sv}", 2, "Features", "as", 0, "Interfaces", "as", 0);
}

static int become_monitor(sd_bus_message *m UNUSED, void *userdata UNUSED, sd_bus_error *error)
{
	return sd_bus_error_set(
		error, SD_BUS_ERROR_NOT_SUPPORTED,
		"this is the socket of bluebrokerd: each program is alone on it, and sees no other's "
		"messages");
}

static void append_args(GString *xml, const char *signature, const char *direction)
{
	while (*signature) {
		/* of our types only as and a{sv} have more than a letter */
		size_t length = strcmp(signature, "a{sv}") == 0 ? 5 : *signature == 'a' ? 2 : 1;

		g_string_append_printf(xml, "   <arg type=\"%.*s\"%s/>\n", (int)length, signature, direction);
		signature += length;
	}
}

static void append_methods(GString *xml, const DriverMethod *method)
{
	for (; method->member; method++) {
		g_string_append_printf(xml, "  <method name=\"%s\">\n", method->member);
		append_args(xml, method->takes, " direction=\"in\"");
		append_args(xml, method->gives, " direction=\"out\"");
		g_string_append(xml, "  </method>\n");
	}
}

static int introspect(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	static const char begin[] =
		"<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n"
		" \"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n"
		"<node>\n <interface name=\"" DRIVER_NAME "\">\n";
	static const char end[] =
		"  <signal name=\"NameOwnerChanged\">\n"
		"   <arg type=\"s\"/>\n   <arg type=\"s\"/>\n   <arg type=\"s\"/>\n  </signal>\n"
		"  <signal name=\"NameLost\">\n   <arg type=\"s\"/>\n  </signal>\n"
		"  <signal name=\"NameAcquired\">\n   <arg type=\"s\"/>\n  </signal>\n"
		"  <property name=\"Features\" type=\"as\" access=\"read\"/>\n"
		"  <property name=\"Interfaces\" type=\"as\" access=\"read\"/>\n"
		" </interface>\n</node>\n";
	g_autoptr(GString) xml = g_string_new(begin);

	append_methods(xml, driver_names);
	append_methods(xml, methods);
	g_string_append(xml, end);
	return driver_answer(m, userdata, "s", xml->str);
}

/* Of the standard interfaces; Peer is sd-bus's. */
static const DriverMethod standard_methods[] = {
	{ "Get", "ss", "v", get_property },
	{ "GetAll", "s", "a{sv}", get_properties },
	{ "Introspect", "", "s", introspect },
	{ "BecomeMonitor", "asu", "", become_monitor },
	{ NULL },
};

/* The method of that name in one of the tables, or NULL. */
static const DriverMethod *find_method(const DriverMethod *method, const char *member)
{
	while (method->member && strcmp(method->member, member) != 0)
		method++;
	return method->member ? method : NULL;
}

/* Like a bus, it does not look at the path. */
static int call_driver(sd_bus_message *m, Connection *connection, sd_bus_error *error)
{
	const char *interface = sd_bus_message_get_interface(m);
	const char *member = sd_bus_message_get_member(m);
	const DriverMethod *method;
	bool is_bus;
	int r;

	if (interface && strcmp(interface, "org.freedesktop.DBus.Peer") == 0)
		return 0;
	is_bus = !interface || strcmp(interface, DRIVER_NAME) == 0;
	method = find_method(is_bus ? driver_names : standard_methods, member);
	if (!method && is_bus)
		method = find_method(methods, member);
	if (!method)
		return sd_bus_error_setf(error, SD_BUS_ERROR_UNKNOWN_METHOD, "the bus has no method %.64s",
					 member);
	if (!sd_bus_message_has_signature(m, method->takes))
		return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "%s takes \"%s\"", member,
					 method->takes);
	r = method->run(m, connection, error);
	return r < 0 ? r : 1;
}

/* What is for the bus, or for nobody on it, goes no further. */
static int dispatch(sd_bus_message *m, Connection *connection, sd_bus_error *error)
{
	const char *destination = sd_bus_message_get_destination(m), *path = sd_bus_message_get_path(m);
	int r;

	if (sd_bus_message_is_signal(m, NULL, NULL)) {
		adverts_signal(connection, m);
		monitors_signal(connection, m);
		apps_signal(connection, m);
	}
	if (!sd_bus_message_is_method_call(m, NULL, NULL))
		return 0;
	if (destination && strcmp(destination, DRIVER_NAME) == 0)
		return call_driver(m, connection, error);
	if (destination && !driver_is_bluez(connection, destination))
		return driver_refuse_name(error, DRIVER_ERROR("ServiceUnknown"), destination);
	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Peer", NULL))
		return 0;
	if (strnlen(path, CONNECTION_PATH_MAX) == CONNECTION_PATH_MAX)
		return sd_bus_error_setf(error, SD_BUS_ERROR_UNKNOWN_OBJECT, "there is no object %.40s...",
					 path);
	r = tree_call(connection, m, error);
	return r < 0 ? r : 1;
}

/* What an error quotes of the program's words may be cut within a character: sd-bus could not send it, and
 * would end the connection. */
static void repair(sd_bus_error *error)
{
	g_autofree char *name = NULL, *text = NULL;

	if (!sd_bus_error_is_set(error) || !error->message || g_utf8_validate(error->message, -1, NULL))
		return;
	name = g_strdup(error->name);
	text = g_utf8_make_valid(error->message, -1);
	sd_bus_error_free(error);
	(void)sd_bus_error_set(error, name, text);
}

/* Sees each message first. */
static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Connection *connection = userdata;
	int r;

	wire_took(&connection->wire);
	r = dispatch(m, connection, error);
	repair(error);
	return r;
}

int driver_add(Connection *connection)
{
	int r = sd_bus_add_filter(connection->wire.bus, NULL, on_message, connection);

	return r < 0 ? r : 0;
}
