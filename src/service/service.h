/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs see, on the svc connection: owns the well-known name, registers the interfaces' vtables on
 * the tree, and carries core's news to the programs as signals.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "core/broker.h"
#include "core/sessions.h"
#include "service/call.h"
#include "service/peers.h"
#include "util/macros.h"

#define MANAGER_INTERFACE "com.example.Bluetooth.Manager1"
#define ADAPTER1_INTERFACE "com.example.Bluetooth.Adapter1"
#define SESSION_INTERFACE "com.example.Bluetooth.Session1"
#define CONNECTION_INTERFACE "com.example.Bluetooth.Connection1"
#define REMOTE_SERVICE_INTERFACE "com.example.Bluetooth.RemoteService1"
#define REMOTE_CHARACTERISTIC_INTERFACE "com.example.Bluetooth.RemoteCharacteristic1"
#define REMOTE_DESCRIPTOR_INTERFACE "com.example.Bluetooth.RemoteDescriptor1"
#define LOCAL_SERVICE_INTERFACE "com.example.Bluetooth.LocalService1"
#define LOCAL_CHARACTERISTIC_INTERFACE "com.example.Bluetooth.LocalCharacteristic1"
#define LOCAL_DESCRIPTOR_INTERFACE "com.example.Bluetooth.LocalDescriptor1"

struct Service {
	sd_event *event;
	sd_bus *bus;
	Broker *broker;
	Face face;
	Peers *peers;
	sd_bus_slot *name_call;
	bool more;		/* there was a message in this turn, and there may be others */
	GQueue jobs;		/* JobLine: in the order of their turns */
	sd_event_source *turn;	/* when the next slice is done, at the latest */
	sd_event_source *idle;	/* when there is nothing else to do */
	uint64_t last_slice;	/* when a slice was done */
	GPtrArray *watchers;	/* Peer: those that watch (service/watch) */
	GQueue listings;	/* answers that are being written, for managed.c */
	size_t answer_max;	/* ANSWER_MAX; a test may set less */
	uint64_t started;
};

/* event, bus and broker must outlive the service. Serves from now on, but under the unique name only. */
int service_new(Service **ret, sd_event *event, sd_bus *bus, Broker *broker);
Service *service_free(Service *service);

/* Takes the well-known name; done(0) when it is ours, else a negative errno (-EEXIST: another
 * daemon has it). */
typedef void (*ServiceNamed)(void *userdata, int error);
int service_own_name(Service *service, const char *name, ServiceNamed done, void *userdata);

/* Whether the bus has not yet read what we sent: what can wait should wait then, because answers would stand
 * behind it. */
bool service_is_behind(const Service *service);

/* After an event of the svc connection: takes what else has come, for a fraction of a millisecond. */
void service_finish_turn(Service *service);

/* CLOCK_BOOTTIME, of this turn of the loop. */
uint64_t service_now(const Service *service);

/* Sends a signal with about so many bytes of content to a connection. If the connection does not read
 * (peers_send), the signal is lost, and counted. 0, or a negative errno: it was not sent. */
int service_send(Service *service, const char *connection, sd_bus_message *m, size_t bytes);

/* FaceOps; userdata: Service. */
void adapter_radio_added(void *userdata, Radio *radio);
void adapter_radio_removed(void *userdata, const Radio *radio, unsigned index);
void adapter_radio_changed(void *userdata, Radio *radio, unsigned changes);
void session_dbus_event(void *userdata, Session *session, const char *connection, uint32_t events);
bool session_dbus_batch(void *userdata, Session *session, bool press);
void session_dbus_scan_stopped(void *userdata, Session *session, const char *connection, const char *reason);
void link_dbus_added(void *userdata, Link *link);
void link_dbus_removed(void *userdata, Link *link);
void link_dbus_changed(void *userdata, Link *link, unsigned changes);
void link_dbus_lost(void *userdata, Link *link, Session *session, const char *reason);
void attr_dbus_added(void *userdata, Attr *attr);
void attr_dbus_removed(void *userdata, Attr *attr);
void attr_dbus_notification(void *userdata, Attr *attr, AttrSub *sub, GBytes *value, uint64_t now);
void session_dbus_client(void *userdata, Session *session, const char *connection, const Addr *addr,
			    bool connected);
void local_service_dbus_added(void *userdata, LocalService *local);
void local_service_dbus_removed(void *userdata, LocalService *local);
void local_attr_dbus_added(void *userdata, LocalAttr *attr);
void local_attr_dbus_removed(void *userdata, LocalAttr *attr);
void local_attr_dbus_read_request(void *userdata, LocalAttr *attr, uint32_t id, const Addr *client,
				uint16_t offset);
void local_attr_dbus_written(void *userdata, LocalAttr *attr, const Addr *client, GBytes *value);
void local_attr_dbus_subscribed(void *userdata, LocalAttr *attr, const Addr *client, bool on);
void service_bluez_stalled(void *userdata);
