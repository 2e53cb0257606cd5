/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The edge toward the radio. */
#include <errno.h>

#include "bed-edges.h"
#include "bed-private.h"
#include "bed.h"
#include "core/advert.h"
#include "core/attr-op.h"
#include "core/attr.h"
#include "core/local.h"

/* Where BlueZ's signals are not the reports, with what else is wanted: "scan0:devices",
 * "scan0:active,ignore". */
static void op_scan(void *userdata, Radio *radio, const DesiredScan *desired)
{
	Bed *bed = userdata;

	bed_say(bed, "%s%u", desired->on ? "scan" : "noscan", radio->index);
	if (!desired->on || desired->show == SHOW_REPORTS)
		return;
	g_string_append_printf(bed->log, ":%s%s",
			       desired->show == SHOW_DEVICES ? "devices" : desired->active ? "active" : "passive",
			       desired->ignore_devices ? ",ignore" : "");
}

static void op_scan_restart(void *bed, Radio *radio)
{
	bed_say(bed, "restart%u", radio->index);
}

static void op_power(void *bed, Radio *radio, bool on)
{
	bed_say(bed, "%s%u", on ? "power" : "nopower", radio->index);
}

static bool op_link_look(void *userdata, Radio *radio UNUSED, const Addr *addr, LinkMirror *ret)
{
	const Bed *bed = userdata;

	if (!bed->devices[addr->bytes[5]].known)
		return false;
	*ret = bed->devices[addr->bytes[5]];
	return true;
}

static void op_link_connect(void *bed, Link *link)
{
	bed_say(bed, "connect%u", link->addr.bytes[5]);
}

static void op_link_disconnect(void *bed, Link *link)
{
	ck_assert_msg(link->ours, "cuts a link that others opened");
	bed_say(bed, "disconnect%u", link->addr.bytes[5]);
}

static void op_link_pair(void *bed, Link *link)
{
	bed_say(bed, "pair%u", link->addr.bytes[5]);
}

static void op_link_cancel_pair(void *bed, Link *link)
{
	bed_say(bed, "nopair%u", link->addr.bytes[5]);
}

static void op_link_unpair(void *bed, Link *link)
{
	bed_say(bed, "unpair%u", link->addr.bytes[5]);
}

static void op_device_forget(void *bed, Radio *radio UNUSED, const Addr *addr)
{
	bed_say(bed, "forgetdevice%u", addr->bytes[5]);
}

static void op_attr_start(void *userdata, AttrOp *op)
{
	static const char *const words[] = {
		[OP_READ] = "read",
		[OP_WRITE_REQUEST] = "write",
		[OP_WRITE_COMMAND] = "command",
		[OP_WRITE_RELIABLE] = "reliable",
		[OP_NOTIFY_ON] = "notify",
		[OP_NOTIFY_OFF] = "nonotify",
	};
	Bed *bed = userdata;

	ck_assert(op->running);
	for (guint i = 0; i < bed->running->len; i++)
		ck_assert_ptr_ne(((AttrOp *)g_ptr_array_index(bed->running, i))->attr, op->attr);
	g_ptr_array_add(bed->running, op);
	bed_say(bed, "%s(%u)", words[op->kind], op->attr->handle);
}

static void op_attr_forget(void *userdata, AttrOp *op)
{
	Bed *bed = userdata;

	ck_assert(g_ptr_array_remove(bed->running, op));
	bed_say(bed, "forget(%u)", op->attr->handle);
}

static void op_advert_start(void *userdata, Advert *advert)
{
	Bed *bed = userdata;

	ck_assert_int_eq(advert->state, ADVERT_STARTING);
	ck_assert(!g_ptr_array_find(bed->adverts, advert, NULL));
	g_ptr_array_add(bed->adverts, advert);
	bed_say(bed, "start%u", (unsigned)advert->session->id);
}

static void op_advert_stop(void *userdata, Advert *advert)
{
	Bed *bed = userdata;

	ck_assert(g_ptr_array_remove(bed->adverts, advert));
	bed_say(bed, "stop%u", (unsigned)advert->session->id);
}

static void op_local_register(void *userdata, LocalService *service)
{
	Bed *bed = userdata;

	ck_assert_int_eq(service->state, LOCAL_REGISTERING);
	ck_assert(!g_ptr_array_find(bed->services, service, NULL));
	g_ptr_array_add(bed->services, service);
	bed_say(bed, "register%u.%u", (unsigned)service->session->id, service->number);
}

static void op_local_unregister(void *userdata, LocalService *service)
{
	Bed *bed = userdata;

	/* core has to keep the service's attributes until now: the edge ends each of them with BlueZ */
	ck_assert_uint_eq(service->attrs->len > 0, service->chars > 0);
	for (guint i = 0; i < service->attrs->len; i++)
		ck_assert_ptr_eq(((LocalAttr *)g_ptr_array_index(service->attrs, i))->service, service);
	ck_assert(g_ptr_array_remove(bed->services, service));
	bed_say(bed, "unregister%u.%u", (unsigned)service->session->id, service->number);
}

static void op_local_notify(void *bed, LocalAttr *attr, GBytes *value)
{
	bed_say_local(bed, "notify", attr);
	bed_say_value(bed, value);
}

static int op_local_flow_ask(void *userdata)
{
	return ((const Bed *)userdata)->slow ? 0 : -ENOTCONN;
}

static int op_local_notify_one(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value)
{
	Bed *bed = userdata;

	if (bed->reach_error != 0)
		return bed->reach_error;
	bed_say_local(bed, "one", attr);
	g_string_append_printf(bed->log, "(%u)", client->bytes[5]);
	bed_say_value(bed, value);
	return 0;
}

static void op_client_disconnect(void *bed, Radio *radio UNUSED, const Addr *addr)
{
	bed_say(bed, "drop%u", addr->bytes[5]);
}

static int op_antenna(void *userdata, bool external)
{
	Bed *bed = userdata;

	bed_say(bed, external ? "external" : "internal");
	return bed->antenna_result;
}

void bed_radio_edge(RadioOps *ops)
{
	ops->radio_scan = op_scan;
	ops->radio_scan_restart = op_scan_restart;
	ops->radio_power = op_power;
	ops->link_look = op_link_look;
	ops->link_connect = op_link_connect;
	ops->link_disconnect = op_link_disconnect;
	ops->link_pair = op_link_pair;
	ops->link_cancel_pair = op_link_cancel_pair;
	ops->link_unpair = op_link_unpair;
	ops->device_forget = op_device_forget;
	ops->attr_start = op_attr_start;
	ops->attr_forget = op_attr_forget;
	ops->advert_start = op_advert_start;
	ops->advert_stop = op_advert_stop;
	ops->local_register = op_local_register;
	ops->local_unregister = op_local_unregister;
	ops->local_notify = op_local_notify;
	ops->local_flow_ask = op_local_flow_ask;
	ops->local_notify_one = op_local_notify_one;
	ops->client_disconnect = op_client_disconnect;
	ops->radio_antenna = op_antenna;
}
