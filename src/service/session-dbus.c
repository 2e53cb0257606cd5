/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.Session1: the bus face of core/session. */
#include <errno.h>

#include "core/peripheral.h"
#include "meaning/constants.h"
#include "service/advert-dbus.h"
#include "service/advert-stream.h"
#include "service/bonds.h"
#include "service/call-session.h"
#include "service/connect.h"
#include "service/emit.h"
#include "service/init-options.h"
#include "service/interfaces.h"
#include "service/local-service-dbus.h"
#include "service/path.h"
#include "service/report-dbus.h"
#include "service/resolve.h"
#include "service/scan.h"
#include "service/service.h"

#include "core/subscriber.h"

#define TRIGGERS_KNOWN (EVENT_NEW_ADV | EVENT_CLIENT_CONNECTED | EVENT_CLIENT_DISCONNECTED)

/* About how many bytes a report takes in a signal. */
#define REPORT_SIZE 160

/* --- life --- */

static int initialised(Call *call, int error, Reason *reason UNUSED)
{
	return error != 0 ? error : call_reply(call, NULL);
}

static int init(Call *call, void *object UNUSED, Reason *reason)
{
	Session *session = call->session;
	InitOptions options;
	int r;

	r = init_options_read(call->message, &options, reason);
	if (r != 0)
		return r;
	r = radio_ready(session->radio, reason);
	if (r != 0 && !(r == E_NOT_READY && session->radio->present))
		return r;
	/* what may be refused comes before the session is changed */
	r = session->radio->bluez.powered ? 0 : call_keep(call, reason);
	if (r != 0)
		return r;
	r = sessions_init(session, &options, service_now(call->service), reason);
	if (r != 0)
		return r;
	r = call_wait_power(call, session->radio, initialised, reason);
	return r == CALL_DEFERRED ? r : initialised(call, r, reason);
}
METHOD(init, call_session)

static int deinit(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	sessions_deinit(call->session, service_now(call->service));
	return call_reply(call, NULL);
}
METHOD(deinit, call_session)

static int close_session(Call *call, void *object UNUSED, Reason *reason)
{
	if (!call->session->owner)
		return reason_set(reason, E_NOT_SUPPORTED,
				  "a user session is not closed; Deinit releases what it holds");
	sessions_drop(call->session, service_now(call->service));
	return call_reply(call, NULL);
}
METHOD(close_session, call_session)

/* --- events --- */

static int callback(Call *call, void *object UNUSED, Reason *reason)
{
	Session *session = call->session;
	uint32_t triggers;
	int r;

	r = sd_bus_message_read(call->message, "u", &triggers);
	if (r < 0)
		return r;
	if (triggers & ~(uint32_t)TRIGGERS_KNOWN)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "triggers: 0x%x has bits that are no events of a session (0x%x)", triggers,
				  TRIGGERS_KNOWN);

	/* the reply first: an event that is due already must find the program listening */
	r = triggers != 0 ? subscriber_may_come(session, call_sender(call), reason) : 0;
	if (r == 0)
		r = call_reply_first(call);
	if (r != 0)
		return r;
	subscriber_add(session, call_sender(call), triggers);
	return 0;
}
METHOD(callback, call_ready_session)

static int events(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	return call_reply(call, "u", session_take_events(call->session));
}
METHOD(events, call_ready_session)

/* --- the peripheral side --- */

static int set_pin(Call *call, void *object UNUSED, Reason *reason)
{
	uint32_t pin;
	int r;

	r = sd_bus_message_read(call->message, "u", &pin);
	if (r < 0)
		return r;
	if (pin > PIN_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "pin: 0 to %u, not %u", PIN_MAX, pin);
	sessions_set_pin(call->session, pin);
	return call_reply(call, NULL);
}
METHOD(set_pin, call_ready_session)

static int gatts_mtu(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	uint16_t mtu = peripheral_mtu(call->session->radio->peripheral, call->session);
	int r;

	r = mtu > 0 ? sd_bus_reply_method_return(call->message, "aq", 1, mtu) :
		      sd_bus_reply_method_return(call->message, "aq", 0);
	return r < 0 ? -ECOMM : 0;
}
QUESTION(gatts_mtu, call_ready_session)

