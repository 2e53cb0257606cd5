/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services of ours: what they consist of, and when BlueZ is to show them. */
#include "core/local.h"

#include <errno.h>

#include "core/attr.h"
#include "core/local-group.h"
#include "core/local-subscriber.h"
#include "core/local-value.h"
#include "core/long-read.h"
#include "core/news.h"
#include "core/orders.h"
#include "core/radio.h"
#include "core/session.h"
#include "meaning/served-uuid.h"

#define PROPERTIES_KNOWN 0xff
#define PERMISSIONS_KNOWN 0x1ff

/* A service is registered whole, and registered anew when a part is added. Programs add one part after the
 * other, so this waits for more of them. */
#define SETTLE_WAIT (50 * USEC_PER_MSEC)
#define RETRY_WAIT (1 * USEC_PER_SEC)

static Broker *local_broker(const LocalService *service)
{
	return service->session->broker;
}

/* Memory of an attribute: a peer may write the longest value, and one that a peer began to read is kept. */
#define ATTR_BYTES (sizeof(LocalAttr) + 2 * ATTR_VALUE_MAX)

/* --- life --- */

static int local_charge(Charge *charge, const Session *session, Reason *reason)
{
	if (charge_init(charge, session->user, QUOTA_ATTRIBUTES, 1) == 0)
		return 0;
	return reason_set(reason, E_LIMIT_REACHED,
		"uid %u has %llu services, characteristics and descriptors, the limit (AttributesPerUser)",
		user_uid(session->user), (unsigned long long)user_limit(session->user, QUOTA_ATTRIBUTES));
}

int local_service_new(Session *session, const Uuid *uuid, bool primary, uint16_t nbr_chars, bool start,
		      LocalService **ret, Reason *reason)
{
	Peripheral *peripheral = session->radio->peripheral;
	LocalService *service;
	Charge charge;
	int r;

	if (nbr_chars < 1 || nbr_chars > LOCAL_CHARS_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "nbr_chars: 1 to %d, not %u", LOCAL_CHARS_MAX,
				  nbr_chars);
	r = served_uuid_check(uuid, reason);
	if (r == 0)
		r = local_charge(&charge, session, reason);
	if (r != 0)
		return r;
	service = g_new0(LocalService, 1);
	service->charge = charge;
	service->peripheral = peripheral;
	service->session = session;
	service->number = session->next_service++;
	service->uuid = *uuid;
	service->primary = primary;
	service->start = start;
	service->nbr_chars = nbr_chars;
	service->attrs = g_ptr_array_new();
	wait_line_init(&service->waits, NULL);
	service->due = USEC_NEVER;
	g_ptr_array_add(peripheral->services, service);
	news_service_added(service);
	*ret = service;
	return 0;
}

static void local_service_ended(LocalService *service, int error, const Reason *reason)
{
	wait_line_end(&service->waits, error, reason);
}

/* BlueZ no longer shows the service: reads that wait, long reads and subscriptions of peers end. */
static void local_service_down(LocalService *service)
{
	service->state = LOCAL_DOWN;
	for (guint i = 0; i < service->attrs->len; i++) {
		LocalAttr *attr = g_ptr_array_index(service->attrs, i);

		local_reads_end(attr);
		long_reads_forget(service->peripheral, attr);
		local_unsubscribe_all(attr);
	}
}

void local_service_unregister(LocalService *service)
{
	LocalService *first = local_group_member(service, 0), *member;

	if (!first || first->state == LOCAL_DOWN)
		return;
	order_local_unregister(first);
	for (guint i = 0; (member = local_group_member(first, i)); i++)
		local_service_down(member);
}

/* --- parts --- */

LocalOptions local_options(const Session *session, LocalKind kind)
{
	LocalOptions options = { .permissions = PERM_READ | PERM_WRITE };

	if (kind == LOCAL_CHARACTERISTIC)
		options.properties = PROP_READ | PROP_WRITE | PROP_NOTIFY;
	else
		options.permissions = PERM_READ;
	if (session->options.pin_set || session->options.secure)
		options.permissions = kind == LOCAL_CHARACTERISTIC
					      ? PERM_READ_ENCRYPTED | PERM_WRITE_ENCRYPTED
					      : PERM_READ_ENCRYPTED;
	return options;
}

