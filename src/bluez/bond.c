/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bonds at bluetoothd. */
#include "bluez/bond.h"

#include <errno.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bus/msg.h"
#include "core/bonds.h"

/* The device that is to be forgotten, by address: it may be gone when bluetoothd answers. */
typedef struct Forgetting {
	Bluez *bluez;
	uint64_t radio;		/* its id */
	Addr addr;
} Forgetting;

void bluez_bond_sync(const Device *device, const char *path, bool fresh)
{
	g_autofree char *name = ad_parts_name(&device->parts);

	if (device->adapter->radio)
		bonds_device(device->adapter->radio, path, &device->addr, name, device->paired, fresh);
}

void bluez_bond_gone(const Device *device, const char *path)
{
	if (device->adapter->radio)
		bonds_vanished(device->adapter->radio, path);
}

static void tell(const Forgetting *forgetting, int error, const Reason *reason)
{
	Radio *radio = broker_radio_by_id(forgetting->bluez->broker, forgetting->radio);

	if (radio)
		bonds_forgotten(radio, &forgetting->addr, error, reason);
}

static int on_forgotten(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	const sd_bus_error *error = sd_bus_message_get_error(m);
	Reason reason = { "" };
	int r = 0;

	/* DoesNotExist: somebody else was faster, which is as good */
	if (error && !sd_bus_error_has_name(error, "org.bluez.Error.DoesNotExist"))
		r = reason_set(&reason, E_FAILED, "bluetoothd: %s", msg_error_words(error));
	tell(userdata, r, &reason);
	return 0;
}

void bluez_bond_remove(Bluez *bluez, const Radio *radio, const Addr *addr)
{
	const Adapter *adapter = bluez_adapter(bluez, radio);
	char path[BLUEZ_PATH_SIZE];

	if (adapter && bluez_device_path(bluez, radio, addr, path))
		(void)bluez_call_floating(bluez, adapter->path, ADAPTER_INTERFACE, "RemoveDevice", NULL,
					  msg_append_path, path);
}

void bluez_bond_forget(void *userdata, Radio *radio, const Addr *addr)
{
	Bluez *bluez = userdata;
	const Adapter *adapter = bluez_adapter(bluez, radio);
	Forgetting *forgetting = g_new0(Forgetting, 1);
	char path[BLUEZ_PATH_SIZE];
	BluezCall *call = NULL;
	Reason reason;
	int r = -ENOTCONN;

	forgetting->bluez = bluez;
	forgetting->radio = radio->id;
	forgetting->addr = *addr;
	if (adapter && bluez_device_path(bluez, radio, addr, path))
		r = bluez_call_with(bluez, adapter->path, ADAPTER_INTERFACE, "RemoveDevice", &call,
				    on_forgotten, forgetting, msg_append_path, path);
	if (r >= 0) {
		bluez_call_float(call, g_free);
		return;
	}
	r = reason_set(&reason, E_BLUEZ_UNAVAILABLE, "bluetoothd cannot be called now");
	tell(forgetting, r, &reason);
	g_free(forgetting);
}
