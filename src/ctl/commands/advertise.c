/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl advertise: advertises for as long as it runs. */
#include "ctl/commands/advertise.h"

#include <string.h>

#include "ctl/commands.h"
#include "ctl/event.h"
#include "meaning/constants.h"

#define SESSION "com.example.Bluetooth.Session1"

static const char *session_path(const Hold *hold)
{
	return g_dbus_proxy_get_object_path(G_DBUS_PROXY(hold_session(hold)));
}

static bool call_session(Hold *hold, const char *method, GVariant *arguments, const char *doing, ExitCode *ret_exit)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = hold_call_path(hold, session_path(hold), SESSION, method, arguments, NULL, &error);

	if (!reply)
		*ret_exit = hold_fail(hold, error, doing);
	return reply;
}

bool command_announce(Hold *hold, const Announcement *announcement, ExitCode *ret_exit)
{
	return call_session(hold, "SetAdvertisementParams", announcement_params(announcement),
			    "setting how to advertise", ret_exit) &&
	       call_session(hold, announcement->raw ? "SetAdvertisementRaw" : "SetAdvertisement",
			    announcement_data(announcement), "setting what to advertise", ret_exit) &&
	       call_session(hold, "Advertise", g_variant_new("(b)", TRUE), "advertising", ret_exit);
}

static void on_client(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path UNUSED,
		      const char *interface UNUSED, const char *member, GVariant *arguments, void *userdata)
{
	CommandClients *clients = userdata;
	const char *address;

	if (!g_variant_is_of_type(arguments, G_VARIANT_TYPE("(s)")))
		return;
	g_variant_get(arguments, "(&s)", &address);
	clients->heard(clients->userdata, address, strcmp(member, "ClientConnected") == 0);
}

bool command_watch_clients(CommandClients *clients, ExitCode *ret_exit)
{
	hold_subscribe(clients->hold, SESSION, "ClientConnected", on_client, clients);
	hold_subscribe(clients->hold, SESSION, "ClientDisconnected", on_client, clients);
	return call_session(clients->hold, "Callback",
			    g_variant_new("(u)", EVENT_CLIENT_CONNECTED | EVENT_CLIENT_DISCONNECTED), "asking who connects",
			    ret_exit);
}

typedef struct Advertising {
	const Options *options;
	Hold *hold;
} Advertising;

static void on_heard(void *userdata, const char *address, bool connected)
{
	Advertising *advertising = userdata;
	Event event = { .what = connected ? "connect" : "disconnect", .client = address };

	if (!event_print(&event, advertising->options->json))
		hold_end(advertising->hold);
}

ExitCode command_advertise(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	Advertising advertising = { .options = options, .hold = hold_open_session(&options->request, &code) };
	CommandClients clients = { .hold = advertising.hold, .heard = on_heard, .userdata = &advertising };
	g_autofree char *radio = NULL;

	if (!advertising.hold)
		return code;
	if (command_watch_clients(&clients, &code) && command_announce(advertising.hold, &options->announcement, &code)) {
		radio = g_strdup_printf("hci%d", hold_adapter(advertising.hold));
		hold_watch(advertising.hold, true, true);
		if (!event_print(&(Event){ .what = "advertising", .radio = radio }, options->json))
			hold_end(advertising.hold);
		code = hold_run(advertising.hold);
	}
	hold_close(advertising.hold);
	return code;
}
