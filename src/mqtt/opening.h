/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening a connection takes as long as it takes: the name is looked up, hosts may not answer. So it is done
 * in a thread, which has the client for itself meanwhile.
 */
#pragma once

#include <mosquitto.h>
#include <systemd/sd-event.h>

#include "mqtt/config.h"

typedef struct Opening Opening;

/* The socket is open, and the greeting on its way; or trouble says why not. Called once, from the loop,
 * and the opening is gone. */
typedef void (*OpeningDone)(void *userdata, const char *trouble);

/* packet_max: of MQTT 5; 0: not said. Nothing else may touch mosq until done is called. config must
 * outlive it. */
int opening_start(Opening **ret, sd_event *event, struct mosquitto *mosq, const Config *config,
		  unsigned packet_max, OpeningDone done, void *userdata);

/* done is not called any more; mosq is destroyed when the thread is over. */
void opening_abandon(Opening *opening);
