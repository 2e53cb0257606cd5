/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A private session that scans. Turns the reports, whichever way they come, and the session's signals into
 * calls of ListenerEvents. */
#pragma once

#include <stdbool.h>

#include "client/bus.h"
#include "client/reports.h"
#include "client/wanted.h"

typedef struct Listener Listener;

typedef struct ListenerEvents {
	/* Reports have come. */
	void (*reports)(void *userdata, const Reports *reports);
	/* The radio does not scan any more; reason as in Session1.ScanStopped. stands: our request to scan
	 * is still there, and scanning goes on when the radio is back. */
	void (*stopped)(void *userdata, const char *reason, bool stands);
	/* The radio is back after stopped(). */
	void (*back)(void *userdata);
	/* "bluebrokerd" or "the message bus" went away; nothing comes any more. */
	void (*gone)(void *userdata, const char *what);
	/* What comes cannot be understood; nothing comes any more. */
	void (*broken)(void *userdata, const char *why);
} ListenerEvents;

typedef struct ListenerRequest {
	int adapter;		/* N of hciN */
	GVariant *init;		/* a{sv} of Session1.Init; NULL: none */
	GVariant *filter;	/* a{sv} of Session1.SetScanFilter */
	ListenerWay way;
	int timeout;		/* of the scan, in seconds; -1: none */
	GVariant *stream;	/* a{sv} of Session1.AcquireAdvertisements */
} ListenerRequest;

/* Opens the session and starts the scan. events must outlive it. NULL: the error has been printed, and
 * *ret_exit is set. */
Listener *listener_new(BrokerManager1 *manager, const ListenerRequest *request, const ListenerEvents *events,
		       void *userdata, ExitCode *ret_exit);

/* Stops the scan, asks for the final number of lost reports (listener_lost), and closes the session. */
void listener_close(Listener *listener);

uint64_t listener_lost(const Listener *listener);
void listener_free(Listener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listener, listener_free)
