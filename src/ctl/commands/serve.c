/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl serve: a GATT server from a file, whose reads and writes a shell command can handle. */
#include "client/fail.h"
#include "ctl/commands.h"
#include "ctl/serve/server.h"

ExitCode command_serve(const Options *options)
{
	g_autoptr(GString) error = g_string_new(NULL);
	g_autoptr(ServeFile) file = serve_file_load(options->arguments[0], error);
	g_autoptr(Session) session = NULL;
	g_autoptr(Handlers) handlers = NULL;
	ExitCode code = EXIT_FAILED;

	if (!file) {
		fail_line("%s", error->str);
		return EXIT_USAGE;
	}
	session = session_open(&options->session, &code);
	if (!session)
		return code;
	handlers = options->exec ? handlers_new(options->exec) : NULL;
	return server_run(&(Server){
		.session = session,
		.file = file,
		.handlers = handlers,
		.json = options->json,
	});
}
