/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bed-locals.h"

#include <string.h>

#include "core/peripheral.h"

static void on_starter(Wait *wait, int error, const Reason *reason)
{
	Starter *starter = (Starter *)wait;

	ck_assert(!wait_is_on(wait));
	starter->called++;
	starter->error = error;
	g_strlcpy(starter->text, reason ? reason->text : "", sizeof(starter->text));
}

LocalService *bed_service(Session *session, uint16_t nbr_chars, bool start)
{
	LocalService *service = NULL;
	Reason reason;
	Uuid uuid;

	uuid_from_int(0x1234, &uuid);
	ck_assert_int_eq(local_service_new(session, &uuid, true, nbr_chars, start, &service, &reason), 0);
	bed_settle(session->broker->userdata);
	return service;
}

LocalAttr *bed_local_attr(Bed *bed, LocalService *service, LocalAttr *parent, const char *value)
{
	const LocalKind kind = parent ? LOCAL_DESCRIPTOR : LOCAL_CHARACTERISTIC;
	LocalOptions options = local_options(service->session, kind);
	LocalAttr *attr = NULL;
	Reason reason;
	Uuid uuid;

	uuid_from_int(0x4321, &uuid);
	options.value = g_bytes_new(value, strlen(value));
	ck_assert_int_eq(local_attr_new(service, parent, &uuid, &options, bed->now, &attr, &reason), 0);
	g_bytes_unref(options.value);
	bed_settle(bed);
	return attr;
}

int bed_start_service(Bed *bed, LocalService *service, Starter *starter)
{
	Reason reason = { "" };
	int r;

	wait_init(&starter->wait, &bed->broker->agenda, on_starter);
	r = local_service_start(service, &starter->wait, bed->now, &reason);
	if (r != 1)
		g_strlcpy(starter->text, reason.text, sizeof(starter->text));
	bed_settle(bed);
	return r;
}

void bed_registered(Bed *bed, LocalService *service, int error)
{
	Reason reason = { "" };

	ck_assert(g_ptr_array_find(bed->services, service, NULL));
	if (error == 0) {
		local_registered(service, 0, NULL, bed->now);
	} else {
		g_ptr_array_remove(bed->services, service);
		reason_set(&reason, E_FAILED, "said the edge");
		local_refused(service, error, &reason, bed->now);
	}
	bed_settle(bed);
}

LocalAttr *bed_visible(Bed *bed, Session *session, const char *value)
{
	LocalService *service = bed_service(session, 1, true);
	LocalAttr *attr = bed_local_attr(bed, service, NULL, value);

	bed_pass(bed, USEC_PER_SEC);
	bed_registered(bed, service, 0);
	ck_assert_int_eq(service->state, LOCAL_UP);
	bed_forget(bed);
	return attr;
}

static void tell(Bed *bed, uint8_t last, bool connected, bool bonded)
{
	const Addr addr = device_addr(last);

	peripheral_device(bed->radio->peripheral, &addr, connected, bonded);
	bed_settle(bed);
}

void bed_central(Bed *bed, uint8_t last, bool connected)
{
	tell(bed, last, connected, false);
}

void bed_friend(Bed *bed, uint8_t last, bool connected)
{
	tell(bed, last, connected, true);
}

void bed_central_subscribes(LocalAttr *attr, uint8_t last, bool on)
{
	const Addr addr = device_addr(last);

	if (on)
		local_subscribe(attr, &addr, 0);
	else
		local_unsubscribe(attr, &addr);
	bed_settle(attr->service->session->broker->userdata);
}
