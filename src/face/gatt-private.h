/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of gatt share: the properties of attributes (gatt.c), what programs do with values
 * (gatt-op.c), and how they are notified (gatt-notify.c). */
#pragma once

#include "core/attr.h"
#include "face/gatt.h"
#include "face/request.h"

/* The first row of each. */
#define ATTR_HANDLE 0

enum {
	CHARACTERISTIC_UUID = ATTR_HANDLE + 1,
	CHARACTERISTIC_SERVICE,
	CHARACTERISTIC_VALUE,
	CHARACTERISTIC_NOTIFYING,
	CHARACTERISTIC_FLAGS,
	CHARACTERISTIC_WRITE_ACQUIRED,
	CHARACTERISTIC_NOTIFY_ACQUIRED,
	CHARACTERISTIC_MTU,
	_CHARACTERISTIC_PROPERTIES,
};
#define CHARACTERISTIC_BIT(row) ((uint32_t)1 << (row))

/* The descriptor's Value has the same row. */
enum {
	DESCRIPTOR_UUID = ATTR_HANDLE + 1,
	DESCRIPTOR_CHARACTERISTIC,
	DESCRIPTOR_VALUE,
};

AttrView *gatt_view(const Place *place);	/* the program's part in it, or NULL */
bool gatt_has_value(const Place *place);
bool gatt_can_notify(const Place *place);
bool gatt_can_acquire_notify(const Place *place);
bool gatt_can_command(const Place *place);
bool gatt_has_pipe(const Place *place, bool notify);	/* of that kind, the program's */
int gatt_append_value(sd_bus_message *m, GBytes *value);	/* ay */
void gatt_keep_value(const Place *place, GBytes *value);

typedef struct GattOptions {
	uint16_t offset;
	const char *type;	/* NULL: not said */
} GattOptions;

/* Reads the a{sv} of a call; what is not about offset or type is left to those who know it. -EINVAL: of a
 * wrong type. */
int gatt_read_options(sd_bus_message *m, GattOptions *ret);
int gatt_refuse_arguments(Request *request, int r);
/* Keeps the request for an operation on its attribute, for the program's session. */
int gatt_keep(Request *request, void (*done)(Wait *wait, int error, const Reason *reason), Request **ret);
/* The attribute of a kept request, if the program still has it. */
bool gatt_still_there(Request *request, Place *ret);
/* As request_finish, with bluetoothd's words for ATT errors. */
void gatt_finish(Request *request, int error, const Reason *reason);

int gatt_read_value(Request *request);
int gatt_write_value(Request *request);
int gatt_start_notify(Request *request);
int gatt_stop_notify(Request *request);
int gatt_acquire_notify(Request *request);
int gatt_acquire_write(Request *request);
