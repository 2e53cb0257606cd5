/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and writes in OpenMQTTGateway's words (its documentation, "Read/write BLE characteristics over
 * MQTT"): integers have 4 bytes there, and floating-point numbers 8. Pure.
 */
#pragma once

#include <json-c/json.h>

#include "mqtt/request.h"

/* As request_parse(). */
int omg_parse(Request *request, const void *payload, size_t length, Reason *reason);

/* The answer: {"id","service","characteristic","read" or "write","success"}. error: NULL, or the name of one:
 * then it and its words are there, too, beyond what OpenMQTTGateway says. value: what was read. */
json_object *omg_answer(const Request *request, const char *error, const char *words, const uint8_t *value,
			size_t length);
