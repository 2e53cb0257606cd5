/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a service of ours ends. */
#include "core/local-removal.h"

#include "core/local-group.h"
#include "core/local-value.h"
#include "core/long-read.h"
#include "core/news.h"
#include "core/post.h"
#include "core/session.h"

/* How many signals about its parts, to all who are told, one turn of the loop sends. */
#define SIGNALS_IN_TURN 128

static void local_attr_end(void *data)
{
	LocalAttr *attr = data;

	g_ptr_array_remove(attr->service->attrs, attr);
	/* until now they were told who unsubscribed */
	while (attr->listeners->len > 0)
		local_peer_gone(attr, g_array_index(attr->listeners, LocalListener, 0).connection);
	g_array_free(attr->listeners, TRUE);
	wait_line_deinit(&attr->reads);
	wait_line_deinit(&attr->writes);
	g_strfreev(attr->flags);
	g_bytes_unref(attr->value);
	g_array_free(attr->subscribers, TRUE);
	g_free(attr);
}

static void local_attr_free(LocalAttr *attr)
{
	local_reads_end(attr);
	long_reads_forget(attr->service->peripheral, attr);
	news_local_removed(attr);
	charge_end(&attr->charge);
	charge_end(&attr->bytes);
	post_bury(attr->service->session->broker, attr, local_attr_end);
}

/* Those who wait for it to become visible. */
static void local_service_let_go(LocalService *service)
{
	Reason reason;

	/* who waits for its end is told when that has come */
	if (service->ending)
		return;
	reason_set(&reason, E_DOES_NOT_EXIST, "the service was removed");
	wait_line_end(&service->waits, E_DOES_NOT_EXIST, &reason);
}

static void local_service_end(void *data)
{
	LocalService *service = data;

	local_group_leave(service);
	g_ptr_array_free(service->attrs, TRUE);
	g_free(service);
}

void local_service_free(LocalService *service)
{
	task_cancel(&service->removal);
	local_service_unregister(service);
	local_service_let_go(service);
	/* each stays in attrs until it is freed, for the edge goes through attrs to unregister the service */
	for (guint i = service->attrs->len; i-- > 0;)
		local_attr_free(g_ptr_array_index(service->attrs, i));
	news_service_removed(service);
	wait_line_end(&service->waits, 0, NULL);
	g_ptr_array_remove(service->peripheral->services, service);
	charge_end(&service->charge);
	session_idle_again(service->session);
	post_bury(service->session->broker, service, local_service_end);
}

/* --- bit by bit --- */

static guint parts_in_turn(const Session *session)
{
	const guint told = session->owner ? 1 : session->subscribers->len;

	return MAX(1, SIGNALS_IN_TURN / MAX(1, told));
}

bool local_service_is_large(const LocalService *service)
{
	return service->attrs->len > parts_in_turn(service->session);
}

static void on_removal(Task *task, uint64_t now UNUSED)
{
	LocalService *service = CONTAINER_OF(task, LocalService, removal);
	const guint left = service->attrs->len, n = parts_in_turn(service->session);

	if (left <= n) {
		local_service_free(service);
		return;
	}
	for (guint i = 1; i <= n; i++)
		local_attr_free(g_ptr_array_index(service->attrs, left - i));
	task_at(task, AT_ONCE);
}

void local_service_remove(LocalService *service, Wait *wait)
{
	service->wanted = false;
	service->due = USEC_NEVER;
	local_service_unregister(service);
	local_service_let_go(service);
	service->ending = true;
	wait_stand(&service->waits, wait);
	task_init(&service->removal, &service->session->broker->agenda, on_removal);
	task_at(&service->removal, AT_ONCE);
}
