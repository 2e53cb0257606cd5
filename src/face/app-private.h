/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of app share: applications and how they are registered (app.c), what centrals do with them
 * (app-serve.c), and what they notify (app-notify.c). */
#pragma once

#include "core/local-flow.h"
#include "core/local-value.h"
#include "face/app-objects.h"
#include "face/app-socket.h"
#include "face/app.h"

#define CHARACTERISTIC_INTERFACE "org.bluez.GattCharacteristic1"
#define DESCRIPTOR_INTERFACE "org.bluez.GattDescriptor1"

typedef struct App App;

/* An attribute, and its object. */
typedef struct AppAttr {
	App *app;
	LocalAttr *attr;
	char *path;
	bool is_started;	/* the program was told that somebody is subscribed */
	bool takes_notify;	/* by AcquireNotify */
	bool takes_write;	/* by AcquireWrite */
	AppSocket notify;
	AppSocket write;
	GQueue writes;		/* AppWrite: those that wait for the socket */
} AppAttr;

typedef struct AppWrite {
	uint32_t id;
	Addr client;
	uint16_t offset;
	const char *type;
	GBytes *value;
	Charge charge;
} AppWrite;

/* A call toward the program that a central waits for. */
typedef struct AppCall {
	App *app;
	LocalAttr *attr;
	uint32_t id;
	bool is_write;
	sd_bus_slot *slot;
	GList link;		/* in app->calls */
} AppCall;

struct App {
	View *view;
	Connection *connection;
	char *path;
	Charge charge;
	Session *session;	/* NULL: its objects are being asked for */
	sd_bus_slot *call;
	Request *registering;	/* NULL: it is registered */
	bool kept;		/* the radio was gone meanwhile: the program may register it anew */
	GPtrArray *attrs;	/* AppAttr */
	GArray *handles; /* uint16_t: where BlueZ had the services of the one that it replaces; or NULL */
	Wait started;		/* its services are visible */
	GQueue calls;		/* AppCall */
	/* a value that waits for room at bluetoothd, and whose it is */
	FlowWait flow;
	GBytes *waiting;
	char waiting_path[CONNECTION_PATH_MAX];
};

AppAttr *app_attr_find(const App *app, const char *path);

/* For app_socket_init: userdata is the AppAttr. */
void app_notify_value(void *userdata, GBytes *value);	/* NULL: the program has closed the socket */
void app_notify_ready(void *userdata);
void app_write_ready(void *userdata);

/* The program serves nothing any more: no central is connected for it. */
void apps_no_clients(View *view);

void app_call_free(AppCall *call);
void app_write_free(void *write);
void app_notify_end(App *app);		/* what waits for room at bluetoothd is dropped */
