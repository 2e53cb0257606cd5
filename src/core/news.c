/* SPDX-License-Identifier: GPL-2.0-or-later */
/* News for programs, on their way to the edge that tells them. */
#include "core/news.h"

#include "core/link.h"
#include "core/local-value.h"
#include "core/local.h"
#include "core/post.h"
#include "core/session.h"

/* --- public facts --- */

static void tell_radio_added(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->radio_added)
		ops->radio_added(userdata, news->radio);
}

void news_radio_added(Radio *radio)
{
	post_news(radio->broker, NULL, radio, tell_radio_added);
}

static void tell_radio_removed(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->radio_removed)
		ops->radio_removed(userdata, news->radio, news->number);
}

void news_radio_removed(Radio *radio)
{
	post_news(radio->broker, NULL, radio, tell_radio_removed)->number = radio->index;
}

static void tell_radio_changed(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->radio_changed)
		ops->radio_changed(userdata, news->radio, news->number);
}

void news_radio_changed(Radio *radio, unsigned changes)
{
	post_news(radio->broker, NULL, radio, tell_radio_changed)->number = changes;
}

static void tell_link_added(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->link_added)
		ops->link_added(userdata, news->link);
}

void news_link_added(Link *link)
{
	post_news(link->broker, NULL, link, tell_link_added);
}

static void tell_link_removed(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->link_removed)
		ops->link_removed(userdata, news->link);
}

void news_link_removed(Link *link)
{
	post_news(link->broker, NULL, link, tell_link_removed);
}

static void tell_link_changed(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->link_changed)
		ops->link_changed(userdata, news->link, news->number);
}

void news_link_changed(Link *link, unsigned changes)
{
	post_news(link->broker, NULL, link, tell_link_changed)->number = changes;
}

static void tell_attr_added(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->attr_added)
		ops->attr_added(userdata, news->attr);
}

void news_attr_added(Attr *attr)
{
	post_news(attr->link->broker, NULL, attr, tell_attr_added);
}

static void tell_attr_removed(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->attr_removed)
		ops->attr_removed(userdata, news->attr);
}

void news_attr_removed(Attr *attr)
{
	post_news(attr->link->broker, NULL, attr, tell_attr_removed);
}

static void tell_bluez_changed(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->bluez_changed)
		ops->bluez_changed(userdata, news->on);
}

void news_bluez_changed(Broker *broker)
{
	post_news(broker, NULL, NULL, tell_bluez_changed)->on = broker->bluez_up;
}

static void tell_bluez_stalled(const Post *news UNUSED, const FaceOps *ops, void *userdata)
{
	if (ops->bluez_stalled)
		ops->bluez_stalled(userdata);
}

void news_bluez_stalled(Broker *broker)
{
	post_news(broker, NULL, NULL, tell_bluez_stalled);
}

static void tell_links_owned(const Post *news UNUSED, const FaceOps *ops, void *userdata)
{
	if (ops->links_owned)
		ops->links_owned(userdata);
}

void news_links_owned(Broker *broker)
{
	post_news(broker, NULL, NULL, tell_links_owned);
}

static void tell_bonds_changed(const Post *news UNUSED, const FaceOps *ops, void *userdata)
{
	if (ops->bonds_changed)
		ops->bonds_changed(userdata);
}

void news_bonds_changed(Broker *broker)
{
	post_news(broker, NULL, NULL, tell_bonds_changed);
}

static void tell_list_changed(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->list_changed)
		ops->list_changed(userdata, news->row);
}

ListRow *news_row_for_all(Broker *broker, ListChange list, bool there)
{
	ListRow *row = g_new0(ListRow, 1);

	row->list = list;
	row->there = there;
	post_news(broker, NULL, NULL, tell_list_changed)->row = row;
	return row;
}

ListRow *news_row(Broker *broker, ListChange list, bool there)
{
	ListRow *row = news_row_for_all(broker, list, there);

	row->uids = g_array_new(FALSE, FALSE, sizeof(uid_t));
	return row;
}

void news_row_for(ListRow *row, uid_t uid)
{
	for (guint i = 0; i < row->uids->len; i++)
		if (g_array_index(row->uids, uid_t, i) == uid)
			return;
	g_array_append_val(row->uids, uid);
}

void news_session_row(const Session *session, bool there)
{
	ListRow *row = news_row(session->broker, LIST_SESSIONS, there);

	news_row_for(row, 0);
	news_row_for(row, user_uid(session->user));
	row->session = session;
	row->scanning = session->scanning;
	row->stream = session->stream;
}

/* --- of a session, for those whom it concerns --- */

