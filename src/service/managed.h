/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ObjectManager.GetManagedObjects, whose answer is written in slices while the tree changes. */
#pragma once

#include "service/service.h"

/* Programs are told that the object came, went or changed: all of them, or those of one session's user. Who
 * gets an answer that is being written is told once more after it, if the answer has the object as it was. */
void managed_came(Service *service, const char *path, const Session *session);
void managed_changed(Service *service, const char *path, const Session *session);
