/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The broker: all radios and all sessions, and what they want of the edges. Core decides and states
 * intentions through the tables of core/ops.h; the edges carry them out and report back through the functions
 * here and in radio.h and session.h. There is no clock: time is an argument. Whoever calls core from the loop
 * runs the agenda when the event is done, and again when agenda_next says.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/agenda.h"
#include "core/config.h"
#include "core/ops.h"
#include "core/quota.h"
#include "util/error.h"
#include "util/macros.h"

typedef struct BrokerStats {
	uint64_t reports;		/* heard while somebody scanned */
	uint64_t delivered;
	uint64_t dropped_overflow;	/* reports: the FIFO was full */
	uint64_t dropped_memory;	/* reports: the user's limit was reached (FifoBytesPerUser) */
	uint64_t dropped_monitor;	/* packets that the kernel dropped, a report or more each */
	uint64_t dropped_notifications;	/* of values, which the program did not read in time */
	uint64_t dropped_signals;	/* other signals, to connections that do not read */
	uint64_t dropped_calls;		/* that want no answer, and were not done (broker_call_dropped) */
	uint64_t filtered;
	uint64_t duplicates;
	uint64_t cut_off;		/* connections of guests that the daemon ended */
	uint64_t upstream_errors;	/* calls to BlueZ that failed */
	uint64_t stalls;		/* how often BlueZ stopped answering */
} BrokerStats;

struct Broker {
	Agenda agenda;
	Config config;
	const RadioOps *ops;		/* NULL before there is a radio side */
	void *userdata;			/* of ops */
	GPtrArray *faces;		/* const Face */
	char *guest_socket;		/* where guests connect to; NULL: nowhere */
	Quota *quota;
	GPtrArray *radios;
	GPtrArray *sessions;
	LocalFlow *flow;		/* of values to bluetoothd (core/local-flow.h) */
	GArray *owners;			/* Owner: who paired (core/bonds.h) */
	uint64_t next_session;
	uint64_t last_serial;		/* of a session */
	uint64_t last_turn;		/* of a user (core/rota.h) */
	uint64_t next_link;
	uint64_t next_radio;
	uint32_t next_read;	/* never 0 */
	bool bluez_up;
	bool bluez_stalled;		/* bluetoothd is there, but does not answer */
	uint64_t stalled_since;
	/* reports come from the HCI monitor, not from BlueZ's signals */
	bool monitored;
	BrokerStats stats;		/* without the counts of live sessions, which broker_stats adds */
};

/* 0 if bluetoothd is there and answers, else E_BLUEZ_UNAVAILABLE. */
int broker_bluez_ready(const Broker *broker, Reason *reason);

/* "running", "stalled" or "gone": a string constant. */
const char *broker_bluez_state(const Broker *broker);
void broker_stats(const Broker *broker, BrokerStats *ret);

/* From the edges, for the statistics: a call to BlueZ failed; the kernel dropped packets of the HCI
 * monitor. */
void broker_upstream_failed(Broker *broker);
void broker_monitor_lost(Broker *broker, uint32_t packets);
void broker_signal_lost(Broker *broker);	/* its connection does not read */
/* It wants no answer, and its user has no time left (user_has_time), or too many connections. */
void broker_call_dropped(Broker *broker);

/* From the face that has guests: where they connect to, if that is a path; one of their connections was ended
 * because it does not read, or sends what is no D-Bus or too long. */
void broker_guests_at(Broker *broker, const char *path);
void broker_guest_cut_off(Broker *broker);
/* Calls row for each guest of each face. */
void broker_guests(const Broker *broker, GuestRow row, void *userdata);

/* The plugged-in radio that is hciN now or, failing that, the one that was hciN last. NULL: none. */
Radio *broker_radio(const Broker *broker, unsigned index);
/* NULL: the radio is gone, and forgotten. */
Radio *broker_radio_by_id(const Broker *broker, uint64_t id);
