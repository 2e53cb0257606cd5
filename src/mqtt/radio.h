/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to the daemon: a private session on one radio, which scans, and its reports from the socket of
 * AcquireAdvertisements. The daemon may go and come back: then it begins again, by itself.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "mqtt/config.h"
#include "mqtt/heard.h"

typedef struct Radio Radio;

typedef struct RadioHandlers {
	/* radio_path() and radio_address() are known now, or others */
	void (*found)(Radio *radio, void *userdata);
	void (*lost)(Radio *radio, void *userdata);	/* the daemon is gone, and with it all sessions */
	/* some reports came together: each, then the end */
	void (*heard)(const Heard *heard, void *userdata);
	void (*heard_all)(void *userdata);
} RadioHandlers;

/* bus, config and handlers must outlive it. */
int radio_new(Radio **ret, sd_event *event, sd_bus *bus, const Config *config, const RadioHandlers *handlers,
	      void *userdata);
void radio_free(Radio *radio);
void radio_stop(Radio *radio);	/* nothing comes any more */

bool radio_is_there(const Radio *radio);	/* the daemon is, and the radio */
bool radio_is_scanning(const Radio *radio);	/* reports come, if anybody sends */
const char *radio_path(const Radio *radio);	/* of Adapter1; NULL until found */
const char *radio_address(const Radio *radio);	/* AA:BB:CC:DD:EE:FF; NULL until found */
unsigned radio_number(const Radio *radio);	/* N of hciN */

/* Another filter than the configuration's: an a{sv} of SetScanFilter; NULL: the configuration's again. It
 * stands until this program ends. done: with the daemon's error, or NULL, also if the daemon is not there
 * now and will be told later; may be NULL. */
typedef void (*RadioDone)(void *userdata, const sd_bus_error *error);
void radio_set_filter(Radio *radio, GVariant *filter, RadioDone done, void *userdata);

uint64_t radio_lost(const Radio *radio);	/* reports that the daemon lost on the way to us, ever */
uint64_t radio_heard(const Radio *radio);	/* reports that came, ever */
