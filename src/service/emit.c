/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that send signals share. */
#include "service/emit.h"

#include <errno.h>
#include <string.h>

#include "service/managed.h"
#include "util/log.h"

/* A bus that is gone, or that we are leaving, ends the daemon anyway: no line in the log for each signal. */
void emit_check(int r)
{
	if (r < 0 && r != -ENOTCONN)
		log_limited(LOG_WARNING, "cannot send a signal: %s", strerror(-r));
}

void emit_changed(Service *service, const char *path, const char *interface, const EmitProperty *properties,
		  size_t n, unsigned changes)
{
	const char *names[EMIT_PROPERTIES_MAX + 1] = { NULL };
	size_t changed = 0;

	g_assert(n <= EMIT_PROPERTIES_MAX);
	managed_changed(service, path, NULL);
	for (size_t i = 0; i < n; i++)
		if (changes & properties[i].change)
			names[changed++] = properties[i].name;
	emit_check(sd_bus_emit_properties_changed_strv(service->bus, path, interface, (char **)names));
}
