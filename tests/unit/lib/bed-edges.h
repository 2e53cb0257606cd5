/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The edges of a Bed: each op adds a word to the log, which says what core asks for. In the words, a radio is
 * named by its index, a device by the last byte of its address, a peer's attribute by its handle, an
 * advertisement by its session's number, a service of ours by session.number, and an attribute of such a
 * service by session.service.number.
 */
#pragma once

#include "core/broker.h"

/* Sets the ops for what core wants of BlueZ. */
void bed_radio_edge(RadioOps *ops);

/* Sets the ops for what core has to say to programs. */
void bed_face_edge(FaceOps *ops);
