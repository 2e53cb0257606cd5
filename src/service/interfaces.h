/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exported interfaces, and the methods that do not come through a vtable. */
#pragma once

#include <systemd/sd-bus.h>

#include "service/call.h"

typedef struct Interface {
	const char *name;
	const sd_bus_vtable *vtable;
	sd_bus_object_find_t find;
} Interface;

extern const Interface interfaces[];	/* all of them; ends with a NULL name */

extern const sd_bus_vtable manager_vtable[];
extern const sd_bus_vtable adapter_vtable[];
extern const sd_bus_vtable session_vtable[];
extern const sd_bus_vtable link_vtable[];
extern const sd_bus_vtable remote_service_vtable[];
extern const sd_bus_vtable remote_characteristic_vtable[];
extern const sd_bus_vtable remote_descriptor_vtable[];
extern const sd_bus_vtable local_service_vtable[];
extern const sd_bus_vtable local_characteristic_vtable[];
extern const sd_bus_vtable local_descriptor_vtable[];

extern const Method managed_objects_method;	/* ObjectManager.GetManagedObjects, at the root */
extern const Method name_method;	/* Properties.Set of Adapter1.Name */
extern const Method value_method;	/* Properties.Get of RemoteCharacteristic1.Value */
extern const Method
	local_value_method; /* Properties.Get of Value of LocalCharacteristic1 and LocalDescriptor1 */
extern const Method is_connected_method; /* Connection1.IsConnected; the object is NULL if the link is gone */

int resolve_adv_data(Call *call, void *object, Reason *reason);	/* resolve.c: Session1.ResolveAdvData */
int session_connect(Call *call, Session *session, Reason *reason);	/* link-dbus.c: Session1.Connect */
int session_service(Call *call, void *object, Reason *reason);	/* local-service-dbus.c: Session1.Service */
