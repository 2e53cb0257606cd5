/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names for numbers. AD types and Appearance categories are from the Bluetooth SIG's Assigned Numbers
 * (sections 2.3 and 2.6); company names come from libbluetooth.
 */
#include "meaning/names.h"

#include <string.h>

#ifdef HAVE_LIBBLUETOOTH
#include <bluetooth/bluetooth.h>
#endif

#include "meaning/ad.h"
#include "meaning/addr.h"
#include "meaning/constants.h"

#define NAME_OF(table, number) ((number) < ARRAY_SIZE(table) ? (table)[number] : NULL)

static const char *const ad_types[] = {
	[0x01] = "Flags",
	[0x02] = "16-bit services (some)",
	[0x03] = "16-bit services",
	[0x04] = "32-bit services (some)",
	[0x05] = "32-bit services",
	[0x06] = "128-bit services (some)",
	[0x07] = "128-bit services",
	[0x08] = "Short name",
	[0x09] = "Name",
	[0x0a] = "TX power",
	[0x0d] = "Class of device",
	[0x0e] = "Simple pairing hash C-192",
	[0x0f] = "Simple pairing randomizer R-192",
	[0x10] = "Device ID",
	[0x11] = "Security manager flags",
	[0x12] = "Connection interval range",
	[0x14] = "Solicited 16-bit services",
	[0x15] = "Solicited 128-bit services",
	[0x16] = "Service data (16-bit)",
	[0x17] = "Public target address",
	[0x18] = "Random target address",
	[0x19] = "Appearance",
	[0x1a] = "Advertising interval",
	[0x1b] = "LE device address",
	[0x1c] = "LE role",
	[0x1d] = "Simple pairing hash C-256",
	[0x1e] = "Simple pairing randomizer R-256",
	[0x1f] = "Solicited 32-bit services",
	[0x20] = "Service data (32-bit)",
	[0x21] = "Service data (128-bit)",
	[0x22] = "LE SC confirmation value",
	[0x23] = "LE SC random value",
	[0x24] = "URI",
	[0x25] = "Indoor positioning",
	[0x26] = "Transport discovery data",
	[0x27] = "LE supported features",
	[0x28] = "Channel map update",
	[0x29] = "PB-ADV",
	[0x2a] = "Mesh message",
	[0x2b] = "Mesh beacon",
	[0x2c] = "BIGInfo",
	[0x2d] = "Broadcast code",
	[0x2e] = "Resolvable set identifier",
	[0x2f] = "Advertising interval (long)",
	[0x30] = "Broadcast name",
	[0x31] = "Encrypted advertising data",
	[0x34] = "Electronic shelf label",
};

/* By category: the upper ten bits. */
static const char *const appearances[] = {
	[0x001] = "Phone",
	[0x002] = "Computer",
	[0x003] = "Watch",
	[0x004] = "Clock",
	[0x005] = "Display",
	[0x006] = "Remote control",
	[0x007] = "Eye-glasses",
	[0x008] = "Tag",
	[0x009] = "Keyring",
	[0x00a] = "Media player",
	[0x00b] = "Barcode scanner",
	[0x00c] = "Thermometer",
	[0x00d] = "Heart rate sensor",
	[0x00e] = "Blood pressure",
	[0x00f] = "Human interface device",
	[0x010] = "Glucose meter",
	[0x011] = "Running walking sensor",
	[0x012] = "Cycling",
	[0x013] = "Control device",
	[0x014] = "Network device",
	[0x015] = "Sensor",
	[0x016] = "Light fixture",
	[0x017] = "Fan",
	[0x018] = "HVAC",
	[0x019] = "Air conditioning",
	[0x01a] = "Humidifier",
	[0x01b] = "Heating",
	[0x01c] = "Access control",
	[0x01d] = "Motorized device",
	[0x01e] = "Power device",
	[0x01f] = "Light source",
	[0x020] = "Window covering",
	[0x021] = "Audio sink",
	[0x022] = "Audio source",
	[0x025] = "Wearable audio device",
	[0x029] = "Hearing aid",
	[0x02a] = "Gaming",
	[0x031] = "Pulse oximeter",
	[0x032] = "Weight scale",
	[0x033] = "Personal mobility device",
	[0x034] = "Continuous glucose monitor",
	[0x035] = "Insulin pump",
	[0x036] = "Medication delivery",
	[0x051] = "Outdoor sports activity",
};

static const char *const adv_types[] = {
	[ADV_CONNECTABLE] = "CONN_ADV",
	[ADV_CONNECTABLE_DIRECTED] = "CONN_DIR_ADV",
	[ADV_SCANNABLE] = "DISC_ADV",
	[ADV_NON_CONNECTABLE] = "NON_CONN_ADV",
	[ADV_SCAN_RESPONSE] = "SCAN_RSP",
};

static const char *const addr_types[] = {
	[ADDR_PUBLIC] = "public",
	[ADDR_RANDOM] = "random",
	[ADDR_PUBLIC_RPA] = "public-rpa",
	[ADDR_RANDOM_RPA] = "random-rpa",
};

const char *name_of_company(uint16_t id)
{
#ifdef HAVE_LIBBLUETOOTH
	const char *name = bt_compidtostr(id);

	/* what the library calls numbers that belong to no company */
	if (!name || strcmp(name, "not assigned") == 0 || strcmp(name, "internal use") == 0)
		return NULL;
	return name;
#else
	(void)id;
	return NULL;
#endif
}

const char *name_of_ad_type(uint8_t type)
{
	if (type == 0x3d)
		return "3D information";
	return type == AD_MANUFACTURER ? "Manufacturer data" : NAME_OF(ad_types, type);
}

const char *name_of_appearance(uint16_t appearance)
{
	return NAME_OF(appearances, appearance >> 6);
}

const char *name_of_adv_type(uint8_t adv_type)
{
	const char *name = NAME_OF(adv_types, adv_type);

	return name ? name : "unknown";
}

const char *name_of_addr_type(uint8_t addr_type)
{
	const char *name = NAME_OF(addr_types, addr_type);

	return name ? name : "unknown";
}
