/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the broker begins and ends, and what concerns all of its radios and sessions. */
#pragma once

#include "core/broker.h"

Broker *broker_new(const Config *config);
/* Sets who carries out what is wanted of radios; to be called before the first radio appears. */
void broker_set_radio_side(Broker *broker, const RadioOps *ops, void *userdata);
/* Adds a face, which hears the public facts from now on until broker_free(). */
void broker_add_face(Broker *broker, const Face *face);

Broker *broker_free(Broker *broker);	/* ends all sessions first */

/* Ends all sessions; what they asked of the radios is undone. */
void broker_drop_sessions(Broker *broker, uint64_t now);

/* bluetoothd came or went. When it goes, the edge lets each radio vanish afterwards. */
void broker_bluez_changed(Broker *broker, bool up);

/* bluetoothd has stopped answering, or answers again. Until it does, programs that wait for it get an error,
 * nothing new is begun, and what is under way stays as it is: its time limits do not run. */
void broker_bluez_stalled(Broker *broker, bool stalled, uint64_t now);

/* A face's Guest came or changed; or went (there: false). */
void broker_guest_changed(Broker *broker, const Guest *guest, bool there);

/* From now on the reports of all radios come from the HCI monitor; false: from BlueZ's signals. */
void broker_set_monitored(Broker *broker, bool monitored);

/* A bus connection left: its private sessions and subscriptions go. */
void broker_peer_gone(Broker *broker, const char *connection, uint64_t now);

/* Whether a bus connection reads its signals. One that does not gets no reports as signals meanwhile. */
void broker_peer_reads(Broker *broker, const char *connection, bool reads);