static int local_check(const LocalService *service, const LocalAttr *parent, const LocalOptions *options,
		       Reason *reason)
{
	if (!parent && service->chars >= service->nbr_chars)
		return reason_set(reason, E_LIMIT_REACHED, "nbr_chars: the service was made with %u",
				  service->nbr_chars);
	if (options->properties & ~(uint32_t)PROPERTIES_KNOWN)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "properties: 0x%x has bits that are no PROP_ bits", options->properties);
	if (options->permissions & ~(uint32_t)PERMISSIONS_KNOWN)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "permissions: 0x%x has bits that are no PERM_ bits", options->permissions);
	if (!parent && options->properties == 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "properties: at least one PROP_ bit");
	if (options->value && g_bytes_get_size(options->value) > ATTR_VALUE_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "value: %zu bytes, at most %d",
				  g_bytes_get_size(options->value), ATTR_VALUE_MAX);
	return 0;
}

/* Inserts a descriptor behind its parent's other ones, a characteristic at the end. */
static void local_insert(LocalService *service, LocalAttr *attr)
{
	guint at = service->attrs->len;

	if (attr->parent) {
		at = 0;
		while (g_ptr_array_index(service->attrs, at) != attr->parent)
			at++;
		at += 1 + attr->parent->descriptors - 1;
	}
	g_ptr_array_insert(service->attrs, (gint)at, attr);
}

int local_attr_new(LocalService *service, LocalAttr *parent, const Uuid *uuid, const LocalOptions *options,
		   uint64_t now, LocalAttr **ret, Reason *reason)
{
	Charge charge, bytes;
	LocalAttr *attr;
	int r;

	r = served_uuid_check(uuid, reason);
	if (r == 0)
		r = local_check(service, parent, options, reason);
	if (r == 0)
		r = local_charge(&charge, service->session, reason);
	if (r != 0)
		return r;
	r = charge_bytes(&bytes, service->session->user, ATTR_BYTES, reason);
	if (r != 0) {
		charge_end(&charge);
		return r;
	}
	attr = g_new0(LocalAttr, 1);
	attr->charge = charge;
	attr->bytes = bytes;
	attr->service = service;
	attr->kind = parent ? LOCAL_DESCRIPTOR : LOCAL_CHARACTERISTIC;
	attr->parent = parent;
	attr->number = parent ? parent->descriptors++ : service->chars++;
	attr->uuid = *uuid;
	attr->properties = options->properties;
	attr->permissions = options->permissions;
	attr->read_timeout_ms = options->read_timeout_ms;
	attr->asks = options->asks;
	attr->flags = g_strdupv(options->flags);
	attr->value = options->value ? g_bytes_ref(options->value) : g_bytes_new(NULL, 0);
	attr->listeners = g_array_new(FALSE, FALSE, sizeof(LocalListener));
	local_reads_init(attr);
	attr->subscribers = g_array_new(FALSE, FALSE, sizeof(LocalSubscriber));
	local_insert(service, attr);
	service->handle = 0;
	news_local_added(attr);

	if (service->start && service->chars == service->nbr_chars)
		service->wanted = true;
	if (service->wanted) {
		service->stale = true;
		service->due = now + SETTLE_WAIT;
		peripheral_wake(service->peripheral);
	}
	*ret = attr;
	return 0;
}

LocalService *local_service_find(const Session *session, unsigned number)
{
	const GPtrArray *services = session->radio->peripheral->services;

	for (guint i = 0; i < services->len; i++) {
		LocalService *service = g_ptr_array_index(services, i);

		if (service->session == session && service->number == number && !service->ending)
			return service;
	}
	return NULL;
}

const LocalService *local_service_offered(const Peripheral *peripheral, guint *i)
{
	while (*i < peripheral->services->len) {
		const LocalService *service = g_ptr_array_index(peripheral->services, (*i)++);

		if (service->wanted)
			return service;
	}
	return NULL;
}

