/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What core has to say to programs: said at the end of the turn, in the order in which it came about. An
 * object that goes meanwhile stays in memory until then (post_bury).
 */
#pragma once

#include <stdint.h>

#include "core/broker.h"

void news_radio_added(Radio *radio);
void news_radio_removed(Radio *radio);
void news_radio_changed(Radio *radio, unsigned changes);	/* RadioChange bits */
void news_link_added(Link *link);
void news_link_removed(Link *link);
void news_link_changed(Link *link, unsigned changes);		/* LinkChange bits */
void news_attr_added(Attr *attr);
void news_attr_removed(Attr *attr);
void news_bluez_changed(Broker *broker);
void news_bluez_stalled(Broker *broker);
void news_links_owned(Broker *broker);
void news_bonds_changed(Broker *broker);
/* A row of a list came, changed or went. Returns it, for the caller to fill in at once. The first is for
 * everybody, the second for those that are said with news_row_for. */
ListRow *news_row_for_all(Broker *broker, ListChange list, bool there);
ListRow *news_row(Broker *broker, ListChange list, bool there);
void news_row_for(ListRow *row, uid_t uid);
void news_session_row(const Session *session, bool there);

/* reason: a string constant, which is not copied */
void news_link_lost(Link *link, Session *session, const char *reason);
void news_session_event(Session *session, const char *connection, uint32_t events);
void news_scan_stopped(Session *session, const char *connection, const char *reason);
void news_session_client(Session *session, const char *connection, const Addr *addr, bool connected);
/* A central pairs with us; the question is over. */
void news_client_asked(Session *session, const Addr *addr, unsigned kind, uint32_t passkey);
void news_client_asked_over(Session *session, const Addr *addr);
void news_service_added(LocalService *service);
void news_service_removed(LocalService *service);
void news_local_added(LocalAttr *attr);
void news_local_removed(LocalAttr *attr);
void news_read_request(LocalAttr *attr, uint32_t id, const Addr *client, uint16_t offset);
typedef struct LocalWritten LocalWritten;
void news_write_request(LocalAttr *attr, uint32_t id, const LocalWritten *written);
void news_confirmed(LocalAttr *attr);
void news_written(LocalAttr *attr, const Addr *client, GBytes *value);
void news_subscribed(LocalAttr *attr, const Addr *client, bool on);
