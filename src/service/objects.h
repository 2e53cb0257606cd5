/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands at which path of the tree. */
#pragma once

#include <systemd/sd-bus.h>

#include "service/path.h"
#include "service/service.h"

/* NULL if there is no such object. */
Radio *object_radio(const Service *service, const Path *path);
Link *object_link(const Service *service, const Path *path);
Link *object_link_at(const Service *service, const Path *path);	/* also one that programs do not see now */
Attr *object_attr(const Service *service, const Path *path);
LocalService *object_local_service(const Service *service, const Path *path);
LocalAttr *object_local_attr(const Service *service, const Path *path);

/* Whether a session has this path, or would have if it was called: a user session is made by the first
 * call. */
bool object_is_session(const Service *service, const Path *path);

/* The interface of an attribute. */
const char *object_attr_interface(const Attr *attr);
const char *object_local_attr_interface(const LocalAttr *attr);

/* The error of a call on something that is not there, which says what is missing; 0 if it is there. */
int object_refuse_missing(const Service *service, const char *path, const char *interface,
			  sd_bus_error *error);

/* For sd-bus: sd_bus_object_find_t and sd_bus_node_enumerator_t. userdata is the Service; what is found is
 * the object. That of Manager1 is the Service, and so is that of Session1: which session is meant depends on
 * the caller (call_session). */
int object_find_manager(sd_bus *bus, const char *path, const char *interface, void *userdata,
			void **ret_found, sd_bus_error *error);
int object_find_adapter(sd_bus *bus, const char *path, const char *interface, void *userdata,
			void **ret_found, sd_bus_error *error);
int object_find_session(sd_bus *bus, const char *path, const char *interface, void *userdata,
			void **ret_found, sd_bus_error *error);
int object_find_link(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
		     sd_bus_error *error);
int object_find_attr(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
		     sd_bus_error *error);
int object_find_local_service(sd_bus *bus, const char *path, const char *interface, void *userdata,
			      void **ret_found, sd_bus_error *error);
int object_find_local_attr(sd_bus *bus, const char *path, const char *interface, void *userdata,
			   void **ret_found, sd_bus_error *error);
int object_list(sd_bus *bus, const char *prefix, void *userdata, char ***ret_nodes, sd_bus_error *error);