LocalAttr *local_attr_find(const LocalService *service, LocalKind kind, unsigned characteristic,
			   unsigned descriptor)
{
	for (guint i = 0; i < service->attrs->len; i++) {
		LocalAttr *attr = g_ptr_array_index(service->attrs, i);
		const LocalAttr *owner = attr->parent ? attr->parent : attr;

		if (attr->kind == kind && owner->number == characteristic &&
		    (kind == LOCAL_CHARACTERISTIC || attr->number == descriptor))
			return attr;
	}
	return NULL;
}

/* --- toward BlueZ --- */

int local_service_start(LocalService *service, Wait *wait, uint64_t now, Reason *reason)
{
	LocalService *member;
	int r;

	r = radio_ready(service->session->radio, reason);
	if (r != 0)
		return r;
	if (service->state == LOCAL_UP && !service->stale)
		return 0;
	for (guint i = 0; (member = local_group_member(service, i)); i++) {
		member->wanted = true;
		member->due = now;
	}
	wait_stand(&service->waits, wait);
	peripheral_wake(service->peripheral);
	return 1;
}

void local_service_stop(LocalService *service)
{
	Reason reason;

	service->wanted = false;
	service->start = false;
	service->due = USEC_NEVER;
	local_service_unregister(service);
	reason_set(&reason, E_NOT_READY, "the service was stopped meanwhile");
	local_service_ended(service, E_NOT_READY, &reason);
}

static void service_registered(LocalService *service, int error, const Reason *reason, uint64_t now)
{
	if (service->state != LOCAL_REGISTERING)
		return;
	if (error == 0) {
		service->state = LOCAL_UP;
		/* parts were added meanwhile: the service is registered once more, when due says */
		if (service->stale)
			peripheral_wake(service->peripheral);
		else
			local_service_ended(service, 0, NULL);
		return;
	}
	local_service_down(service);
	service->stale = true;
	service->due = now + RETRY_WAIT;
	peripheral_wake(service->peripheral);
	if (error == -EAGAIN)
		return;
	/* BlueZ refuses it for good: do not try again */
	service->wanted = false;
	service->due = USEC_NEVER;
	local_service_ended(service, error, reason);
}

void local_registered(LocalService *service, int error, const Reason *reason, uint64_t now)
{
	LocalService *member;

	for (guint i = 0; (member = local_group_member(service, i)); i++)
		service_registered(member, error, reason, now);
}

void local_refused(LocalService *service, int error, const Reason *reason, uint64_t now)
{
	LocalService *member;
	bool moves = false;

	if (service->state != LOCAL_REGISTERING)
		return;
	/* another service may have taken the handle that this one had: try once more with any handle */
	for (guint i = 0; (member = local_group_member(service, i)); i++) {
		moves |= member->handle > 0;
		member->handle = 0;
	}
	local_registered(service, moves ? -EAGAIN : error, reason, now);
}

void local_placed(LocalService *service, uint16_t handle)
{
	service->handle = handle;
}

uint64_t local_service_settle(LocalService *service, uint64_t now)
{
	Broker *broker = local_broker(service);
	LocalService *member;

	if (local_group_member(service, 0) != service || !service->wanted ||
	    broker_bluez_ready(broker, NULL) != 0 || !service->session->radio->present ||
	    service->state == LOCAL_REGISTERING)
		return USEC_NEVER;
	if (service->state == LOCAL_UP && !service->stale)
		return USEC_NEVER;
	if (service->due != USEC_NEVER && now < service->due)
		return service->due;

	local_service_unregister(service);
	for (guint i = 0; (member = local_group_member(service, i)); i++) {
		member->due = USEC_NEVER;
		member->stale = false;
		member->state = LOCAL_REGISTERING;
	}
	order_local_register(service);
	return USEC_NEVER;
}

void local_service_forgotten(LocalService *service)
{
	Reason reason;

	local_service_unregister(service);
	service->due = USEC_NEVER;
	reason_set(&reason, E_NOT_READY, "the radio went away; the service is shown when it is back");
	local_service_ended(service, E_NOT_READY, &reason);
}
