/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.Connection1, for the files that do a part of it. */
#pragma once

#include "core/link.h"
#include "service/call.h"
#include "service/service.h"

/* Answers with the paths of all attributes of that kind under parent (NULL: of all services). */
int link_dbus_reply_attrs(Call *call, const Link *link, AttrKind kind, const Attr *parent);

/* Sends the signal PairingRequest to the connection that called Pair. */
void link_dbus_ask_pairing(Service *service, const Link *link, const char *connection, uint32_t id,
			   const char *kind, uint32_t passkey);
