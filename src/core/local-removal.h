/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a service of ours ends. Programs are told of each of its parts: where that are many signals, it is
 * removed bit by bit, some parts in each turn of the loop.
 */
#pragma once

#include "core/local.h"

void local_service_free(LocalService *service);	/* at once, whatever it has */

/* Whether it has more parts than are removed in one turn. */
bool local_service_is_large(const LocalService *service);
/* Removes it bit by bit: nobody finds it any more, and wait's done is called when all of it is gone. */
void local_service_remove(LocalService *service, Wait *wait);
