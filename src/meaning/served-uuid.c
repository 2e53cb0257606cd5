/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which UUIDs an attribute of ours cannot have. */
#include "meaning/served-uuid.h"

/* The other descriptors with a standard meaning are allowed: of these bluetoothd makes only 0x2900, and that
 * for flags which we never give it. */
int served_uuid_check(const Uuid *uuid, Reason *reason)
{
	static const struct {
		uint32_t number;
		const char *what;
	} table[] = {
		{ 0x1800,
		  "the service Generic Access, which bluetoothd has itself; "
		  "Adapter1.Name sets the name in it" },
		{ 0x1801, "the service Generic Attribute, which bluetoothd has itself" },
		{ 0x2800, "an attribute type (primary service), made of each Service" },
		{ 0x2801,
		  "an attribute type (secondary service), made of each Service with isprimary false" },
		{ 0x2802, "an attribute type (include), made by bluetoothd alone" },
		{ 0x2803, "an attribute type (characteristic), made of each Characteristic" },
		{ 0x2902,
		  "the configuration with which centrals subscribe; bluetoothd gives one to each "
		  "characteristic whose properties have PROP_NOTIFY or PROP_INDICATE" },
	};
	uint32_t number;

	if (!uuid_short(uuid, &number))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].number == number)
			return reason_set(reason, E_NOT_SUPPORTED, "uuid: 0x%04x is %s", number,
					  table[i].what);
	return 0;
}
