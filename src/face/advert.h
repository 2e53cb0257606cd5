/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.bluez.LEAdvertisingManager1: advertisements that programs have as objects (LEAdvertisement1). */
#pragma once

#include "face/iface.h"
#include "face/view.h"

extern const Iface advert_manager_iface;

/* A signal of the connection: one of them may have changed, and is asked for its properties again. */
void adverts_signal(Connection *connection, sd_bus_message *m);
/* Those of a connection end: it goes. */
void adverts_connection_gone(View *view, const Connection *connection);
/* All end, and their programs are told (Release): the program lets go of the radio. */
void adverts_release(View *view);
/* The radio has gone: those that are registered wait for it. */
void adverts_keep(View *view);
