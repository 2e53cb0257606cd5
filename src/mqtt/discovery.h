/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Home Assistant's MQTT discovery: the gateway as a device, with what health tells. */
#pragma once

#include "mqtt/config.h"
#include "mqtt/connection.h"

/* Retained messages below [Gateway] DiscoveryPrefix. */
void discovery_publish(Connection *connection, const Config *config, const char *gateway);