static void tell_link_lost(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->link_lost(userdata, news->link, news->holder, news->reason);
}

void news_link_lost(Link *link, Session *session, const char *reason)
{
	Post *news = post_news(link->broker, session->face, link, tell_link_lost);

	news->holder = session;
	news->reason = reason;
}

static void tell_event(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->session_event(userdata, news->session, news->text, news->number);
}

void news_session_event(Session *session, const char *connection, uint32_t events)
{
	Post *news = post_news(session->broker, session->face, session, tell_event);

	news->text = g_strdup(connection);
	news->number = events;
}

static void tell_scan_stopped(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->session_scan_stopped(userdata, news->session, news->text, news->reason);
}

void news_scan_stopped(Session *session, const char *connection, const char *reason)
{
	Post *news = post_news(session->broker, session->face, session, tell_scan_stopped);

	news->text = g_strdup(connection);
	news->reason = reason;
}

static void tell_client(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->session_client(userdata, news->session, news->text, &news->addr, news->on);
}

void news_session_client(Session *session, const char *connection, const Addr *addr, bool connected)
{
	Post *news = post_news(session->broker, session->face, session, tell_client);

	news->text = g_strdup(connection);
	news->addr = *addr;
	news->on = connected;
}

static void tell_client_asked(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->client_asked(userdata, news->session, &news->addr, news->offset, news->number);
}

void news_client_asked(Session *session, const Addr *addr, unsigned kind, uint32_t passkey)
{
	Post *news = post_news(session->broker, session->face, session, tell_client_asked);

	news->addr = *addr;
	news->offset = (uint16_t)kind;
	news->number = passkey;
}

static void tell_client_asked_over(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->client_asked_over(userdata, news->session, &news->addr);
}

void news_client_asked_over(Session *session, const Addr *addr)
{
	post_news(session->broker, session->face, session, tell_client_asked_over)->addr = *addr;
}

/* --- of a service of ours, for who serves --- */

static void tell_service_added(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->local_service_added(userdata, news->service);
}

void news_service_added(LocalService *service)
{
	post_news(service->session->broker, service->session->face, service, tell_service_added);
}

static void tell_service_removed(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->local_service_removed(userdata, news->service);
}

void news_service_removed(LocalService *service)
{
	post_news(service->session->broker, service->session->face, service, tell_service_removed);
}

static Post *post_local(LocalAttr *attr, PostTell tell)
{
	const Session *session = attr->service->session;

	return post_news(session->broker, session->face, attr, tell);
}

static void tell_local_added(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->local_attr_added(userdata, news->local);
}

void news_local_added(LocalAttr *attr)
{
	post_local(attr, tell_local_added);
}

static void tell_local_removed(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->local_attr_removed(userdata, news->local);
}

void news_local_removed(LocalAttr *attr)
{
	post_local(attr, tell_local_removed);
}

static void tell_read_request(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->local_read_request(userdata, news->local, news->number, &news->addr, news->offset);
}

void news_read_request(LocalAttr *attr, uint32_t id, const Addr *client, uint16_t offset)
{
	Post *news = post_local(attr, tell_read_request);

	news->number = id;
	news->addr = *client;
	news->offset = offset;
}

static void tell_write_request(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->local_write_request)
		ops->local_write_request(userdata, news->local, news->number, &news->addr, news->offset,
					 news->reason, news->value);
}

void news_write_request(LocalAttr *attr, uint32_t id, const LocalWritten *written)
{
	Post *news = post_local(attr, tell_write_request);

	news->number = id;
	news->addr = written->client;
	news->offset = written->offset;
	news->reason = written->type;
	news->value = g_bytes_new(written->bytes, written->length);
}

static void tell_confirmed(const Post *news, const FaceOps *ops, void *userdata)
{
	if (ops->local_confirmed)
		ops->local_confirmed(userdata, news->local);
}

void news_confirmed(LocalAttr *attr)
{
	post_local(attr, tell_confirmed);
}

static void tell_written(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->local_written(userdata, news->local, &news->addr, news->value);
}

void news_written(LocalAttr *attr, const Addr *client, GBytes *value)
{
	Post *news = post_local(attr, tell_written);

	news->addr = *client;
	news->value = g_bytes_ref(value);
}

static void tell_subscribed(const Post *news, const FaceOps *ops, void *userdata)
{
	ops->local_subscribed(userdata, news->local, &news->addr, news->on);
}

void news_subscribed(LocalAttr *attr, const Addr *client, bool on)
{
	Post *news = post_local(attr, tell_subscribed);

	news->addr = *client;
	news->on = on;
}
