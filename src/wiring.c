/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What core wants, handed to the edge that can do it. */
#include "wiring.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bluez/adapter.h"
#include "bluez/advert.h"
#include "bluez/application.h"
#include "bluez/bond.h"
#include "bluez/client.h"
#include "bluez/gatt-call.h"
#include "bluez/link.h"
#include "bluez/mirror.h"
#include "bluez/pairing.h"
#include "bluez/subscription.h"
#include "bond-store.h"
#include "core/radio.h"
#include "util/fd.h"

static void radio_scan(void *userdata, Radio *radio, const ScanWish *wish)
{
	Edges *edges = userdata;

	bluez_scan(edges->bluez, radio, wish);
	source_listen(&edges->source);
}

static void radio_scan_restart(void *userdata, Radio *radio)
{
	bluez_scan_restart(((Edges *)userdata)->bluez, radio);
}

static void radio_power(void *userdata, Radio *radio, bool on)
{
	bluez_power(((Edges *)userdata)->bluez, radio, on);
}

static void radio_added(void *userdata, Radio *radio)
{
	Edges *edges = userdata;

	service_radio_added(edges->service, radio);
	source_radio_added(&edges->source);
	ledger_file_adopt(&edges->ledger, edges->bluez, radio);
}

static void radio_removed(void *userdata, Radio *radio)
{
	Edges *edges = userdata;

	service_radio_removed(edges->service, radio);
	source_listen(&edges->source);
}

static void on_radio_changed(void *userdata, Radio *radio, unsigned changes)
{
	service_radio_changed(((Edges *)userdata)->service, radio, changes);
}

static void session_event(void *userdata, Session *session, const char *connection, uint32_t events)
{
	service_session_event(((Edges *)userdata)->service, session, connection, events);
}

static bool session_batch(void *userdata, Session *session)
{
	return service_session_batch(((Edges *)userdata)->service, session);
}

static void session_scan_stopped(void *userdata, Session *session, const char *reason)
{
	service_session_scan_stopped(((Edges *)userdata)->service, session, reason);
}

static bool link_look(void *userdata, Radio *radio, const Addr *addr, LinkMirror *ret)
{
	Bluez *bluez = ((Edges *)userdata)->bluez;

	/* what it does not know now, it finds out as soon as there is a link that wants to know */
	return mirror_knows_devices(bluez) && bluez_link_look(bluez, radio, addr, ret);
}

static void on_link_connect(void *userdata, Link *link)
{
	bluez_link_connect(((Edges *)userdata)->bluez, link);
}

static void on_link_disconnect(void *userdata, Link *link)
{
	bluez_link_disconnect(((Edges *)userdata)->bluez, link);
}

static void link_owned(void *userdata, Link *link UNUSED)
{
	Edges *edges = userdata;

	ledger_file_save(&edges->ledger, edges->bluez, edges->broker);
}

static void on_link_pair(void *userdata, Link *link)
{
	bluez_pairing_begin(((Edges *)userdata)->bluez, link);
}

static void on_link_cancel_pair(void *userdata, Link *link)
{
	bluez_pairing_cancel(((Edges *)userdata)->bluez, link);
}

static void on_link_unpair(void *userdata, Link *link)
{
	bluez_pairing_undo(((Edges *)userdata)->bluez, link);
}

static void device_forget(void *userdata, Radio *radio, const Addr *addr)
{
	bluez_bond_forget(((Edges *)userdata)->bluez, radio, addr);
}

static void bonds_changed(void *userdata)
{
	bond_store_save(((Edges *)userdata)->broker);
}

static void attr_start(void *userdata, AttrOp *op)
{
	gatt_call_start(((Edges *)userdata)->bluez, op);
}

static void attr_forget(void *userdata UNUSED, AttrOp *op)
{
	gatt_call_forget(op);
}

static void link_added(void *userdata, Link *link)
{
	service_link_added(((Edges *)userdata)->service, link);
}

static void link_removed(void *userdata, Link *link)
{
	service_link_removed(((Edges *)userdata)->service, link);
}

static void on_link_changed(void *userdata, Link *link, unsigned changes)
{
	service_link_changed(((Edges *)userdata)->service, link, changes);
}

static void on_link_lost(void *userdata, Link *link, const char *reason)
{
	service_link_lost(((Edges *)userdata)->service, link, reason);
}

static void attr_added(void *userdata, Attr *attr)
{
	service_attr_added(((Edges *)userdata)->service, attr);
}

static void attr_removed(void *userdata, Attr *attr)
{
	service_attr_removed(((Edges *)userdata)->service, attr);
}

static void attr_notification(void *userdata, Attr *attr, AttrSub *sub, GBytes *value, uint64_t now)
{
	service_attr_notification(((Edges *)userdata)->service, attr, sub, value, now);
}

static void on_radio_rename(void *userdata, const Radio *radio, const char *name, NameWait *wait)
{
	adapter_rename(((Edges *)userdata)->bluez, radio, name, wait);
}

static void on_radio_rename_forget(void *userdata UNUSED, NameWait *wait)
{
	adapter_rename_forget(wait);
}

