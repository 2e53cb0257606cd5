/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who paired with which device, on disk. */
#include "bond-store.h"

#include <stdlib.h>

#include "core/bonds.h"
#include "util/log.h"

static char *store_path(void)
{
	const char *directory = getenv("STATE_DIRECTORY");

	return directory && *directory ? g_build_filename(directory, "bonds", NULL) : NULL;
}

void bond_store_load(Broker *broker)
{
	g_autofree char *path = store_path(), *text = NULL;
	g_autoptr(GError) error = NULL;

	if (!path)
		return;
	if (g_file_get_contents(path, &text, NULL, &error))
		bonds_restore(broker, text);
	else if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
		log_warning("who paired with which device is not known: %s", error->message);
}

void bond_store_save(const Broker *broker)
{
	g_autofree char *path = store_path(), *text = bonds_store(broker);
	g_autoptr(GError) error = NULL;

	if (path && !g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
		log_warning("who paired with which device will not be known after a restart: %s",
			    error->message);
}
