/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1: scanning. */
#include "service/scan.h"

#include "service/call-session.h"
#include "service/filter-dbus.h"
#include "service/service.h"

static int read_seconds(Call *call, int32_t *ret)
{
	int r;

	r = sd_bus_message_rewind(call->message, true);
	if (r >= 0)
		r = sd_bus_message_read(call->message, "i", ret);
	return r < 0 ? r : 0;
}

int scan_check_start(Call *call, void *object, Reason *reason)
{
	int32_t seconds;
	int r;

	r = read_seconds(call, &seconds);
	if (r != 0)
		return r;
	return seconds == 0 ? call_ready_session(call, object, reason) :
			      call_powered_session(call, object, reason);
}

int scan_start(Call *call, void *object UNUSED, Reason *reason)
{
	int32_t seconds;
	int r;

	r = read_seconds(call, &seconds);
	if (r == 0)
		r = sessions_start_scan(call->session, seconds, service_now(call->service), reason);
	return r != 0 ? r : call_reply(call, NULL);
}

int scan_stop(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	sessions_stop_scan(call->session, "stopped");
	return call_reply(call, NULL);
}

int scan_is_active(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	return call_reply(call, "b", (int)call->session->scanning);
}

int scan_set_filter(Call *call, void *object UNUSED, Reason *reason)
{
	CLEANUP(scan_filter_clear) ScanFilter filter = { 0 };
	int r;

	r = filter_dbus_read(call->message, &call->service->broker->config, &filter, reason);
	if (r == 0)
		r = session_set_filter(call->session, &filter, reason);
	return r != 0 ? r : call_reply(call, NULL);
}
