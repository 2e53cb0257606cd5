/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices that another program is connected to. Most do not advertise meanwhile, so a program that looks for
 * one would not find it, though it would if it were alone. What was heard of them last is told again each
 * second, as if they went on.
 */
#pragma once

#include "core/agenda.h"
#include "core/session.h"
#include "face/iface.h"

/* For a session that scans. */
typedef struct Engaged {
	const View *view;
	Session *session;
	Task task;
} Engaged;

void engaged_init(Engaged *engaged, const View *view);
void engaged_begin(Engaged *engaged, Session *session);
void engaged_end(Engaged *engaged);	/* no harm if it has not begun */
