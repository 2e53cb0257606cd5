/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices that a radio is bonded to, and the users who paired with them: they may undo the bond. BlueZ
 * keeps the bonds; the broker remembers whose they are, also over a restart where there is a place for that
 * (bonds_store).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "core/broker.h"
#include "core/wait.h"
#include "meaning/addr.h"
#include "util/error.h"

/* A device that BlueZ shows as bonded. In radio->bonds. */
typedef struct Bond {
	char *place;	/* the edge's name for it (BlueZ's object path) */
	Addr addr;
	char *name;	/* valid UTF-8, or NULL */
} Bond;

/* A call that waits for a bond to be undone. */
typedef struct ForgetWait {
	Wait wait;
	Addr addr;
} ForgetWait;

/*
 * Removes the bond, and all that BlueZ knows of the device. 0: wait's done will be called. E_DOES_NOT_EXIST,
 * E_ACCESS_DENIED (neither root nor one who paired), E_BUSY (another program uses the device, or its link is
 * being opened or closed).
 */
int bond_forget(Session *session, uid_t uid, const Addr *addr, ForgetWait *wait, Reason *reason);
const Bond *bond_find(const Radio *radio, const Addr *addr);	/* or NULL */
/* Whether the user paired with the device, or is root. */
bool bond_is_of(const Radio *radio, const Addr *addr, uid_t uid);

/* From the edge: what BlueZ shows of a device. fresh: it became bonded just now. */
void bonds_device(Radio *radio, const char *place, const Addr *addr, const char *name, bool bonded,
		  bool fresh);
void bonds_vanished(Radio *radio, const char *place);
/* The answer to ops->device_forget. */
void bonds_forgotten(Radio *radio, const Addr *addr, int error, const Reason *reason);

/* Who paired with what, as text that the caller frees; and back. FaceOps.bonds_changed says when it is
 * another. */
char *bonds_store(const Broker *broker);
void bonds_restore(Broker *broker, const char *text);

/* For broker-events.c. */
GArray *bonds_owners_new(void);
/* For radios.c: the radio is unplugged, or bluetoothd is gone. */
void bonds_clear(Radio *radio, int error, const Reason *reason);
void bond_free(void *bond);
