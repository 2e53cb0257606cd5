/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The edges of a Bed: each op notes a word of what is asked. In the words, a radio is named by its index, a
 * device by its address's last byte, an attribute of a peer's by its handle, an advertisement by its
 * session's number, a service of ours by session.number, and an attribute of it by session.service.number.
 */
#pragma once

#include "core/broker.h"

/* What core wants of BlueZ: enters its functions. */
void bed_radio_edge(RadioOps *ops);

/* What core has to say to programs: likewise. */
void bed_face_edge(FaceOps *ops);
