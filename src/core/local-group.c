/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services that BlueZ has in one application. */
#include "core/local-group.h"

#include "core/session.h"

void local_group_join(LocalService *service, LocalService *first)
{
	g_assert(!service->group && service->session == first->session);
	if (!first->group) {
		first->group = g_ptr_array_new();
		g_ptr_array_add(first->group, first);
	}
	service->group = g_ptr_array_ref(first->group);
	g_ptr_array_add(service->group, service);
}

int local_group_include(LocalService *service, LocalService *included, Reason *reason)
{
	g_assert(service->group && service->group == included->group);
	if (charge_more(&service->charge, 1) < 0)
		return reason_set(reason, E_LIMIT_REACHED,
				  "the includes pass the attributes of uid %u (AttributesPerUser)",
				  user_uid(service->session->user));
	if (!service->includes)
		service->includes = g_ptr_array_new();
	g_ptr_array_add(service->includes, included);
	return 0;
}

LocalService *local_group_member(const LocalService *service, guint i)
{
	if (!service->group)
		return i == 0 ? (LocalService *)service : NULL;
	return i < service->group->len ? g_ptr_array_index(service->group, i) : NULL;
}

void local_group_leave(LocalService *service)
{
	if (service->includes)
		g_ptr_array_free(service->includes, TRUE);
	if (!service->group)
		return;
	g_ptr_array_remove(service->group, service);
	g_ptr_array_unref(service->group);
}
