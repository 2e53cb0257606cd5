/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls, properties and introspection, by table. */
#include "face/iface.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "face/connection.h"
#include "face/request.h"
#include "face/tree.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"

static bool iface_is_there(const Iface *iface, const Place *place)
{
	return !iface->is_there || iface->is_there(place);
}

static const Iface *find_iface(const Iface *const *ifaces, const Place *place, const char *name)
{
	for (; *ifaces; ifaces++)
		if (strcmp((*ifaces)->name, name) == 0)
			return iface_is_there(*ifaces, place) ? *ifaces : NULL;
	return NULL;
}

bool iface_have_properties(const Iface *const *ifaces)
{
	for (; *ifaces; ifaces++)
		if ((*ifaces)->properties && !(*ifaces)->is_there)
			return true;
	return false;
}

static const IfaceMethod *find_method(const Iface *iface, const char *name)
{
	for (const IfaceMethod *method = iface->methods; method && method->name; method++)
		if (strcmp(method->name, name) == 0)
			return method;
	return NULL;
}

static const IfaceProperty *find_property(const Iface *iface, const char *name)
{
	for (const IfaceProperty *property = iface->properties; property && property->name; property++)
		if (strcmp(property->name, name) == 0)
			return property;
	return NULL;
}

static bool is_known(const Iface *iface, const IfaceProperty *property, const Place *place)
{
	return !iface->knows || iface->knows(place, (size_t)(property - iface->properties));
}

static bool is_there(const Iface *iface, const IfaceProperty *property, const Place *place)
{
	return is_known(iface, property, place) && (!property->is_there || property->is_there(place));
}

/* --- values --- */

