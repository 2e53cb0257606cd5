/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands at which path of a program's tree, which is like that of bluetoothd. */
#pragma once

#include <stdbool.h>

#include "core/ops.h"
#include "face/program.h"
#include "meaning/addr.h"
#include "util/macros.h"

typedef struct View View;		/* the program's view of a radio (face/view.h) */
typedef struct DeviceView DeviceView;

typedef enum PlaceKind {
	PLACE_ROOT,		/* / */
	PLACE_ORG,		/* /org: nothing but the way down */
	PLACE_BLUEZ,		/* /org/bluez */
	PLACE_ADAPTER,		/* /org/bluez/hciN */
	PLACE_DEVICE,		/* …/dev_XX_XX_XX_XX_XX_XX */
	PLACE_SERVICE,		/* …/serviceHHHH */
	PLACE_CHARACTERISTIC,	/* …/charHHHH */
	PLACE_DESCRIPTOR,	/* …/descHHHH */
	PLACE_DRIVER,		/* of the bus itself: no place in the tree */
} PlaceKind;

typedef struct Place {
	PlaceKind kind;
	Program *program;
	Connection *connection;	/* that called; else NULL */
	View *view;		/* from PLACE_ADAPTER on */
	DeviceView *device;	/* from PLACE_DEVICE on */
	Addr addr;		/* of the device, where the place is kept (place_device) */
	Attr *attr;		/* from PLACE_SERVICE on */
} Place;

#define PLACE_PATH_SIZE 96

/* False: the program sees no such object. */
bool place_find(Connection *connection, const char *path, Place *ret);
bool place_find_in(Program *program, const char *path, Place *ret);	/* without a caller */
const char *place_path(const Place *place, char buffer[static PLACE_PATH_SIZE]);
PlaceKind place_kind_of(const Attr *attr);
/* The device of a place that was kept, if it is still there; or NULL. */
DeviceView *place_device(const Place *place);
