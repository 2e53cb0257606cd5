/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Orders, on their way to the edge that carries them out. */
#include "core/orders.h"

#include "core/advert.h"
#include "core/link.h"
#include "core/local.h"
#include "core/post.h"

static void send_link_connect(const Post *order, const RadioOps *ops, void *userdata)
{
	ops->link_connect(userdata, order->link);
}

void order_link_connect(Link *link)
{
	post_order(link->broker, link, send_link_connect);
}

static void send_link_disconnect(const Post *order, const RadioOps *ops, void *userdata)
{
	ops->link_disconnect(userdata, order->link);
}

void order_link_disconnect(Link *link)
{
	post_order(link->broker, link, send_link_disconnect);
}

static void send_link_pair(const Post *order, const RadioOps *ops, void *userdata)
{
	ops->link_pair(userdata, order->link);
}

void order_link_pair(Link *link)
{
	post_order(link->broker, link, send_link_pair);
}

static void send_link_cancel_pair(const Post *order, const RadioOps *ops, void *userdata)
{
	ops->link_cancel_pair(userdata, order->link);
}

void order_link_cancel_pair(Link *link)
{
	post_order(link->broker, link, send_link_cancel_pair);
}

static void send_link_unpair(const Post *order, const RadioOps *ops, void *userdata)
{
	ops->link_unpair(userdata, order->link);
}

void order_link_unpair(Link *link)
{
	post_order(link->broker, link, send_link_unpair);
}

static void send_notify_off(const Post *order, const RadioOps *ops, void *userdata)
{
	ops->attr_start(userdata, order->op);
	ops->attr_forget(userdata, order->op);
	order->free_object(order->op);
}

void order_notify_off(Broker *broker, AttrOp *op, GDestroyNotify free_op)
{
	post_order(broker, op, send_notify_off)->free_object = free_op;
}

static void send_device_forget(const Post *order, const RadioOps *ops, void *userdata)
{
	ops->device_forget(userdata, order->radio, &order->addr);
}

void order_device_forget(Radio *radio, const Addr *addr)
{
	post_order(radio->broker, radio, send_device_forget)->addr = *addr;
}

static void send_advert_start(const Post *order, const RadioOps *ops, void *userdata)
{
	Advert *advert = order->advert;

	/* since the order was posted, it may have been stopped */
	if (advert->state != ADVERT_STARTING)
		return;
	advert->ordered = true;
	ops->advert_start(userdata, advert);
}

void order_advert_start(Advert *advert)
{
	post_order(advert->peripheral->radio->broker, advert, send_advert_start);
}

static void send_advert_stop(const Post *order, const RadioOps *ops, void *userdata)
{
	Advert *advert = order->advert;

	if (!advert->ordered)
		return;
	advert->ordered = false;
	ops->advert_stop(userdata, advert);
}

void order_advert_stop(Advert *advert)
{
	post_order(advert->peripheral->radio->broker, advert, send_advert_stop);
}

static void send_local_register(const Post *order, const RadioOps *ops, void *userdata)
{
	ops->local_register(userdata, order->service);
}

void order_local_register(LocalService *service)
{
	post_order(service->peripheral->radio->broker, service, send_local_register);
}

static void send_local_unregister(const Post *order, const RadioOps *ops, void *userdata)
{
	ops->local_unregister(userdata, order->service);
}

void order_local_unregister(LocalService *service)
{
	post_order(service->peripheral->radio->broker, service, send_local_unregister);
}

static void send_client_disconnect(const Post *order, const RadioOps *ops, void *userdata)
{
	ops->client_disconnect(userdata, order->radio, &order->addr);
}

void order_client_disconnect(Radio *radio, const Addr *addr)
{
	post_order(radio->broker, radio, send_client_disconnect)->addr = *addr;
}
