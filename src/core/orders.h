/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What core wants of the radio side: carried out at the end of the turn, in the order in which it came up. */
#pragma once

#include "core/broker.h"

void order_link_connect(Link *link);
void order_link_disconnect(Link *link);
void order_link_pair(Link *link);
void order_link_cancel_pair(Link *link);
void order_link_unpair(Link *link);
/* Ends the notifications of an attribute that goes. Nobody waits for the answer: free_op frees op then. */
void order_notify_off(Broker *broker, AttrOp *op, GDestroyNotify free_op);
void order_device_forget(Radio *radio, const Addr *addr);
void order_advert_start(Advert *advert);
void order_advert_stop(Advert *advert);
void order_local_register(LocalService *service);
void order_local_unregister(LocalService *service);
void order_client_disconnect(Radio *radio, const Addr *addr);
