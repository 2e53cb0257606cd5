/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the faces of our services and of their attributes share: which of them is meant, and whether the caller may. */
#pragma once

#include "core/local.h"
#include "service/call.h"
#include "service/path.h"
#include "service/service.h"

/* The service, or the attribute, that stands at a path; NULL if there is none. */
LocalService *local_service_at(const Service *service, const Path *path);
LocalAttr *local_attr_at(const Service *service, const Path *path);

/* The same for a call. E_ACCESS_DENIED: the session belongs to somebody else; E_DOES_NOT_EXIST. */
int call_local_service(Call *call, LocalService **ret, Reason *reason);
int call_local_attr(Call *call, LocalAttr **ret, Reason *reason);

/* Characteristic, and Descriptor: the UUID and the options are read from the message, the new path is the answer. */
int reply_new_attr(Call *call, LocalService *service, LocalAttr *parent, Reason *reason);
