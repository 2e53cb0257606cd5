/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which objects there are on the tree, for sd-bus: sd_bus_object_find_t and sd_bus_node_enumerator_t. userdata is the
 * Service, and so is what is found. */
#pragma once

#include <systemd/sd-bus.h>

int find_manager_object(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
			sd_bus_error *error);
int find_adapter_object(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
			sd_bus_error *error);
int find_session_object(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
			sd_bus_error *error);
/* interface NULL: any. */
int find_link_object(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
		     sd_bus_error *error);
int find_local_object(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
		      sd_bus_error *error);
int list_objects(sd_bus *bus, const char *prefix, void *userdata, char ***ret_nodes, sd_bus_error *error);
