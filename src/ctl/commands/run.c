/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl run: a program that knows BlueZ alone, on the daemon's socket. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "build-config.h"
#include "client/bus.h"
#include "client/fail.h"
#include "ctl/commands.h"

#define DEFAULT_SOCKET "/run/bluebroker/bluez"
#define VARIABLE "DBUS_SYSTEM_BUS_ADDRESS"

/* Where the daemon says that its socket is; "": it has none. NULL: it cannot be asked, as in a container that
 * has that socket and no bus. Asking it starts it, where the bus does so. */
static char *ask_daemon(const char *bus)
{
	g_autoptr(GDBusConnection) connection = bus_try(bus, NULL);
	g_autoptr(GVariant) reply = NULL, value = NULL;

	if (!connection)
		return NULL;
	reply = g_dbus_connection_call_sync(connection, BUS_NAME, BROKER_PATH,
					    "org.freedesktop.DBus.Properties", "Get",
					    g_variant_new("(ss)", "com.example.Bluetooth.Manager1",
							  "BlueZSocket"),
					    G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
	if (!reply)
		return NULL;
	g_variant_get(reply, "(v)", &value);
	return g_variant_is_of_type(value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string(value, NULL) : NULL;
}

static ExitCode explain(const char *path, int adapter, int error)
{
	if (error == ENOENT && adapter >= 0) {
		fail_line("%s: there is no radio hci%d at the daemon, or no daemon (%s); see: bluebrokerctl "
			  "status",
			  path, adapter, g_strerror(error));
		return EXIT_NO_DAEMON;
	}
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		fail_line("%s: the daemon does not listen there (%s); start it: systemctl start bluebrokerd",
			  path, g_strerror(error));
		return EXIT_NO_DAEMON;
	case EACCES:
		fail_line("%s: you may not connect; be root or a member of the group " GROUP_NAME, path);
		return EXIT_FAILED;
	default:
		fail_line("%s: %s", path, g_strerror(error));
		return EXIT_FAILED;
	}
}

/* Whether one may connect is better said here than by a program that knows nothing of the daemon. */
static ExitCode check_socket(const char *path, int adapter)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >= sizeof(address.sun_path))
		return explain(path, adapter, ENAMETOOLONG);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return explain(path, adapter, errno);
	error = connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? errno : 0;
	(void)close(fd);
	return error == 0 ? EXIT_DONE : explain(path, adapter, error);
}

/* The path, which holds wherever the program goes; NULL: the error has been printed. */
static char *find_socket(const Options *options, ExitCode *ret_exit)
{
	g_autofree char *told = options->socket ? NULL : ask_daemon(options->session.bus);

	if (options->socket)
		return g_canonicalize_filename(options->socket, NULL);
	if (!told)
		return g_strdup(DEFAULT_SOCKET);
	if (*told)
		return g_steal_pointer(&told);
	fail_line("the daemon has no socket for such programs; set Socket in the group [BlueZFace] of "
		  "bluebrokerd.conf (its log says if it could not listen: journalctl -u bluebrokerd)");
	*ret_exit = EXIT_FAILED;
	return NULL;
}

ExitCode command_run(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	const int adapter = options->session.adapter;
	g_autofree char *all = find_socket(options, &code);
	/* beside the socket for all radios there is one for each, on which it is the only one */
	g_autofree char *path = all && adapter >= 0 ? g_strdup_printf("%s.hci%d", all, adapter) :
						      g_strdup(all);
	g_autofree char *escaped = path ? g_dbus_address_escape_value(path) : NULL;
	g_autofree char *bus = escaped ? g_strconcat("unix:path=", escaped, NULL) : NULL;
	int error;

	if (!path)
		return code;
	code = check_socket(path, adapter);
	if (code != EXIT_DONE)
		return code;
	g_setenv(VARIABLE, bus, TRUE);
	(void)execvp(options->arguments[0], options->arguments);
	error = errno;
	fail_line("%s: %s", options->arguments[0], g_strerror(error));
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}