static int disconnect_client(Call *call, void *object UNUSED, Reason *reason)
{
	int r = peripheral_disconnect(call->session->radio->peripheral, call->session, reason);

	return r != 0 ? r : call_reply(call, NULL);
}
METHOD(disconnect_client, call_ready_session)

/* --- methods that have a file of their own --- */

METHOD(scan_start, scan_check_start)
METHOD(scan_stop, call_ready_session)
QUESTION(scan_is_active, call_ready_session)
METHOD(scan_set_filter, call_ready_session)
METHOD(report_dbus_get, call_ready_session)
METHOD(report_dbus_get_all, call_ready_session)
METHOD(report_dbus_read, call_ready_session)
METHOD(advert_stream_acquire, call_ready_session)
/* the data is the caller's own, but the session must be, too */
QUESTION(resolve_adv_data, call_session)
METHOD(connect_device, call_powered_session)
METHOD(bonds_forget, call_powered_session)
METHOD(advert_dbus_set, call_powered_session)
METHOD(advert_dbus_set_params, call_powered_session)
METHOD(advert_dbus_set_raw, call_powered_session)
METHOD(advert_dbus_enable, call_powered_session)
METHOD(advert_dbus_tx_power, call_ready_session)
METHOD(local_service_dbus_new, call_powered_session)

/* --- signals --- */

static int signal_new(Service *service, const Session *session, const char *member, sd_bus_message **ret)
{
	char path[PATH_SIZE];

	return sd_bus_message_new_signal(service->bus, ret, path_of_signals(session, path), SESSION_INTERFACE,
					 member);
}

void session_dbus_event(void *userdata, Session *session, const char *connection, uint32_t events)
{
	Service *service = userdata;
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = signal_new(service, session, "Event", &m);
	if (r >= 0)
		r = sd_bus_message_append(m, "u", events);
	if (r >= 0)
		r = peers_send(service->peers, connection, m, 0);
	if (r == -ENOBUFS)
		subscriber_hold(session, connection, events);
	else
		emit_check(r);
}

bool session_dbus_batch(void *userdata, Session *session, bool press)
{
	Service *service = userdata;
	const size_t before = ring_count(session->ring);
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *first = NULL;
	int r = 0;

	if (!press && service_is_behind(service))
		return false;

	for (guint i = 0; i < session->subscribers->len && r >= 0; i++) {
		const Subscriber *subscriber = &g_array_index(session->subscribers, Subscriber, i);
		CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;

		if (!(subscriber->triggers & EVENT_NEW_ADV) || subscriber->stuck)
			continue;
		r = signal_new(service, session, "Advertisements", &m);
		if (r < 0)
			break;
		/* the reports leave the FIFO once; more readers get a copy of what the first got */
		if (first) {
			r = sd_bus_message_rewind(first, true);
			if (r >= 0)
				r = sd_bus_message_copy(m, first, true);
		} else {
			r = report_dbus_append(m, session,
					       MIN(session->filter.batch_max, SIGNAL_REPORTS_MAX));
		}
		if (r >= 0)
			service_send(service, subscriber->connection, m,
				     (before - ring_count(session->ring)) * REPORT_SIZE);
		if (!first)
			first = sd_bus_message_ref(m);
	}
	emit_check(r);
	return true;
}

void session_dbus_scan_stopped(void *userdata, Session *session, const char *connection, const char *reason)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	Service *service = userdata;
	int r;

	r = signal_new(service, session, "ScanStopped", &m);
	if (r >= 0)
		r = sd_bus_message_append(m, "s", reason);
	if (r >= 0)
		service_send(service, connection, m, 0);
	emit_check(r);
}

