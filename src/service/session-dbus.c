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
	return error != 0 ? error : call_reply(call);
}

static int init(Call *call, Reason *reason)
{
	InitOptions options;
	Session *session = NULL;
	int r;

	r = init_options_read(call->message, &options, reason);
	if (r != 0)
		return r;
	r = call_session(call, &session, reason);
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

static int deinit(Call *call, Reason *reason)
{
	Session *session = NULL;
	int r;

	r = call_session(call, &session, reason);
	if (r != 0)
		return r;
	session_deinit(session, service_now(call->service));
	return call_reply(call);
}

static int close_session(Call *call, Reason *reason)
{
	Session *session = NULL;
	int r;

	r = call_session(call, &session, reason);
	if (r != 0)
		return r;
	if (!session->owner)
		return reason_set(reason, E_NOT_SUPPORTED, "a user session is not closed; Deinit releases what it holds");
	session_drop(session, service_now(call->service));
	return call_reply(call);
}

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
	Session *session = NULL;
	int32_t seconds;
	int r;

	if (error != 0)
		return error;
	r = read_seconds(call, &seconds);
	if (r != 0)
		return r;
	r = call_ready_session(call, &session, reason);
	if (r != 0)
		return r;
	r = session_start_scan(session, seconds, service_now(call->service), reason);
	return r != 0 ? r : call_reply(call);
}

static int start_scan(Call *call, Reason *reason)
{
	int32_t seconds;
	int r;

	r = read_seconds(call, &seconds);
	if (r != 0)
		return r;
	return seconds == 0 ? scan_when_powered(call, 0, reason) : call_powered_session(call, scan_when_powered, reason);
}

static int stop_scan(Call *call, Reason *reason)
{
	Session *session = NULL;
	int r;

	r = call_ready_session(call, &session, reason);
	if (r != 0)
		return r;
	session_stop_scan(session, "stopped");
	return call_reply(call);
}

static int is_scanning(Call *call, Reason *reason)
{
	Session *session = NULL;
	int r;

	r = call_ready_session(call, &session, reason);
	if (r != 0)
		return r;
	return sd_bus_reply_method_return(call->message, "b", (int)session->scanning) < 0 ? -ECOMM : 0;
}

static int set_scan_filter(Call *call, Reason *reason)
{
	ScanFilter filter;
	Session *session = NULL;
	int r;

	r = call_ready_session(call, &session, reason);
	if (r != 0)
		return r;
	r = filter_read(call->message, &call->service->broker->config, &filter, reason);
	if (r != 0)
		return r;
	r = session_set_filter(session, &filter, reason);
	scan_filter_clear(&filter);
	return r != 0 ? r : call_reply(call);
}

/* --- reports --- */

static int reply_reports(Call *call, size_t max, bool rich, Reason *reason)
{
	Session *session = NULL;
	int r;

	r = call_ready_session(call, &session, reason);
	return r != 0 ? r : reports_reply(call, session, max, rich, reason);
}

static int get_adv(Call *call, Reason *reason)
{
	return reply_reports(call, 1, false, reason);
}

static int get_advertisements(Call *call, Reason *reason)
{
	return reply_reports(call, SIZE_MAX, false, reason);
}

static int read_advertisements(Call *call, Reason *reason)
{
	uint32_t max;
	int r;

	r = sd_bus_message_read(call->message, "u", &max);
	if (r < 0)
		return r;
	return reply_reports(call, max == 0 ? SIZE_MAX : max, true, reason);
}

/* --- links --- */

static int connect_when_powered(Call *call, int error, Reason *reason)
{
	Session *session = NULL;

	if (error == 0)
		error = call_ready_session(call, &session, reason);
	return error != 0 ? error : session_connect(call, session, reason);
}

static int connect_device(Call *call, Reason *reason)
{
	return call_powered_session(call, connect_when_powered, reason);
}

/* --- events --- */

static int callback(Call *call, Reason *reason)
{
	Session *session = NULL;
	uint32_t triggers;
	int r;

	r = sd_bus_message_read(call->message, "u", &triggers);
	if (r < 0)
		return r;
	if (triggers & ~(uint32_t)TRIGGERS_KNOWN)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "triggers: 0x%x has bits that are no events of a session (0x%x)", triggers,
				  TRIGGERS_KNOWN);
	r = call_ready_session(call, &session, reason);
	if (r != 0)
		return r;

	/* the reply first: an event that is due already must find the program listening */
	if (triggers != 0)
		r = session_may_subscribe(session, call_sender(call), reason);
	if (r == 0)
		r = call_reply(call);
	if (r != 0)
		return r;
	session_subscribe(session, call_sender(call), triggers);
	return 0;
}

static int events(Call *call, Reason *reason)
{
	Session *session = NULL;
	int r;

	r = call_ready_session(call, &session, reason);
	if (r != 0)
		return r;
	return sd_bus_reply_method_return(call->message, "u", session_take_events(session)) < 0 ? -ECOMM : 0;
}

