/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manager1.Watch: who wants to know that there is something new to ask for. */
#pragma once

#include "service/call.h"

int watch_set(Call *call, void *object, Reason *reason);
/* The caller asks for the lists (GetStats): from here on it is told of changes again. */
void watch_asked(const Call *call);
void watch_forget(Service *service, Peer *peer);	/* it has left */

/* FaceOps; userdata: Service. */
void watch_list_changed(void *userdata, ListChange list, uid_t uid);
void watch_bonds_changed(void *userdata);
