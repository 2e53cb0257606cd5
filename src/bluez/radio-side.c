/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RadioOps of BlueZ. */
#include "bluez/radio-side.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "bluez/adapter.h"
#include "bluez/advert.h"
#include "bluez/application.h"
#include "bluez/bluez.h"
#include "bluez/bond.h"
#include "bluez/client.h"
#include "bluez/gatt-call.h"
#include "bluez/link.h"
#include "bluez/pairing.h"
#include "bluez/subscription.h"
#include "util/fd.h"

/* The antenna switch is a file of the kernel's (mostly of a GPIO). */
static int set_antenna(void *userdata, bool external)
{
	const Bluez *bluez = userdata;
	CLEANUP(fd_closep) int fd = -1;

	fd = open(bluez->broker->config.antenna_switch, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 || write(fd, external ? "1" : "0", 1) != 1 ? -errno : 0;
}

const RadioOps radio_side = {
	.radio_scan = bluez_scan,
	.radio_scan_restart = bluez_scan_restart,
	.radio_power = bluez_power,
	.radio_rename = adapter_rename,
	.radio_rename_forget = adapter_rename_forget,
	.radio_antenna = set_antenna,
	.link_look = bluez_link_look,
	.link_connect = bluez_link_connect,
	.link_disconnect = bluez_link_disconnect,
	.link_pair = bluez_pairing_begin,
	.link_cancel_pair = bluez_pairing_cancel,
	.link_unpair = bluez_pairing_undo,
	.device_forget = bluez_bond_forget,
	.attr_start = gatt_call_start,
	.attr_forget = gatt_call_forget,
	.advert_start = bluez_advert_start,
	.advert_stop = bluez_advert_stop,
	.local_register = application_register,
	.local_unregister = application_unregister,
	.local_notify = subscriptions_notify,
	.local_flow_ask = subscriptions_ask,
	.local_notify_one = subscription_notify,
	.client_disconnect = bluez_client_disconnect,
};
