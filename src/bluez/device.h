/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of one org.bluez.Device1. What it says of the device's advertisement is a report
 * (Report.synthesized). */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "bluez/ad-parts.h"
#include "core/report.h"
#include "meaning/addr.h"
#include "util/macros.h"

#define DEVICE_INTERFACE "org.bluez.Device1"

typedef struct Adapter Adapter;
typedef struct Device Device;

struct Device {
	Adapter *adapter;
	Addr addr;		/* as BlueZ says now: the identity, once there is a bond */
	Addr path_addr;		/* the address in the object's path */
	bool listed;		/* in the adapter's directory */
	bool connected;
	bool resolved;		/* ServicesResolved */
	bool paired;
	bool trusted;
	bool tree_read;		/* its GATT objects were read after it was resolved */
	int8_t rssi;
	int8_t tx_power;
	AdParts parts;
};

/* What was new in a set of properties. */
typedef struct DeviceNews {
	bool advertised;	/* something that BlueZ signals when it hears the device */
	bool heard;		/* there is a signal strength, so it was heard just now */
	bool connected_changed;
	bool addr_changed;	/* Address has changed */
	bool connected_again;	/* Connected was signalled though it was set: it left and came back */
	bool link_changed;	/* any of connected, resolved, paired */
	bool paired_changed;
	bool name_changed;
} DeviceNews;

/* Reads the address in a path …/dev_AA_BB_CC_DD_EE_FF; its type is left as it is. -EINVAL: another form of
 * path. */
int device_path_addr(const char *path, Addr *addr);

/* The address is taken from the path, …/dev_AA_BB_CC_DD_EE_FF. -EINVAL: another form of path. */
int device_new(Device **ret, Adapter *adapter, const char *path);
Device *device_free(Device *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Device, device_free)

/* Takes over an a{sv} of properties. Negative errno if the message is broken. */
int device_read(Device *device, sd_bus_message *m, DeviceNews *news);

/* BlueZ says that the property has no value any more. */
void device_invalidate(Device *device, const char *property);

/* Makes a report of the advertisement, as far as BlueZ tells it. The caller owns *ret. */
int device_report(const Device *device, uint64_t now, Report **ret);
