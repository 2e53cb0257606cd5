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
const Interface *interface_find(const char *name);	/* NULL: it is none of ours */

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
extern const Method adapter_name_method;	/* Properties.Set of Adapter1.Name */
extern const Method attr_value_method;		/* Properties.Get of RemoteCharacteristic1.Value */
extern const Method local_attr_value_method;	/* of LocalCharacteristic1, LocalDescriptor1 */
extern const Method link_is_connected_method;	/* Connection1; object NULL: the link is gone */
extern const Method link_disconnect_method;	/* Connection1, of a link whose object is hidden */

void manager_adapters_changed(Service *service);	/* signals Manager1.Adapters */