static int append_variant(const IfaceProperty *property, const Place *place, sd_bus_message *m)
{
	int r;

	r = sd_bus_message_open_container(m, 'v', property->type);
	if (r >= 0)
		r = property->get(place, m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int iface_append_properties(const Iface *iface, const Place *place, uint32_t which, sd_bus_message *m)
{
	uint32_t bit = 1;
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	for (const IfaceProperty *p = iface->properties; p && p->name && r >= 0; p++, bit <<= 1) {
		if (!(which & bit) || !is_there(iface, p, place))
			continue;
		r = sd_bus_message_open_container(m, 'e', "sv");
		if (r >= 0)
			r = sd_bus_message_append(m, "s", p->name);
		if (r >= 0)
			r = append_variant(p, place, m);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int iface_append_missing(const Iface *iface, const Place *place, uint32_t which, sd_bus_message *m)
{
	uint32_t bit = 1;
	int r;

	r = sd_bus_message_open_container(m, 'a', "s");
	for (const IfaceProperty *p = iface->properties; p && p->name && r >= 0; p++, bit <<= 1)
		if ((which & bit) && is_known(iface, p, place) && !is_there(iface, p, place))
			r = sd_bus_message_append(m, "s", p->name);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int iface_append(const Iface *iface, const Place *place, sd_bus_message *m)
{
	int r;

	r = sd_bus_message_open_container(m, 'e', "sa{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", iface->name);
	if (r >= 0)
		r = iface_append_properties(iface, place, IFACE_ALL, m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int iface_append_all(const Iface *const *ifaces, const Place *place, sd_bus_message *m)
{
	const bool have_properties = iface_have_properties(ifaces);
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sa{sv}}", "org.freedesktop.DBus.Introspectable", 0);
	for (; *ifaces && r >= 0; ifaces++)
		if (iface_is_there(*ifaces, place))
			r = iface_append(*ifaces, place, m);
	if (r >= 0 && have_properties)
		r = sd_bus_message_append(m, "{sa{sv}}", PROPERTIES, 0);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* --- org.freedesktop.DBus.Properties --- */

static int read_property(Request *request, const Iface *const *ifaces, const IfaceProperty **ret)
{
	const char *interface, *name;
	const Iface *iface;
	int r;

	r = sd_bus_message_read(request->message, "ss", &interface, &name);
	if (r < 0)
		return r;
	iface = find_iface(ifaces, &request->place, interface);
	if (!iface)
		return request_refuse(request, SD_BUS_ERROR_INVALID_ARGS, "No such interface '%.128s'",
				      interface);
	*ret = find_property(iface, name);
	if (!*ret || !is_there(iface, *ret, &request->place))
		return request_refuse(request, SD_BUS_ERROR_INVALID_ARGS, "No such property '%.128s'", name);
	return 0;
}

static int properties_get(Request *request, const Iface *const *ifaces)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const IfaceProperty *property;
	int r;

	r = read_property(request, ifaces, &property);
	if (r < 0)
		return r;
	r = sd_bus_message_new_method_return(request->message, &reply);
	if (r >= 0)
		r = append_variant(property, &request->place, reply);
	return r < 0 ? r : request_reply_message(request, reply);
}

static int properties_get_all(Request *request, const Iface *const *ifaces)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *interface;
	const Iface *iface;
	int r;

	r = sd_bus_message_read(request->message, "s", &interface);
	if (r < 0)
		return r;
	iface = find_iface(ifaces, &request->place, interface);
	if (!iface)
		return request_refuse(request, SD_BUS_ERROR_INVALID_ARGS, "No such interface '%.128s'",
				      interface);
	r = sd_bus_message_new_method_return(request->message, &reply);
	if (r >= 0)
		r = iface_append_properties(iface, &request->place, IFACE_ALL, reply);
	return r < 0 ? r : request_reply_message(request, reply);
}

static int properties_set(Request *request, const Iface *const *ifaces)
{
	const IfaceProperty *property;
	const char *contents;
	char type;
	int r;

	r = read_property(request, ifaces, &property);
	if (r < 0)
		return r;
	if (!property->set)
		return request_refuse(request, SD_BUS_ERROR_PROPERTY_READ_ONLY,
				      "Property '%s' is not writable", property->name);
	r = sd_bus_message_peek_type(request->message, &type, &contents);
	if (r < 0)
		return r;
	if (strcmp(contents, property->type) != 0)
		return request_refuse(request, SD_BUS_ERROR_INVALID_SIGNATURE, "Invalid signature for '%s'",
				      property->name);
	r = sd_bus_message_enter_container(request->message, 'v', contents);
	return r < 0 ? r : property->set(request, request->message);
}

/* --- org.freedesktop.DBus.Introspectable --- */

static void describe_args(GString *xml, const IfaceArg *args, const char *direction)
{
	for (; args && args->type; args++)
		g_string_append_printf(xml, "<arg name=\"%s\" type=\"%s\"%s/>", args->name, args->type,
				       direction);
}

static void describe_iface(GString *xml, const Iface *iface, const Place *place)
{
	g_string_append_printf(xml, "<interface name=\"%s\">", iface->name);
	for (const IfaceMethod *method = iface->methods; method && method->name; method++) {
		g_string_append_printf(xml, "<method name=\"%s\">", method->name);
		describe_args(xml, method->in, " direction=\"in\"");
		describe_args(xml, method->out, " direction=\"out\"");
		g_string_append(xml, "</method>");
	}
	for (const IfaceSignal *signal = iface->signals; signal && signal->name; signal++) {
		g_string_append_printf(xml, "<signal name=\"%s\">", signal->name);
		describe_args(xml, signal->args, "");
		g_string_append(xml, "</signal>");
	}
	for (const IfaceProperty *p = iface->properties; p && p->name; p++) {
		if (!is_known(iface, p, place))
			continue;
		g_string_append_printf(xml, "<property name=\"%s\" type=\"%s\" access=\"%s\"/>", p->name,
				       p->type, p->set ? "readwrite" : "read");
	}
	g_string_append(xml, "</interface>");
}

static int introspect(Request *request, const Iface *const *ifaces)
{
	static const char begin[] =
		"<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n"
		"\"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n<node>"
		"<interface name=\"org.freedesktop.DBus.Introspectable\"><method name=\"Introspect\">"
		"<arg name=\"xml\" type=\"s\" direction=\"out\"/></method></interface>";
	static const char properties[] =
		"<interface name=\"" PROPERTIES "\">"
		"<method name=\"Get\"><arg name=\"interface\" type=\"s\" direction=\"in\"/>"
		"<arg name=\"name\" type=\"s\" direction=\"in\"/>"
		"<arg name=\"value\" type=\"v\" direction=\"out\"/></method>"
		"<method name=\"Set\"><arg name=\"interface\" type=\"s\" direction=\"in\"/>"
		"<arg name=\"name\" type=\"s\" direction=\"in\"/>"
		"<arg name=\"value\" type=\"v\" direction=\"in\"/></method>"
		"<method name=\"GetAll\"><arg name=\"interface\" type=\"s\" direction=\"in\"/>"
		"<arg name=\"properties\" type=\"a{sv}\" direction=\"out\"/></method>"
		"<signal name=\"PropertiesChanged\"><arg name=\"interface\" type=\"s\"/>"
		"<arg name=\"changed_properties\" type=\"a{sv}\"/>"
		"<arg name=\"invalidated_properties\" type=\"as\"/></signal></interface>";
	g_autoptr(GString) xml = g_string_new(begin);

	for (const Iface *const *iface = ifaces; *iface; iface++)
		if (iface_is_there(*iface, &request->place))
			describe_iface(xml, *iface, &request->place);
	if (iface_have_properties(ifaces))
		g_string_append(xml, properties);
	if (request->place.kind != PLACE_DRIVER)
		tree_describe_children(&request->place, xml);
	g_string_append(xml, "</node>");
	return request_reply(request, "s", xml->str);
}

/* --- calls --- */

/* The interfaces that every place has, where Peer is sd-bus's. */
static const struct {
	const char *interface, *method, *takes;
	int (*run)(Request *request, const Iface *const *ifaces);
} standard[] = {
	{ "org.freedesktop.DBus.Introspectable", "Introspect", "", introspect },
	{ PROPERTIES, "Get", "ss", properties_get },
	{ PROPERTIES, "GetAll", "s", properties_get_all },
	{ PROPERTIES, "Set", "ssv", properties_set },
};

/* Whether the signature is that of these arguments, one after the other. */
static bool takes(const IfaceArg *args, const char *signature)
{
	for (; args && args->type; args++) {
		const size_t length = strlen(args->type);

		if (strncmp(signature, args->type, length) != 0)
			return false;
		signature += length;
	}
	return *signature == '\0';
}

/* An interface that the call does not name may be any. */
static const IfaceMethod *look_up(const Iface *const *ifaces, const char *interface, const char *member)
{
	const IfaceMethod *method = NULL;

	for (; *ifaces && !method; ifaces++)
		if (!interface || strcmp((*ifaces)->name, interface) == 0)
			method = find_method(*ifaces, member);
	return method;
}

int iface_call(const Iface *const *ifaces, const Place *place, sd_bus_message *m, sd_bus_error *error)
{
	const char *interface = sd_bus_message_get_interface(m), *member = sd_bus_message_get_member(m);
	const char *signature = sd_bus_message_get_signature(m, true);
	Request request = { .place = *place, .message = m, .error = error };
	const IfaceMethod *method;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(standard); i++) {
		if ((interface && strcmp(interface, standard[i].interface) != 0) ||
		    strcmp(member, standard[i].method) != 0 || strcmp(signature, standard[i].takes) != 0)
			continue;
		if (strcmp(standard[i].interface, PROPERTIES) == 0 && !iface_have_properties(ifaces))
			continue;
		r = standard[i].run(&request, ifaces);
		return r < 0 ? r : 1;
	}
	method = look_up(ifaces, interface, member);
	if (!method || !takes(method->in, signature))
		return sd_bus_error_setf(error, SD_BUS_ERROR_UNKNOWN_METHOD,
					 "Method \"%.128s\" with signature \"%.64s\" on interface \"%.128s\" "
					 "doesn't exist",
					 member, signature, interface ? interface : "(null)");
	r = method->run(&request);
	return r < 0 ? r : 1;
}
