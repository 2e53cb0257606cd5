/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object-watcher: keeps org.bluez's objects with GDBusObjectManagerClient, as programs on GLib do, and prints
 * a line for each thing that this tells it. Lines of stdin are calls: PATH INTERFACE MEMBER [ARGUMENTS], the
 * arguments as GVariant's text. Ends at the end of stdin.
 */
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

#define BLUEZ "org.bluez"

typedef struct Watcher {
	GDBusObjectManager *manager;
	GDBusConnection *bus;
	GDataInputStream *input;
	GMainLoop *loop;
} Watcher;

static void print_owner(GObject *object, GParamSpec *spec, gpointer data)
{
	g_autofree char *owner = NULL;

	(void)spec;
	(void)data;
	owner = g_dbus_object_manager_client_get_name_owner(G_DBUS_OBJECT_MANAGER_CLIENT(object));
	g_print("owner %s\n", owner ? owner : "none");
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What an object has of org.bluez, by name. */
static char *list_interfaces(GDBusObject *object)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GList *interfaces = g_dbus_object_get_interfaces(object);

	for (GList *item = interfaces; item; item = item->next) {
		const char *name = g_dbus_proxy_get_interface_name(item->data);

		if (g_str_has_prefix(name, BLUEZ "."))
			g_ptr_array_add(names, (char *)(name + strlen(BLUEZ ".")));
	}
	g_ptr_array_sort(names, compare_names);
	g_ptr_array_add(names, NULL);
	g_list_free_full(interfaces, g_object_unref);
	return g_strjoinv(",", (char **)names->pdata);
}

static void on_added(GDBusObjectManager *manager, GDBusObject *object, gpointer data)
{
	g_autofree char *interfaces = list_interfaces(object);

	(void)manager;
	(void)data;
	g_print("added %s %s\n", g_dbus_object_get_object_path(object), interfaces);
}

static void on_removed(GDBusObjectManager *manager, GDBusObject *object, gpointer data)
{
	(void)manager;
	(void)data;
	g_print("removed %s\n", g_dbus_object_get_object_path(object));
}

static void print_interface(const char *what, GDBusObject *object, GDBusInterface *interface)
{
	g_print("%s %s %s\n", what, g_dbus_object_get_object_path(object),
		g_dbus_proxy_get_interface_name(G_DBUS_PROXY(interface)));
}

static void on_interface_added(GDBusObjectManager *manager, GDBusObject *object, GDBusInterface *interface,
			       gpointer data)
{
	(void)manager;
	(void)data;
	print_interface("interface-added", object, interface);
}

static void on_interface_removed(GDBusObjectManager *manager, GDBusObject *object, GDBusInterface *interface,
				 gpointer data)
{
	(void)manager;
	(void)data;
	print_interface("interface-removed", object, interface);
}

static void on_changed(GDBusObjectManagerClient *manager, GDBusObjectProxy *object, GDBusProxy *proxy,
		       GVariant *changed, const char *const *invalidated, gpointer data)
{
	g_autofree char *text = g_variant_print(changed, TRUE);
	g_autofree char *gone = g_strjoinv(",", (char **)invalidated);

	(void)manager;
	(void)data;
	g_print("changed %s %s %s [%s]\n", g_dbus_object_get_object_path(G_DBUS_OBJECT(object)),
		g_dbus_proxy_get_interface_name(proxy), text, gone);
}

static void on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autofree char *member = data, *text = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) answer = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	if (answer)
		text = g_variant_print(answer, TRUE);
	g_print("%s: %s\n", member, answer ? text : error->message);
}

static void call(const Watcher *watcher, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 4);
	GVariant *arguments = NULL;

	if (g_strv_length(words) == 4)
		arguments = g_variant_new_parsed(words[3]);
	g_dbus_connection_call(watcher->bus, BLUEZ, words[0], words[1], words[2], arguments, NULL,
			       G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_answer, g_strdup(words[2]));
}

static void on_line(GObject *source, GAsyncResult *result, gpointer data)
{
	Watcher *watcher = data;
	g_autofree char *line = NULL;

	line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source), result, NULL, NULL);
	if (!line) {
		g_main_loop_quit(watcher->loop);
		return;
	}
	call(watcher, line);
	g_data_input_stream_read_line_async(watcher->input, G_PRIORITY_DEFAULT, NULL, on_line, watcher);
}

static void watch(Watcher *watcher)
{
	GList *objects = g_dbus_object_manager_get_objects(watcher->manager);

	print_owner(G_OBJECT(watcher->manager), NULL, NULL);
	for (GList *item = objects; item; item = item->next)
		on_added(watcher->manager, item->data, NULL);
	g_list_free_full(objects, g_object_unref);
	g_signal_connect(watcher->manager, "notify::name-owner", G_CALLBACK(print_owner), NULL);
	g_signal_connect(watcher->manager, "object-added", G_CALLBACK(on_added), NULL);
	g_signal_connect(watcher->manager, "object-removed", G_CALLBACK(on_removed), NULL);
	g_signal_connect(watcher->manager, "interface-added", G_CALLBACK(on_interface_added), NULL);
	g_signal_connect(watcher->manager, "interface-removed", G_CALLBACK(on_interface_removed), NULL);
	g_signal_connect(watcher->manager, "interface-proxy-properties-changed", G_CALLBACK(on_changed),
			 NULL);
	g_print("watching\n");
}

int main(void)
{
	g_autoptr(GInputStream) standard_input = g_unix_input_stream_new(STDIN_FILENO, FALSE);
	g_autoptr(GError) error = NULL;
	Watcher watcher = { NULL };

	watcher.manager = g_dbus_object_manager_client_new_for_bus_sync(
		G_BUS_TYPE_SYSTEM, G_DBUS_OBJECT_MANAGER_CLIENT_FLAGS_NONE, BLUEZ, "/", NULL, NULL, NULL,
		NULL, &error);
	if (!watcher.manager) {
		g_printerr("object-watcher: %s\n", error->message);
		return 1;
	}
	watcher.bus = g_dbus_object_manager_client_get_connection(
		G_DBUS_OBJECT_MANAGER_CLIENT(watcher.manager));
	watcher.input = g_data_input_stream_new(standard_input);
	watcher.loop = g_main_loop_new(NULL, FALSE);
	watch(&watcher);
	g_data_input_stream_read_line_async(watcher.input, G_PRIORITY_DEFAULT, NULL, on_line, &watcher);
	g_main_loop_run(watcher.loop);
	g_main_loop_unref(watcher.loop);
	g_object_unref(watcher.input);
	g_object_unref(watcher.manager);
	return 0;
}