/* The data is the caller's, and so must be the session. */
static int resolve(Call *call, Reason *reason)
{
	Session *session = NULL;
	int r;

	r = call_session(call, &session, reason);
	return r != 0 ? r : resolve_adv_data(call, reason);
}

static int forget_when_powered(Call *call, int error, Reason *reason)
{
	Session *session = NULL;

	if (error == 0)
		error = call_ready_session(call, &session, reason);
	return error != 0 ? error : forget_device(call, session, reason);
}

static int forget(Call *call, Reason *reason)
{
	return call_powered_session(call, forget_when_powered, reason);
}

const Method session_methods[] = {
	{ .member = "Init", .run = init },
	{ .member = "Deinit", .run = deinit },
	{ .member = "StartScan", .run = start_scan },
	{ .member = "StopScan", .run = stop_scan },
	{ .member = "IsScanning", .run = is_scanning, .question = true },
	{ .member = "GetAdv", .run = get_adv },
	{ .member = "GetAdvertisements", .run = get_advertisements },
	{ .member = "ResolveAdvData", .run = resolve, .question = true },
	{ .member = "Callback", .run = callback },
	{ .member = "Events", .run = events },
	{ .member = "SetScanFilter", .run = set_scan_filter },
	{ .member = "ReadAdvertisements", .run = read_advertisements },
	{ .member = "AcquireAdvertisements", .run = acquire_advertisements },
	{ .member = "Connect", .run = connect_device },
	{ .member = "SetAdvertisement", .run = set_advertisement },
	{ .member = "SetAdvertisementParams", .run = set_advertisement_params },
	{ .member = "SetAdvertisementRaw", .run = set_advertisement_raw },
	{ .member = "Advertise", .run = advertise },
	{ .member = "Service", .run = session_service },
	{ .member = "DisconnectClient", .run = disconnect_client },
	{ .member = "TxPower", .run = tx_power },
	{ .member = "SetPin", .run = set_pin },
	{ .member = "GattsMtu", .run = gatts_mtu, .question = true },
	{ .member = "Forget", .run = forget },
	{ .member = "Close", .run = close_session },
	{ 0 }
};

const sd_bus_vtable session_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Init", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Deinit", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("StartScan", SD_BUS_ARGS("i", seconds), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("StopScan", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("IsScanning", SD_BUS_NO_ARGS, SD_BUS_RESULT("b", scanning), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetAdv", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(syynay)", advertisements), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetAdvertisements", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(syynay)", advertisements),
				call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ResolveAdvData", SD_BUS_ARGS("ay", data, "y", type), SD_BUS_RESULT("av", values),
				call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Callback", SD_BUS_ARGS("u", triggers), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Events", SD_BUS_NO_ARGS, SD_BUS_RESULT("u", events), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetScanFilter", SD_BUS_ARGS("a{sv}", filter), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ReadAdvertisements", SD_BUS_ARGS("u", max),
				SD_BUS_RESULT("a(tsyynaya{sv})", advertisements, "t", dropped), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("AcquireAdvertisements", SD_BUS_ARGS("a{sv}", options),
				SD_BUS_RESULT("h", fd, "u", version), call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Connect", SD_BUS_ARGS("s", mac, "a{sv}", options), SD_BUS_RESULT("o", connection), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAdvertisement", SD_BUS_ARGS("a{sv}", advertisement), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAdvertisementParams", SD_BUS_ARGS("a{sv}", params), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAdvertisementRaw", SD_BUS_ARGS("ay", adv, "ay", scan_rsp), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Advertise", SD_BUS_ARGS("b", enable), SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Service", SD_BUS_ARGS("v", uuid, "a{sv}", options), SD_BUS_RESULT("o", service),
				call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("DisconnectClient", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("TxPower", SD_BUS_ARGS("u", type, "ai", level), SD_BUS_RESULT("i", dbm), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetPin", SD_BUS_ARGS("u", pin), SD_BUS_NO_RESULT, call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GattsMtu", SD_BUS_NO_ARGS, SD_BUS_RESULT("aq", mtu), call_entry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Forget", SD_BUS_ARGS("s", address), SD_BUS_NO_RESULT, call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Close", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("Event", SD_BUS_ARGS("u", events), 0),
	SD_BUS_SIGNAL_WITH_ARGS("Advertisements", SD_BUS_ARGS("a(tsyynaya{sv})", advertisements, "t", dropped), 0),
	SD_BUS_SIGNAL_WITH_ARGS("ScanStopped", SD_BUS_ARGS("s", reason), 0),
	SD_BUS_SIGNAL_WITH_ARGS("ClientConnected", SD_BUS_ARGS("s", address), 0),
	SD_BUS_SIGNAL_WITH_ARGS("ClientDisconnected", SD_BUS_ARGS("s", address), 0),
	SD_BUS_VTABLE_END
};
