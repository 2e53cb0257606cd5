/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads of peers that wait for an answer. */
#pragma once

#include "ctl/serve/server.h"

/* Answers reads from now on: with what a handler prints, or with the stored value. */
void reads_watch(Server *server);
