/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors of the bus and the daemon, each with its exit code and its remedy. */
#include "client/fail.h"

#include <gio/gio.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/text.h"

#define ERROR_PREFIX "com.example.Bluetooth.Error."
#define BUS_ERROR_PREFIX "org.freedesktop.DBus.Error."

static const char *program = "";

void fail_set_program(const char *name)
{
	program = name;
}

void fail_line(const char *format, ...)
{
	g_autofree char *line = NULL;
	g_autofree char *clean = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	clean = text_clean(line, -1);
	fprintf(stderr, "%s: %s\n", program, clean);
}

ExitCode fail_nothing(const char *what)
{
	if (isatty(STDOUT_FILENO))
		fail_line("%s", what);
	return EXIT_NOTHING;
}

typedef struct Meaning {
	const char *name;	/* name of the D-Bus error */
	ExitCode code;
	const char *remedy;	/* or NULL */
} Meaning;

static const Meaning meanings[] = {
	{ ERROR_PREFIX "NoSuchAdapter", EXIT_NO_RADIO, "bluebrokerctl status lists the radios" },
	{ ERROR_PREFIX "NotReady", EXIT_NO_RADIO,
	  "is the radio on and not blocked? see bluebrokerctl status, rfkill list" },
	{ ERROR_PREFIX "BlueZUnavailable", EXIT_NO_RADIO, "start bluetoothd: systemctl start bluetooth" },
	{ ERROR_PREFIX "LimitReached", EXIT_FAILED,
	  "the limits are set in bluebrokerd.conf, group [Limits]" },
	{ ERROR_PREFIX "TimedOut", EXIT_UNREACHABLE, NULL },
	{ ERROR_PREFIX "ConnectionRefused", EXIT_UNREACHABLE, NULL },
	{ ERROR_PREFIX "NotConnected", EXIT_UNREACHABLE, NULL },
	{ ERROR_PREFIX "DoesNotExist", EXIT_NOTHING, NULL },
	{ BUS_ERROR_PREFIX "ServiceUnknown", EXIT_NO_DAEMON,
	  "start the daemon: systemctl start bluebrokerd" },
	{ BUS_ERROR_PREFIX "NameHasNoOwner", EXIT_NO_DAEMON,
	  "start the daemon: systemctl start bluebrokerd" },
	{ BUS_ERROR_PREFIX "Disconnected", EXIT_NO_DAEMON, "see: systemctl status bluebrokerd" },
	{ BUS_ERROR_PREFIX "NoReply", EXIT_NO_DAEMON, "see: systemctl status bluebrokerd" },
	{ BUS_ERROR_PREFIX "Timeout", EXIT_NO_DAEMON, "see: systemctl status bluebrokerd" },
	{ BUS_ERROR_PREFIX "UnknownMethod", EXIT_FAILED,
	  "is bluebrokerd older than bluebrokerctl? see bluebrokerctl status" },
	{ BUS_ERROR_PREFIX "AccessDenied", EXIT_FAILED, "be root or a member of the group bluetooth" },
};

static const Meaning *find_meaning(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (strcmp(meanings[i].name, name) == 0)
			return &meanings[i];
	return NULL;
}

/* Errors that GDBus makes itself have no D-Bus name. */
static const char *local_name(const GError *error)
{
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED))
		return BUS_ERROR_PREFIX "Disconnected";
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
		return BUS_ERROR_PREFIX "NoReply";
	return "";
}

ExitCode fail_gone(const char *what)
{
	fail_line("%s went away; see: systemctl status bluebrokerd dbus", what);
	return EXIT_NO_DAEMON;
}

ExitCode fail_call(const GError *error, const char *doing)
{
	g_autoptr(GError) copy = g_error_copy(error);
	g_autofree char *remote = g_dbus_error_get_remote_error(copy);
	const char *name = remote ? remote : local_name(error);
	const Meaning *meaning = find_meaning(name);

	/* systemd and dbus-daemon have a dozen names for a service that could not be started */
	if (!meaning && g_str_has_prefix(name, BUS_ERROR_PREFIX "Spawn"))
		meaning = find_meaning(BUS_ERROR_PREFIX "NoReply");

	g_dbus_error_strip_remote_error(copy);
	if (meaning && meaning->code == EXIT_NO_DAEMON)
		fail_line("bluebrokerd does not answer (%s); %s", copy->message, meaning->remedy);
	else if (meaning && meaning->remedy)
		fail_line("%s: %s (%s)", doing, copy->message, meaning->remedy);
	else
		fail_line("%s: %s", doing, copy->message);
	return meaning ? meaning->code : EXIT_FAILED;
}
