/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairings that programs ask for. */
#include "bluez/pairing.h"

#include <errno.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/bond.h"
#include "bluez/device-call.h"
#include "bluez/device.h"
#include "bus/msg.h"
#include "bluez/trust.h"
#include "core/pairing.h"
#include "util/log.h"

#define PAIR_TIMEOUT (90 * USEC_PER_SEC)
/* Since this version Pair sets the security of the ATT socket; before, it had the kernel pair without the
 * socket. */
#define BY_SOCKET_SINCE BLUEZ_VERSION(5, 81)

static int translate_error(const sd_bus_error *error, const Link *link, Reason *reason)
{
	static const struct {
		const char *name;
		int outcome;
		const char *says;
	} table[] = {
		{ "org.bluez.Error.AlreadyExists", -EALREADY, "" },
		{ "org.bluez.Error.AuthenticationTimeout", E_TIMED_OUT,
		  "the pairing was not finished in time" },
		{ "org.bluez.Error.AuthenticationCanceled", E_FAILED, "the pairing was cancelled" },
		{ "org.bluez.Error.AuthenticationRejected", E_CONNECTION_REFUSED, "the pairing was refused" },
		{ "org.bluez.Error.AuthenticationFailed", E_FAILED,
		  "the pairing failed; is the passkey right?" },
		{ "org.bluez.Error.ConnectionAttemptFailed", E_NOT_CONNECTED, "the link was lost" },
		{ "org.bluez.Error.InProgress", E_IN_PROGRESS, "the device is being paired already" },
		{ SD_BUS_ERROR_NO_REPLY, E_TIMED_OUT, "the pairing was not finished in time" },
	};

	if (sd_bus_error_has_name(error, "org.bluez.Error.AuthenticationCanceled") && link &&
	    (!link->bluez.connected || link_is_recovering(link)))
		return reason_set(reason, E_NOT_CONNECTED, "the link was lost");
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (sd_bus_error_has_name(error, table[i].name))
			return table[i].outcome < 0 ?
				       table[i].outcome :
				       reason_set(reason, table[i].outcome, "%s", table[i].says);
	return reason_set(reason, E_FAILED, "bluetoothd: %s", msg_error_words(error));
}

/* While a pairing that the ATT socket asked for is under way, the kernel holds back all of ATT, and for 30 s
 * more if it was refused here: so the link is made anew. */
static void pairing_failed(Bluez *bluez, Link *link, const sd_bus_error *error)
{
	const Adapter *adapter = bluez_adapter(bluez, link->radio);

	if (adapter && adapter->version >= BY_SOCKET_SINCE &&
	    g_str_has_prefix(error->name, "org.bluez.Error.Authentication"))
		pairing_renew_link(link, bluez_now(bluez));
}

static int on_paired(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	const sd_bus_error *error = sd_bus_message_get_error(m);
	Link *link = device_call_link(userdata);
	Reason reason = { "" };
	int r = error ? translate_error(error, link, &reason) : 0;

	trust_return(device_call_bluez(userdata), device_call_path(userdata));
	if (!link)
		return 0;
	if (r > 0)
		pairing_failed(device_call_bluez(userdata), link, error);
	pairing_done(link, r, &reason, bluez_now(device_call_bluez(userdata)));
	return 0;
}

void bluez_pairing_begin(void *userdata, Link *link)
{
	Bluez *bluez = userdata;
	char path[BLUEZ_PATH_SIZE];

	if (bluez_device_path(bluez, link->radio, &link->addr, path))
		trust_lend(bluez, path);
	device_call(bluez, link, "Pair", on_paired, PAIR_TIMEOUT);
}

void bluez_pairing_stop(Bluez *bluez, const Radio *radio, const Addr *addr)
{
	char path[BLUEZ_PATH_SIZE];

	if (bluez_device_path(bluez, radio, addr, path))
		(void)bluez_call_floating(bluez, path, DEVICE_INTERFACE, "CancelPairing", NULL, NULL, NULL);
}

void bluez_pairing_cancel(void *userdata, Link *link)
{
	Bluez *bluez = userdata;
	bluez_pairing_stop(bluez, link->radio, &link->addr);
}

void bluez_pairing_undo(void *userdata, Link *link)
{
	Bluez *bluez = userdata;
	char text[ADDR_STRING_SIZE];

	log_notice("%s paired by Just Works, which is off: undone", addr_format(&link->addr, text));
	/* RemoveDevice alone would leave the link up for two seconds more; this ends it at once */
	bluez_pairing_cancel(bluez, link);
	bluez_bond_remove(bluez, link->radio, &link->addr);
}
