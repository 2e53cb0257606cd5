/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manager1.Watch and WatchRows: who wants to know what comes, changes and goes. */
#pragma once

#include "service/call.h"

int watch_set(Call *call, void *object, Reason *reason);
int watch_set_rows(Call *call, void *object, Reason *reason);
/* The caller asks for the lists (GetStats): from here on it is told of changes again. */
void watch_asked(const Call *call);
void watch_reads(Service *service, Peer *peer);		/* it reads what it is sent again */
void watch_forget(Service *service, Peer *peer);	/* it has left */

/* FaceOps; userdata: Service. */
void watch_list_changed(void *userdata, const ListRow *row);
