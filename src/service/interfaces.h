/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exported interfaces; the vtables and method tables, one pair a file. */
#pragma once

#include <systemd/sd-bus.h>

#include "service/call.h"

typedef struct Interface {
	const char *name;
	const sd_bus_vtable *vtable;
	const Method *methods;
	sd_bus_object_find_t find;
} Interface;

extern const Interface interfaces[];	/* all of them; ends with a NULL name */

extern const Method managed_objects_method;	/* ObjectManager.GetManagedObjects, at the root */

extern const sd_bus_vtable manager_vtable[];
extern const Method manager_methods[];

extern const sd_bus_vtable adapter_vtable[];
extern const Method adapter_methods[];
extern const Method name_method;	/* Properties.Set of Adapter1.Name */

extern const sd_bus_vtable session_vtable[];
extern const Method session_methods[];
int resolve_adv_data(Call *call, Reason *reason);	/* resolve.c */

extern const sd_bus_vtable link_vtable[];
extern const Method link_methods[];
int session_connect(Call *call, Session *session, Reason *reason);	/* link-dbus.c: Session1.Connect */

extern const sd_bus_vtable remote_service_vtable[];
extern const Method remote_service_methods[];
extern const sd_bus_vtable remote_characteristic_vtable[];
extern const Method remote_characteristic_methods[];
extern const sd_bus_vtable remote_descriptor_vtable[];
extern const Method remote_descriptor_methods[];
extern const sd_bus_vtable local_service_vtable[];
extern const Method local_service_methods[];
int session_service(Call *call, Reason *reason);	/* local-service-dbus.c: Session1.Service */
extern const sd_bus_vtable local_characteristic_vtable[];
extern const Method local_characteristic_methods[];
extern const sd_bus_vtable local_descriptor_vtable[];
extern const Method local_descriptor_methods[];
extern const Method local_value_method;	/* Properties.Get of Value of the latter two */

extern const Method value_method;	/* Properties.Get of RemoteCharacteristic1.Value */
