/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the faces of links and of their attributes share: which of them is meant, and for which session a caller acts. */
#pragma once

#include "core/link.h"
#include "service/call.h"
#include "service/path.h"
#include "service/service.h"

/* The link, or the attribute, that stands at a path; NULL if there is none. */
Link *link_at(const Service *service, const Path *path);
Attr *attr_at(const Service *service, const Path *path);

/* The session for which the caller holds the link: a private one of its connection, else its user's. E_ACCESS_DENIED if
 * it holds none, E_DOES_NOT_EXIST. */
int call_link(Call *call, Link **ret, Session **ret_session, Reason *reason);
/* The same for an attribute; the link must be up, too: E_NOT_CONNECTED. */
int call_attr(Call *call, Attr **ret, Session **ret_session, Reason *reason);

/* Answers with the paths of all attributes of that kind under parent (NULL: of all services). */
int reply_attr_paths(Call *call, const Link *link, AttrKind kind, const Attr *parent);
