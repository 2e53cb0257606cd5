/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a Bed's sessions advertise: callers that wait for it, and BlueZ's side, played by the test. */
#pragma once

#include "bed.h"
#include "core/advert.h"

typedef struct Advertiser {
	AdvertWait wait;
	unsigned called;
	int error;
	char text[256];
} Advertiser;

AdvertWait *advertiser_wait(Advertiser *advertiser, const Bed *bed);

/* Manufacturer data of so many bytes. */
AdvertData bed_advert_data(size_t bytes);

int bed_set_advert(Bed *bed, Session *session);
int bed_set_params(Bed *bed, Session *session, const AdvertParams *params, Reason *reason);
int bed_advertise(Bed *bed, Session *session, Advertiser *advertiser);

/* BlueZ's answer to the session's advertisement; error 0: it is on air. */
void bed_advertised(Bed *bed, Session *session, int error);
void bed_set_instances(Bed *bed, unsigned instances, unsigned of_others, bool sets);

/* bluetoothd goes away and its radio with it, and both come back. */
void bed_bluez_gone(Bed *bed);
void bed_bluez_back(Bed *bed, bool powered);
