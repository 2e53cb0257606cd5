/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.bluez.GattService1, GattCharacteristic1 and GattDescriptor1: the attributes of a link that a program
 * holds. */
#pragma once

#include "face/iface.h"
#include "face/view.h"

extern const Iface gatt_service_iface, gatt_characteristic_iface, gatt_descriptor_iface;

/* What a program has to do with an attribute: its own value of it, and who is notified. */
typedef struct AttrView {
	const Attr *attr;
	Charge charge;
	GBytes *value;		/* that it read or was notified of last, or NULL */
	GPtrArray *notified;	/* Connection: those that called StartNotify */
} AttrView;

void attr_view_free(void *view);

/* A notification for the program has come. */
void gatt_notified(DeviceView *device, Attr *attr, GBytes *value);
/* A connection of the program's has gone: it wants no notifications any more. */
void gatt_connection_gone(View *view, const Connection *connection);
/* The attribute, or the program's hold, is gone. */
void gatt_forget(DeviceView *device, const Attr *attr);
