/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.Session1: the bus face of core/session. */
#include <errno.h>

#include "meaning/constants.h"
#include "service/advert-dbus.h"
#include "service/advert-stream.h"
#include "service/bonds.h"
#include "service/call-session.h"
#include "service/filter-dbus.h"
#include "service/init-options.h"
#include "service/interfaces.h"
#include "service/report-dbus.h"
#include "service/service.h"

#define TRIGGERS_KNOWN (EVENT_NEW_ADV | EVENT_CLIENT_CONNECTED | EVENT_CLIENT_DISCONNECTED)

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
	r = session_init(session, &options, service_now(call->service), reason);
	if (r != 0)
		return r;
	r = call_wait_power(call, session->radio, initialised, reason);
	return r == CALL_DEFERRED ? r : initialised(call, r, reason);
}
METHOD(init, call_session)

static int deinit(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	session_deinit(call->session, service_now(call->service));
	return call_reply(call, NULL);
}
METHOD(deinit, call_session)

static int close_session(Call *call, void *object UNUSED, Reason *reason)
{
	if (!call->session->owner)
		return reason_set(reason, E_NOT_SUPPORTED,
				  "a user session is not closed; Deinit releases what it holds");
	session_drop(call->session, service_now(call->service));
	return call_reply(call, NULL);
}
METHOD(close_session, call_session)

/* --- scan --- */

static int read_seconds(Call *call, int32_t *ret)
{
	int r;

	r = sd_bus_message_rewind(call->message, true);
	if (r >= 0)
		r = sd_bus_message_read(call->message, "i", ret);
	return r < 0 ? r : 0;
}

/* The session is looked up anew: between the two halves it may have gone, and come again. */
static int scan_when_powered(Call *call, int error, Reason *reason)
{
	int32_t seconds;
	int r;

	if (error != 0)
		return error;
	r = read_seconds(call, &seconds);
	if (r == 0)
		r = call_ready_session(call, NULL, reason);
	if (r == 0)
		r = session_start_scan(call->session, seconds, service_now(call->service), reason);
	return r != 0 ? r : call_reply(call, NULL);
}

static int start_scan(Call *call, void *object UNUSED, Reason *reason)
{
	int32_t seconds;
	int r;

	r = read_seconds(call, &seconds);
	if (r != 0)
		return r;
	return seconds == 0 ? scan_when_powered(call, 0, reason) :
			      call_powered_session(call, scan_when_powered, reason);
}
METHOD(start_scan, NULL)

static int stop_scan(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	session_stop_scan(call->session, "stopped");
	return call_reply(call, NULL);
}
METHOD(stop_scan, call_ready_session)

static int is_scanning(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	return call_reply(call, "b", (int)call->session->scanning);
}
QUESTION(is_scanning, call_ready_session)

static int set_scan_filter(Call *call, void *object UNUSED, Reason *reason)
{
	ScanFilter filter;
	int r;

	r = filter_read(call->message, &call->service->broker->config, &filter, reason);
	if (r != 0)
		return r;
	r = session_set_filter(call->session, &filter, reason);
	scan_filter_clear(&filter);
	return r != 0 ? r : call_reply(call, NULL);
}
METHOD(set_scan_filter, call_ready_session)

/* --- reports --- */

static int get_adv(Call *call, void *object UNUSED, Reason *reason)
{
	return reports_reply(call, call->session, 1, false, reason);
}
METHOD(get_adv, call_ready_session)

static int get_advertisements(Call *call, void *object UNUSED, Reason *reason)
{
	return reports_reply(call, call->session, SIZE_MAX, false, reason);
}
METHOD(get_advertisements, call_ready_session)

static int read_advertisements(Call *call, void *object UNUSED, Reason *reason)
{
	uint32_t max;
	int r;

	r = sd_bus_message_read(call->message, "u", &max);
	return r < 0 ? r : reports_reply(call, call->session, max == 0 ? SIZE_MAX : max, true, reason);
}
METHOD(read_advertisements, call_ready_session)

METHOD(acquire_advertisements, call_ready_session)

/* --- links --- */

static int connect_when_powered(Call *call, int error, Reason *reason)
{
	if (error == 0)
		error = call_ready_session(call, NULL, reason);
	return error != 0 ? error : session_connect(call, call->session, reason);
}

