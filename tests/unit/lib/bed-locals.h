/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of a Bed's sessions: callers that wait for one to start, and BlueZ's side and the centrals,
 * played by the test. */
#pragma once

#include "bed.h"
#include "core/local-subscriber.h"
#include "core/local-value.h"
#include "core/local-removal.h"

typedef struct Starter {
	Wait wait;
	unsigned called;
	int error;
	char text[256];
} Starter;

LocalService *bed_service(Session *session, uint16_t nbr_chars, bool start);

/* An attribute with that value and the options' defaults. parent NULL: a characteristic. */
LocalAttr *bed_local_attr(Bed *bed, LocalService *service, LocalAttr *parent, const char *value);

int bed_start_service(Bed *bed, LocalService *service, Starter *starter);

/* BlueZ's answer to the registration. */
void bed_registered(Bed *bed, LocalService *service, int error);

/* A service with one characteristic, shown to peers; then the log is emptied. */
LocalAttr *bed_visible(Bed *bed, Session *session, const char *value);

/* BlueZ reports that a central is connected or not; the same for one that is bonded with the radio. */
void bed_central(Bed *bed, uint8_t last, bool connected);
void bed_friend(Bed *bed, uint8_t last, bool connected);
void bed_central_subscribes(LocalAttr *attr, uint8_t last, bool on);
