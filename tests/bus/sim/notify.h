/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs that want one characteristic's notifications: by StartNotify, one session a bus
 * connection, which outlives the link; or one alone by AcquireNotify, which does not. */
#pragma once

#include "bus.h"
#include "link.h"

typedef struct Notify Notify;

typedef struct NotifyOps {
	void (*notifying)(void *owner); /* the property Notifying */
	void (*acquired)(void *owner); /* the property NotifyAcquired */
	void (*heard)(void *owner, const uint8_t *value, size_t len); /* once a session */
	void (*piped)(void *owner, const uint8_t *value, size_t len); /* written to the socket */
} NotifyOps;

/* ccc: handle of the client configuration, 0: there is none. flags: of the characteristic */
Notify *notify_new(Bus *bus, uint16_t ccc, uint32_t flags, const NotifyOps *ops, void *owner);
Notify *notify_free(Notify *notify); /* calls under way stay without an answer, as in bluetoothd */

bool notify_is_on(const Notify *notify);
bool notify_is_acquired(const Notify *notify);

/* These answer the call. */
void notify_start(Notify *notify, GDBusMethodInvocation *call);
void notify_stop(Notify *notify, GDBusMethodInvocation *call);
void notify_acquire(Notify *notify, GDBusMethodInvocation *call);

/* link NULL: the device is not connected. Sessions are enabled again on a new link. */
void notify_set_link(Notify *notify, Link *link);
void notify_hear(Notify *notify, const uint8_t *value, size_t len);
