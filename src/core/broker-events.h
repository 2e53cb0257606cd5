/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the broker begins and ends, and what happens to all of it. */
#pragma once

#include "core/broker.h"

Broker *broker_new(const Config *config);
/* Who carries out what is wanted of radios; before the first appears. */
void broker_set_radio_side(Broker *broker, const RadioOps *ops, void *userdata);
/* Who hears the public facts from now on. It outlives what the broker has to say. */
void broker_add_face(Broker *broker, const Face *face);

Broker *broker_free(Broker *broker);	/* ends all sessions first */

/* Ends all sessions; what they asked of the radios is undone. */
void broker_drop_sessions(Broker *broker, uint64_t now);

/* bluetoothd came or went. When it goes, the edge lets each radio vanish afterwards. */
void broker_bluez_changed(Broker *broker, bool up);

/* bluetoothd has stopped answering, or answers again. All that it has stays as it is meanwhile: no program
 * waits for it, nothing new is begun, and no time limit of what is under way runs. */
void broker_bluez_stalled(Broker *broker, bool stalled, uint64_t now);

/* Where the reports of all radios come from, from now on. */
void broker_set_monitored(Broker *broker, bool monitored);

/* A bus connection left: its private sessions and subscriptions go. */
void broker_peer_gone(Broker *broker, const char *connection, uint64_t now);

/* A bus connection does not read its signals, or does so again: until then it is no reader of reports. */
void broker_peer_reads(Broker *broker, const char *connection, bool reads);