static void on_advert_start(void *userdata, Advert *advert)
{
	bluez_advert_start(((Edges *)userdata)->bluez, advert);
}

static void on_advert_stop(void *userdata, Advert *advert)
{
	bluez_advert_stop(((Edges *)userdata)->bluez, advert);
}

static void local_register(void *userdata, LocalService *service)
{
	application_register(((Edges *)userdata)->bluez, service);
}

static void local_unregister(void *userdata, LocalService *service)
{
	application_unregister(((Edges *)userdata)->bluez, service);
}

static void local_notify(void *userdata, LocalAttr *attr, GBytes *value)
{
	subscriptions_notify(((Edges *)userdata)->bluez, attr, value);
}

static int local_flow_ask(void *userdata)
{
	return subscriptions_ask(((Edges *)userdata)->bluez);
}

static int on_local_notify_one(void *userdata UNUSED, LocalAttr *attr, const Addr *client, GBytes *value)
{
	return subscription_notify(attr, client, value);
}

static void client_disconnect(void *userdata, Radio *radio, const Addr *addr)
{
	bluez_client_disconnect(((Edges *)userdata)->bluez, radio, addr);
}

static void on_session_client(void *userdata, Session *session, const char *connection, const Addr *addr,
			      bool connected)
{
	service_session_client(((Edges *)userdata)->service, session, connection, addr, connected);
}

static void local_service_added(void *userdata, LocalService *service)
{
	service_local_service_added(((Edges *)userdata)->service, service);
}

static void local_service_removed(void *userdata, LocalService *service)
{
	service_local_service_removed(((Edges *)userdata)->service, service);
}

static void local_attr_added(void *userdata, LocalAttr *attr)
{
	service_local_attr_added(((Edges *)userdata)->service, attr);
}

static void local_attr_removed(void *userdata, LocalAttr *attr)
{
	service_local_attr_removed(((Edges *)userdata)->service, attr);
}

static void local_read_request(void *userdata, LocalAttr *attr, uint32_t id, const Addr *client,
			       uint16_t offset)
{
	service_local_read_request(((Edges *)userdata)->service, attr, id, client, offset);
}

static void local_written(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value)
{
	service_local_written(((Edges *)userdata)->service, attr, client, value);
}

static void on_local_subscribed(void *userdata, LocalAttr *attr, const Addr *client, bool on)
{
	service_local_subscribed(((Edges *)userdata)->service, attr, client, on);
}

static int antenna(void *userdata, bool external)
{
	Edges *edges = userdata;
	CLEANUP(fd_closep) int fd = -1;

	fd = open(edges->config->antenna_switch, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 || write(fd, external ? "1" : "0", 1) != 1 ? -errno : 0;
}

static void bluez_stalled(void *userdata)
{
	service_bluez_stalled(((Edges *)userdata)->service);
}

static void wake_at(void *userdata, uint64_t when)
{
	Edges *edges = userdata;

	if (when == USEC_NEVER) {
		(void)sd_event_source_set_enabled(edges->timer, SD_EVENT_OFF);
		return;
	}
	(void)sd_event_source_set_time(edges->timer, when);
	(void)sd_event_source_set_enabled(edges->timer, SD_EVENT_ONESHOT);
}

const BrokerOps edges_ops = {
	.radio_scan = radio_scan,
	.radio_scan_restart = radio_scan_restart,
	.radio_power = radio_power,
	.radio_rename = on_radio_rename,
	.radio_rename_forget = on_radio_rename_forget,
	.radio_added = radio_added,
	.radio_removed = radio_removed,
	.radio_changed = on_radio_changed,
	.session_event = session_event,
	.session_batch = session_batch,
	.session_scan_stopped = session_scan_stopped,
	.link_look = link_look,
	.link_connect = on_link_connect,
	.link_disconnect = on_link_disconnect,
	.link_owned = link_owned,
	.link_pair = on_link_pair,
	.link_cancel_pair = on_link_cancel_pair,
	.link_unpair = on_link_unpair,
	.device_forget = device_forget,
	.attr_start = attr_start,
	.attr_forget = attr_forget,
	.link_added = link_added,
	.link_removed = link_removed,
	.link_changed = on_link_changed,
	.link_lost = on_link_lost,
	.attr_added = attr_added,
	.attr_removed = attr_removed,
	.attr_notification = attr_notification,
	.advert_start = on_advert_start,
	.advert_stop = on_advert_stop,
	.local_register = local_register,
	.local_unregister = local_unregister,
	.local_notify = local_notify,
	.local_flow_ask = local_flow_ask,
	.local_notify_one = on_local_notify_one,
	.client_disconnect = client_disconnect,
	.session_client = on_session_client,
	.local_service_added = local_service_added,
	.local_service_removed = local_service_removed,
	.local_attr_added = local_attr_added,
	.local_attr_removed = local_attr_removed,
	.local_read_request = local_read_request,
	.local_written = local_written,
	.local_subscribed = on_local_subscribed,
	.bluez_stalled = bluez_stalled,
	.bonds_changed = bonds_changed,
	.antenna = antenna,
	.wake_at = wake_at,
};
