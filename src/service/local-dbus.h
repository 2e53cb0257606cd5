/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the faces of our services and of their attributes share. */
#pragma once

#include "core/local.h"
#include "service/call.h"
#include "service/path.h"
#include "service/service.h"

/* Characteristic, and Descriptor: the UUID and the options are read from the message, the new path is the
 * answer. */
int reply_new_attr(Call *call, LocalService *service, LocalAttr *parent, Reason *reason);