void session_dbus_client(void *userdata, Session *session, const char *connection, const Addr *addr,
			    bool connected)
{
	Service *service = userdata;
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	char address[ADDR_STRING_SIZE];
	int r;

	r = signal_new(service, session, connected ? "ClientConnected" : "ClientDisconnected", &m);
	if (r >= 0)
		r = sd_bus_message_append(m, "s", addr_format(addr, address));
	if (r >= 0)
		service_send(service, connection, m, 0);
	emit_check(r);
}

const sd_bus_vtable session_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Init", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT, method_init,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Deinit", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_deinit,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("StartScan", SD_BUS_ARGS("i", seconds), SD_BUS_NO_RESULT, method_scan_start,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("StopScan", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_scan_stop,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("IsScanning", SD_BUS_NO_ARGS, SD_BUS_RESULT("b", scanning),
				method_scan_is_active, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetAdv", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(syynay)", advertisements),
				method_report_dbus_get, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetAdvertisements", SD_BUS_NO_ARGS,
				SD_BUS_RESULT("a(syynay)", advertisements), method_report_dbus_get_all,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ResolveAdvData", SD_BUS_ARGS("ay", data, "y", type),
				SD_BUS_RESULT("av", values), method_resolve_adv_data,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Callback", SD_BUS_ARGS("u", triggers), SD_BUS_NO_RESULT, method_callback,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Events", SD_BUS_NO_ARGS, SD_BUS_RESULT("u", events), method_events,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetScanFilter", SD_BUS_ARGS("a{sv}", filter), SD_BUS_NO_RESULT,
				method_scan_set_filter, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ReadAdvertisements", SD_BUS_ARGS("u", max),
				SD_BUS_RESULT("a(tsyynaya{sv})", advertisements, "t", dropped),
				method_report_dbus_read, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("AcquireAdvertisements", SD_BUS_ARGS("a{sv}", options),
				SD_BUS_RESULT("h", fd, "u", version), method_advert_stream_acquire,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Connect", SD_BUS_ARGS("s", mac, "a{sv}", options),
				SD_BUS_RESULT("o", connection), method_connect_device,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAdvertisement", SD_BUS_ARGS("a{sv}", advertisement), SD_BUS_NO_RESULT,
				method_advert_dbus_set, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAdvertisementParams", SD_BUS_ARGS("a{sv}", params), SD_BUS_NO_RESULT,
				method_advert_dbus_set_params, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAdvertisementRaw", SD_BUS_ARGS("ay", adv, "ay", scan_rsp),
				SD_BUS_NO_RESULT, method_advert_dbus_set_raw, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Advertise", SD_BUS_ARGS("b", enable), SD_BUS_NO_RESULT,
				method_advert_dbus_enable, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Service", SD_BUS_ARGS("v", uuid, "a{sv}", options),
				SD_BUS_RESULT("o", service), method_local_service_dbus_new,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("DisconnectClient", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT,
				method_disconnect_client, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("TxPower", SD_BUS_ARGS("u", type, "ai", level), SD_BUS_RESULT("i", dbm),
				method_advert_dbus_tx_power, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetPin", SD_BUS_ARGS("u", pin), SD_BUS_NO_RESULT, method_set_pin,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GattsMtu", SD_BUS_NO_ARGS, SD_BUS_RESULT("aq", mtu), method_gatts_mtu,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Forget", SD_BUS_ARGS("s", address), SD_BUS_NO_RESULT, method_bonds_forget,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Close", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_close_session,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("Event", SD_BUS_ARGS("u", events), 0),
	SD_BUS_SIGNAL_WITH_ARGS("Advertisements",
				SD_BUS_ARGS("a(tsyynaya{sv})", advertisements, "t", dropped), 0),
	SD_BUS_SIGNAL_WITH_ARGS("ScanStopped", SD_BUS_ARGS("s", reason), 0),
	SD_BUS_SIGNAL_WITH_ARGS("ClientConnected", SD_BUS_ARGS("s", address), 0),
	SD_BUS_SIGNAL_WITH_ARGS("ClientDisconnected", SD_BUS_ARGS("s", address), 0),
	SD_BUS_VTABLE_END
};
