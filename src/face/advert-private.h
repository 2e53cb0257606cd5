/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of advert share: advertisements and how they are registered (advert.c), and how they change
 * (advert-refresh.c). */
#pragma once

#include "core/advert.h"
#include "face/advert-words.h"
#include "face/connection.h"
#include "face/view.h"

#define ADVERT_INTERFACE "org.bluez.LEAdvertisement1"

typedef struct FaceAdvert {
	View *view;
	Connection *connection;
	char *path;
	Session *session;	/* NULL: its properties are being asked for */
	Charge charge;
	sd_bus_slot *call;
	Request *registering;	/* NULL: it is registered */
	bool kept;		/* the radio was gone meanwhile: the program may register it anew */
	AdvertWords said;
	AdvertWait refresh;	/* its data is being replaced */
	bool is_refreshing;	/* it is asked for its properties, or its data is being replaced */
	bool changed;		/* and they have changed again meanwhile */
	Task end;		/* its timeout is over */
	Task hide;		/* it is discoverable no more (DiscoverableTimeout) */
	bool hidden;
} FaceAdvert;

/* Asks the program for all properties. Negative errno. */
int advert_ask(FaceAdvert *advert, sd_bus_message_handler_t done);

/* It is registered: from now on its DiscoverableTimeout counts. */
void advert_hide_later(FaceAdvert *advert);
void advert_hide_init(FaceAdvert *advert);
