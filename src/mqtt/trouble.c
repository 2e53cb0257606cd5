/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libmosquitto complained of. */
#include "mqtt/trouble.h"

#include <glib.h>

#include "util/log.h"

static _Thread_local char trouble[TROUBLE_MAX];

void trouble_set(const char *text)
{
	g_strlcpy(trouble, text, sizeof(trouble));
}

void trouble_clear(void)
{
	trouble[0] = '\0';
}

const char *trouble_last(void)
{
	return trouble;
}

/* Also in the thread that opens a connection. */
void trouble_on_log(struct mosquitto *mosq UNUSED, void *userdata UNUSED, int level, const char *text)
{
	if (level == MOSQ_LOG_ERR)
		trouble_set(text);
	log_debug("libmosquitto: %s", text);
}
