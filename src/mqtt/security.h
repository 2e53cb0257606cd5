/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who we are for the broker, and whether it is the right one: user and password, TLS. */
#pragma once

#include <mosquitto.h>

#include "mqtt/config.h"

/* The broker's port: the configuration's, or the usual one. */
uint16_t security_port(const Config *config);

/* Tells the client, from the files as they are now. psk: the key that it has; NULL at first, free it with
 * security_forget(). E_FAILED: reason names the file. */
int security_set(struct mosquitto *mosq, const Config *config, char **psk, Reason *reason);
void security_forget(char **psk);
