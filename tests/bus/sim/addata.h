/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data fields of a device's advertisements under their keys: manufacturer data by company,
 * service data by UUID, the rest by AD type. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "eir.h"

typedef enum {
	ADDATA_BY_COMPANY,
	ADDATA_BY_UUID,
	ADDATA_BY_TYPE,
} AdDataKey;

typedef struct AdData AdData;

AdData *addata_new(AdDataKey by);
AdData *addata_free(AdData *data);
void addata_clear(AdData *data);
/* False: the field is there already, or is one that bluetoothd refuses: too long for 31 bytes, or a
 * type of its own. */
bool addata_put(AdData *data, const EirPart *part);
/* a{qv}, a{sv} or a{yv}, the values ay; NULL when empty. */
GVariant *addata_to_variant(const AdData *data);