static int connect_device(Call *call, void *object UNUSED, Reason *reason)
{
	return call_powered_session(call, connect_when_powered, reason);
}
METHOD(connect_device, NULL)

static int forget_when_powered(Call *call, int error, Reason *reason)
{
	if (error == 0)
		error = call_ready_session(call, NULL, reason);
	return error != 0 ? error : forget_device(call, call->session, reason);
}

static int forget(Call *call, void *object UNUSED, Reason *reason)
{
	return call_powered_session(call, forget_when_powered, reason);
}
METHOD(forget, NULL)

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
	r = triggers != 0 ? session_may_subscribe(session, call_sender(call), reason) : 0;
	if (r == 0)
		r = call_reply(call, NULL);
	if (r != 0)
		return r;
	session_subscribe(session, call_sender(call), triggers);
	return 0;
}
METHOD(callback, call_ready_session)

static int events(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	return call_reply(call, "u", session_take_events(call->session));
}
METHOD(events, call_ready_session)

/* The data is the caller's, and so must be the session. */
QUESTION(resolve_adv_data, call_session)

/* --- the peripheral side --- */

METHOD(set_advertisement, NULL)
METHOD(set_advertisement_params, NULL)
METHOD(set_advertisement_raw, NULL)
METHOD(advertise, NULL)
METHOD(session_service, NULL)
METHOD(disconnect_client, call_ready_session)
METHOD(tx_power, call_ready_session)
METHOD(set_pin, call_ready_session)
QUESTION(gatts_mtu, call_ready_session)

const sd_bus_vtable session_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Init", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT, method_init,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Deinit", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_deinit,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("StartScan", SD_BUS_ARGS("i", seconds), SD_BUS_NO_RESULT, method_start_scan,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("StopScan", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_stop_scan,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("IsScanning", SD_BUS_NO_ARGS, SD_BUS_RESULT("b", scanning),
				method_is_scanning, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetAdv", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(syynay)", advertisements),
				method_get_adv, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetAdvertisements", SD_BUS_NO_ARGS,
				SD_BUS_RESULT("a(syynay)", advertisements), method_get_advertisements,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ResolveAdvData", SD_BUS_ARGS("ay", data, "y", type),
				SD_BUS_RESULT("av", values), method_resolve_adv_data,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Callback", SD_BUS_ARGS("u", triggers), SD_BUS_NO_RESULT, method_callback,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Events", SD_BUS_NO_ARGS, SD_BUS_RESULT("u", events), method_events,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetScanFilter", SD_BUS_ARGS("a{sv}", filter), SD_BUS_NO_RESULT,
				method_set_scan_filter, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ReadAdvertisements", SD_BUS_ARGS("u", max),
				SD_BUS_RESULT("a(tsyynaya{sv})", advertisements, "t", dropped),
				method_read_advertisements, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("AcquireAdvertisements", SD_BUS_ARGS("a{sv}", options),
				SD_BUS_RESULT("h", fd, "u", version), method_acquire_advertisements,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Connect", SD_BUS_ARGS("s", mac, "a{sv}", options),
				SD_BUS_RESULT("o", connection), method_connect_device,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAdvertisement", SD_BUS_ARGS("a{sv}", advertisement), SD_BUS_NO_RESULT,
				method_set_advertisement, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAdvertisementParams", SD_BUS_ARGS("a{sv}", params), SD_BUS_NO_RESULT,
				method_set_advertisement_params, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAdvertisementRaw", SD_BUS_ARGS("ay", adv, "ay", scan_rsp),
				SD_BUS_NO_RESULT, method_set_advertisement_raw, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Advertise", SD_BUS_ARGS("b", enable), SD_BUS_NO_RESULT, method_advertise,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Service", SD_BUS_ARGS("v", uuid, "a{sv}", options),
				SD_BUS_RESULT("o", service), method_session_service,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("DisconnectClient", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT,
				method_disconnect_client, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("TxPower", SD_BUS_ARGS("u", type, "ai", level), SD_BUS_RESULT("i", dbm),
				method_tx_power, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetPin", SD_BUS_ARGS("u", pin), SD_BUS_NO_RESULT, method_set_pin,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GattsMtu", SD_BUS_NO_ARGS, SD_BUS_RESULT("aq", mtu), method_gatts_mtu,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Forget", SD_BUS_ARGS("s", address), SD_BUS_NO_RESULT, method_forget,
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
