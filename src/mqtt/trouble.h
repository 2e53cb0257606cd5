/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last thing that libmosquitto complained of in this thread, for the line that says that something
 * failed. */
#pragma once

#include <mosquitto.h>

#define TROUBLE_MAX 160

void trouble_on_log(struct mosquitto *mosq, void *userdata, int level, const char *text);
void trouble_set(const char *text);
void trouble_clear(void);
const char *trouble_last(void);		/* empty: nothing */
