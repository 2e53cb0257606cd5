/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the statistics say of the programs on the socket. */
#pragma once

#include "face/program.h"

/* FaceOps.guests; userdata: Programs. */
void guests_each(void *userdata, GuestRow row, void *row_userdata);
/* The program's row, if it is another one than it was told last. */
void guest_look(Program *program);
void guest_gone(const Program *program);	/* it is in the list of programs no more */
/* Tells core at which path the descriptor listens. */
void guests_listen_at(Broker *broker, int fd);
