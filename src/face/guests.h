/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the statistics say of the programs on the socket. */
#pragma once

#include "core/ops.h"

/* FaceOps.guests; userdata: Programs. */
void guests_each(void *userdata, GuestRow row, void *row_userdata);
/* Tells core at which path the descriptor listens. */
void guests_listen_at(Broker *broker, int fd);
