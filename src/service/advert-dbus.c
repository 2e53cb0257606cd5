/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1: what is advertised. */
#include "service/advert-dbus.h"

#include <errno.h>

#include "bus/array.h"
#include "core/session.h"
#include "bus/advert-options.h"
#include "service/advert-params.h"
#include "service/call-session.h"
#include "service/service.h"

static void on_advertising(Wait *wait, int error, const Reason *reason)
{
	Call *call = CONTAINER_OF(wait, Call, wait);

	call_finish(call, error != 0 ? error : call_reply(call, NULL), reason);
}

/* Keeps the call, which waits for BlueZ if need be. */
static int keep(Call *call, Reason *reason)
{
	call_wait(call, on_advertising);
	return call_keep(call, reason);
}

/* The call is answered when the advertisement is on air, or is known not to be. */
static int finish(int r)
{
	return r != 0 ? r : CALL_DEFERRED;
}

int advert_dbus_set(Call *call, void *object UNUSED, Reason *reason)
{
	AdvertData data;
	int r;

	r = advert_options_read(call->message, &data, reason);
	if (r == 0)
		r = keep(call, reason);
	if (r == 0)
		r = advert_set(call->session, &data, &call->advert, reason);
	return finish(r);
}

int advert_dbus_set_params(Call *call, void *object UNUSED, Reason *reason)
{
	AdvertParams params;
	int r;

	r = advert_params_read(call->message, &params, reason);
	if (r == 0)
		r = keep(call, reason);
	if (r == 0)
		r = advert_set_params(call->session, &params, &call->advert, reason);
	return finish(r);
}

int advert_dbus_set_raw(Call *call, void *object UNUSED, Reason *reason)
{
	const void *adv, *scan_rsp;
	size_t adv_length, rsp_length;
	AdvertData data;
	int r;

	r = array_read(call->message, 'y', &adv, &adv_length);
	if (r >= 0)
		r = array_read(call->message, 'y', &scan_rsp, &rsp_length);
	if (r < 0)
		return r;
	r = advert_data_from_raw(&data, adv, adv_length, scan_rsp, rsp_length, reason);
	if (r == 0)
		r = keep(call, reason);
	if (r == 0)
		r = advert_set(call->session, &data, &call->advert, reason);
	return finish(r);
}

int advert_dbus_enable(Call *call, void *object UNUSED, Reason *reason)
{
	int enable = 0, r;

	r = sd_bus_message_read(call->message, "b", &enable);
	if (r < 0)
		return r;
	if (!enable) {
		advert_disable(call->session, service_now(call->service));
		return call_reply(call, NULL);
	}
	r = keep(call, reason);
	if (r == 0)
		r = advert_enable(call->session, &call->advert, service_now(call->service), reason);
	return finish(r);
}

/* Kinds of transmission, by Pycom's numbers. */
enum {
	TX_POWER_CONNECTION = 0,
	TX_POWER_ADVERTISING = 9,
	TX_POWER_SCAN = 10,
	TX_POWER_DEFAULT = 11,
};

#define TX_POWER_LEVEL_MAX 7
#define TX_POWER_OF_LEVEL(level) (-12 + 3 * (level))	/* dBm */

static int reply_power(Call *call, Reason *reason)
{
	int dbm = 0;
	int r;

	r = advert_power(call->session, &dbm, reason);
	if (r != 0)
		return r;
	r = sd_bus_reply_method_return(call->message, "i", dbm);
	return r < 0 ? -ECOMM : 0;
}

static void on_power(Wait *wait, int error, const Reason *given)
{
	Call *call = CONTAINER_OF(wait, Call, wait);
	Reason reason = { "" };

	if (given)
		reason = *given;
	if (error == 0)
		error = call_ready_session(call, NULL, &reason);
	if (error == 0)
		error = reply_power(call, &reason);
	call_finish(call, error, &reason);
}

static int set_power(Call *call, int level, Reason *reason)
{
	int r;

	r = call_keep(call, reason);
	if (r != 0)
		return r;
	call_wait(call, on_power);
	r = advert_set_power(call->session, TX_POWER_OF_LEVEL(level), &call->advert, reason);
	return r != 0 ? r : CALL_DEFERRED;
}

int advert_dbus_tx_power(Call *call, void *object UNUSED, Reason *reason)
{
	const void *levels;
	uint32_t type;
	size_t size;
	int r;

	r = sd_bus_message_read(call->message, "u", &type);
	if (r >= 0)
		r = array_read(call->message, 'i', &levels, &size);
	if (r < 0)
		return r;
	if (type != TX_POWER_CONNECTION && type != TX_POWER_ADVERTISING && type != TX_POWER_SCAN &&
	    type != TX_POWER_DEFAULT)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "type: TX_PWR_CONN (0), TX_PWR_ADV (9), TX_PWR_SCAN (10) or "
				  "TX_PWR_DEFAULT (11), not %u",
				  type);
	if (size > sizeof(int32_t))
		return reason_set(reason, E_INVALID_ARGUMENTS, "level: one at most, not %zu",
				  size / sizeof(int32_t));
	if (size > 0 && (*(const int32_t *)levels < 0 || *(const int32_t *)levels > TX_POWER_LEVEL_MAX))
		return reason_set(reason, E_INVALID_ARGUMENTS, "level: 0 to %d, not %d", TX_POWER_LEVEL_MAX,
				  *(const int32_t *)levels);
	if (type != TX_POWER_ADVERTISING)
		return reason_set(reason, E_NOT_SUPPORTED,
				  "type: BlueZ neither tells nor sets the power of a radio's transmissions, "
				  "but of advertisements (TX_PWR_ADV)");
	return size > 0 ? set_power(call, *(const int32_t *)levels, reason) : reply_power(call, reason);
}
