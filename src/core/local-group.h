/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Services that BlueZ has in one application, because one includes another or because a program registered
 * them together. They come and go together: to start the first is to start all, when all have all their
 * parts.
 */
#pragma once

#include <glib.h>

#include "core/local.h"

/* Puts a service into the group of another one of its session, behind all that are in it. Neither may have
 * been started, and the one that is put there may be in no group yet. */
void local_group_join(LocalService *service, LocalService *first);
/* The service refers to another one of its group (an include declaration), which is charged as an attribute.
 * E_LIMIT_REACHED. */
int local_group_include(LocalService *service, LocalService *included, Reason *reason);

/* The i-th of the group, or NULL; a service without a group is the only one of its. */
LocalService *local_group_member(const LocalService *service, guint i);
/* For local-removal.c: it is about to be freed. */
void local_group_leave(LocalService *service);
