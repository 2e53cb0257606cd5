/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of a Bed's sessions: who waits for one to start, BlueZ's side by hand, and the centrals. */
#pragma once

#include "bed.h"
#include "core/local-subscriber.h"
#include "core/local-value.h"
#include "core/local.h"

typedef struct Starter {
	Wait wait;
	unsigned called;
	int error;
	char text[256];
} Starter;

LocalService *bed_service(Session *session, uint16_t nbr_chars, bool start);

/* With the options' defaults, and that value. */
LocalAttr *bed_local_attr(Bed *bed, LocalService *service, LocalAttr *parent, const char *value);

int bed_start_service(Bed *bed, LocalService *service, Starter *starter);

/* BlueZ's answer. */
void bed_registered(Bed *bed, LocalService *service, int error);

/* A service with one characteristic, shown to peers; the log is empty after it. */
LocalAttr *bed_visible(Bed *bed, Session *session, const char *value);

/* BlueZ tells of a central; of one that is bonded with the radio. */
void bed_central(Bed *bed, uint8_t last, bool connected);
void bed_friend(Bed *bed, uint8_t last, bool connected);
void bed_central_subscribes(LocalAttr *attr, uint8_t last, bool on);
