/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl advertise: advertises for as long as it runs. */
#include "ctl/commands/advertise.h"

#include <string.h>

#include "ctl/commands.h"
#include "ctl/event.h"
#include "meaning/constants.h"

#define SESSION "com.example.Bluetooth.Session1"

static bool call(Session *session, const char *method, GVariant *arguments, const char *doing,
		 ExitCode *ret_exit)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = NULL;

	reply = session_call(session, session_path(session), SESSION, method, arguments, NULL, &error);
	if (!reply)
		*ret_exit = session_fail(session, error, doing);
	return reply;
}

bool advertise_announcement(Session *session, const Announcement *announcement, ExitCode *ret_exit)
{
	const char *method = announcement->raw ? "SetAdvertisementRaw" : "SetAdvertisement";

	return call(session, "SetAdvertisementParams", announcement_params(announcement),
		    "setting how to advertise", ret_exit) &&
	       call(session, method, announcement_data(announcement), "setting what to advertise",
		    ret_exit) &&
	       call(session, "Advertise", g_variant_new("(b)", TRUE), "advertising", ret_exit);
}

static void on_client(GDBusConnection *connection UNUSED, const char *sender UNUSED, const char *path UNUSED,
		      const char *interface UNUSED, const char *member, GVariant *arguments, void *userdata)
{
	AdvertiseClients *clients = userdata;
	const char *address;

	if (!g_variant_is_of_type(arguments, G_VARIANT_TYPE("(s)")))
		return;
	g_variant_get(arguments, "(&s)", &address);
	clients->heard(clients->userdata, address, strcmp(member, "ClientConnected") == 0);
}

bool advertise_watch_clients(AdvertiseClients *clients, ExitCode *ret_exit)
{
	uint32_t events = EVENT_CLIENT_CONNECTED | EVENT_CLIENT_DISCONNECTED;

	session_subscribe(clients->session, NULL, SESSION, "ClientConnected", NULL, on_client, clients);
	session_subscribe(clients->session, NULL, SESSION, "ClientDisconnected", NULL, on_client, clients);
	return call(clients->session, "Callback", g_variant_new("(u)", events), "asking who connects",
		    ret_exit);
}

typedef struct Advertising {
	const Options *options;
	Session *session;
} Advertising;

static void print(Advertising *advertising, const Event *event)
{
	if (!event_print(event, advertising->options->json))
		session_end(advertising->session, EXIT_DONE);
}

static void on_heard(void *userdata, const char *address, bool connected)
{
	print(userdata, &(Event){ .what = connected ? "connect" : "disconnect", .client = address });
}

ExitCode command_advertise(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(Session) session = session_open(&options->session, &code);
	Advertising advertising = { .options = options, .session = session };
	AdvertiseClients clients = { .session = session, .heard = on_heard, .userdata = &advertising };
	g_autofree char *radio = NULL;

	if (!session || !advertise_watch_clients(&clients, &code) ||
	    !advertise_announcement(session, &options->announcement, &code))
		return code;
	radio = g_strdup_printf("hci%d", session_adapter(session));
	session_watch(session, true, true);
	print(&advertising, &(Event){ .what = "advertising", .radio = radio });
	return session_run(session);
}
