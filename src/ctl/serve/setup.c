/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services, characteristics and descriptors of a file, made at the daemon. */
#include "ctl/serve/setup.h"

#include "meaning/constants.h"

#define SESSION_INTERFACE "com.example.Bluetooth.Session1"
#define LOCAL_SERVICE_INTERFACE "com.example.Bluetooth.LocalService1"

GVariant *serve_setup_value(const GByteArray *value)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, value->data, value->len, 1);
}

/* Calls a method for the group [kind name] of the file. ret_path: gets the path in the answer; or NULL. */
static bool call(Session *session, const char *kind, const char *name, const char *path,
		 const char *interface, const char *method, GVariant *arguments, char **ret_path,
		 ExitCode *ret_exit)
{
	g_autofree char *doing = g_strdup_printf("[%s %s]", kind, name);
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = NULL;

	reply = session_call(session, path, interface, method, arguments, ret_path ? "(o)" : NULL, &error);
	if (!reply)
		*ret_exit = session_fail(session, error, doing);
	else if (ret_path)
		g_variant_get(reply, "(o)", ret_path);
	return reply;
}

static bool make_service(Session *session, ServeService *service, ExitCode *ret_exit)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
	GVariant *arguments;

	g_variant_dict_insert(&dict, "isprimary", "b", service->primary);
	g_variant_dict_insert(&dict, "nbr_chars", "q", (uint16_t)service->characteristics);
	g_variant_dict_insert(&dict, "start", "b", FALSE);
	arguments = g_variant_new("(v@a{sv})", g_variant_new_string(service->uuid),
				  g_variant_dict_end(&dict));
	return call(session, "Service", service->name, session_path(session), SESSION_INTERFACE, "Service",
		    arguments, &service->path, ret_exit);
}

static GVariant *attr_arguments(const ServeAttr *attr, bool answers)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

	if (attr->has_properties)
		g_variant_dict_insert(&dict, "properties", "u", attr->properties);
	if (attr->has_permissions)
		g_variant_dict_insert(&dict, "permissions", "u", attr->permissions);
	if (answers && !attr->parent)
		g_variant_dict_insert(&dict, "read_timeout", "u", attr->read_timeout_ms);
	g_variant_dict_insert_value(&dict, "value", serve_setup_value(attr->value));
	return g_variant_new("(v@a{sv})", g_variant_new_string(attr->uuid), g_variant_dict_end(&dict));
}

static bool make_characteristic(Session *session, ServeAttr *attr, bool answers, ExitCode *ret_exit)
{
	return call(session, "Characteristic", attr->name, attr->service->path, LOCAL_SERVICE_INTERFACE,
		    "Characteristic", attr_arguments(attr, answers), &attr->path, ret_exit) &&
	       call(session, "Characteristic", attr->name, attr->path, LOCAL_CHARACTERISTIC_INTERFACE,
		    "Callback",
		    g_variant_new("(u)", EVENT_CHAR_READ | EVENT_CHAR_WRITE | EVENT_CHAR_SUBSCRIBE), NULL,
		    ret_exit);
}

bool serve_setup(Session *session, ServeFile *file, bool answers, ExitCode *ret_exit)
{
	for (guint i = 0; i < file->services->len; i++)
		if (!make_service(session, g_ptr_array_index(file->services, i), ret_exit))
			return false;
	for (guint i = 0; i < file->characteristics->len; i++)
		if (!make_characteristic(session, g_ptr_array_index(file->characteristics, i), answers,
					 ret_exit))
			return false;
	for (guint i = 0; i < file->descriptors->len; i++) {
		ServeAttr *attr = g_ptr_array_index(file->descriptors, i);

		if (!call(session, "Descriptor", attr->name, attr->parent->path,
			  LOCAL_CHARACTERISTIC_INTERFACE, "Descriptor", attr_arguments(attr, false),
			  &attr->path, ret_exit))
			return false;
	}
	for (guint i = 0; i < file->services->len; i++) {
		ServeService *service = g_ptr_array_index(file->services, i);

		if (!call(session, "Service", service->name, service->path, LOCAL_SERVICE_INTERFACE, "Start",
			  NULL, NULL, ret_exit))
			return false;
	}
	return true;
}
