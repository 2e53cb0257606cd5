/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the faces of links and of their attributes share. */
#pragma once

#include "core/link.h"
#include "service/call.h"

/* Answers with the paths of all attributes of that kind under parent (NULL: of all services). */
int reply_attr_paths(Call *call, const Link *link, AttrKind kind, const Attr *parent);
