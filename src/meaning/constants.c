/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and numbers of Pycom's documentation and firmware. */
#include "meaning/constants.h"

#include "meaning/ad.h"
#include "meaning/addr.h"

const Constant property_names[] = {
	{ "broadcast", PROP_BROADCAST },
	{ "read", PROP_READ },
	{ "write-without-response", PROP_WRITE_NR },
	{ "write", PROP_WRITE },
	{ "notify", PROP_NOTIFY },
	{ "indicate", PROP_INDICATE },
	{ "authenticated-signed-writes", PROP_AUTH },
	{ "extended-properties", PROP_EXT_PROP },
	{ NULL, 0 },
};

const Constant constants[] = {
	/* mode and antenna */
	{ "BLE", 0 },
	{ "INT_ANT", 0 },
	{ "EXT_ANT", 1 },
	{ "MAN_ANT", 2 },

	/* adv_type of a report */
	{ "CONN_ADV", ADV_CONNECTABLE },
	{ "CONN_DIR_ADV", ADV_CONNECTABLE_DIRECTED },
	{ "DISC_ADV", ADV_SCANNABLE },
	{ "NON_CONN_ADV", ADV_NON_CONNECTABLE },
	{ "SCAN_RSP", ADV_SCAN_RESPONSE },

	/* addr_type */
	{ "PUBLIC_ADDR", ADDR_PUBLIC },
	{ "RANDOM_ADDR", ADDR_RANDOM },
	{ "PUBLIC_RPA_ADDR", ADDR_PUBLIC_RPA },
	{ "RANDOM_RPA_ADDR", ADDR_RANDOM_RPA },

	/* types of AD structures */
	{ "ADV_FLAG", AD_FLAGS },
	{ "ADV_16SRV_PART", AD_UUID16_PART },
	{ "ADV_T16SRV_CMPL", AD_UUID16 },	/* spelled so in the documentation */
	{ "ADV_32SRV_PART", AD_UUID32_PART },
	{ "ADV_32SRV_CMPL", AD_UUID32 },
	{ "ADV_128SRV_PART", AD_UUID128_PART },
	{ "ADV_128SRV_CMPL", AD_UUID128 },
	{ "ADV_NAME_SHORT", AD_NAME_SHORT },
	{ "ADV_NAME_CMPL", AD_NAME },
	{ "ADV_TX_PWR", AD_TX_POWER },
	{ "ADV_DEV_CLASS", AD_DEVICE_CLASS },
	{ "ADV_SERVICE_DATA", AD_SERVICE_DATA16 },
	{ "ADV_APPEARANCE", AD_APPEARANCE },
	{ "ADV_ADV_INT", AD_INTERVAL },
	{ "ADV_32SERVICE_DATA", AD_SERVICE_DATA32 },
	{ "ADV_128SERVICE_DATA", AD_SERVICE_DATA128 },
	{ "ADV_MANUFACTURER_DATA", AD_MANUFACTURER },

	/* properties of a characteristic (Vol 3 Part G 3.3.1.1) */
	{ "PROP_BROADCAST", PROP_BROADCAST },
	{ "PROP_READ", PROP_READ },
	{ "PROP_WRITE_NR", PROP_WRITE_NR },
	{ "PROP_WRITE", PROP_WRITE },
	{ "PROP_NOTIFY", PROP_NOTIFY },
	{ "PROP_INDICATE", PROP_INDICATE },
	{ "PROP_AUTH", PROP_AUTH },
	{ "PROP_EXT_PROP", PROP_EXT_PROP },

	/* permissions of a characteristic */
	{ "PERM_READ", PERM_READ },
	{ "PERM_READ_ENCRYPTED", PERM_READ_ENCRYPTED },
	{ "PERM_READ_ENCRYPTED_MITM", PERM_READ_ENCRYPTED_MITM },
	{ "PERM_WRITE", PERM_WRITE },
	{ "PERM_WRITE_ENCRYPTED", PERM_WRITE_ENCRYPTED },
	{ "PERM_WRITE_ENCRYPTED_MITM", PERM_WRITE_ENCRYPTED_MITM },
	{ "PERM_WRITE_SIGNED", PERM_WRITE_SIGNED },
	{ "PERM_WRITE_SIGNED_MITM", PERM_WRITE_SIGNED_MITM },

	/* events */
	{ "NEW_ADV_EVENT", EVENT_NEW_ADV },
	{ "CLIENT_CONNECTED", EVENT_CLIENT_CONNECTED },
	{ "CLIENT_DISCONNECTED", EVENT_CLIENT_DISCONNECTED },
	{ "CHAR_READ_EVENT", EVENT_CHAR_READ },
	{ "CHAR_WRITE_EVENT", EVENT_CHAR_WRITE },
	{ "CHAR_NOTIFY_EVENT", EVENT_CHAR_NOTIFY },
	{ "CHAR_SUBSCRIBE_EVENT", EVENT_CHAR_SUBSCRIBE },

	/* client characteristic configuration (Vol 3 Part G 3.3.3.3) */
	{ "CHAR_CONFIG_NOTIFY", 1 },
	{ "CHAR_CONFIG_INDICATE", 2 },

	/* adv_type, channel_map and adv_filter_policy of an advertisement to send */
	{ "ADV_TYPE_IND", 0 },
	{ "ADV_TYPE_DIRECT_IND_HIGH", 1 },
	{ "ADV_TYPE_SCAN_IND", 2 },
	{ "ADV_TYPE_NONCONN_IND", 3 },
	{ "ADV_TYPE_DIRECT_IND_LOW", 4 },
	{ "ADV_CHNL_37", 1 },
	{ "ADV_CHNL_38", 2 },
	{ "ADV_CHNL_39", 4 },
	{ "ADV_CHNL_ALL", 7 },
	{ "ADV_FILTER_ALLOW_SCAN_ANY_CON_ANY", 0 },
	{ "ADV_FILTER_ALLOW_SCAN_WLST_CON_ANY", 1 },
	{ "ADV_FILTER_ALLOW_SCAN_ANY_CON_WLST", 2 },
	{ "ADV_FILTER_ALLOW_SCAN_WLST_CON_WLST", 3 },

	/* transmit power: what it is for, and the levels, 3 dB apart */
	{ "TX_PWR_CONN", 0 },
	{ "TX_PWR_ADV", 9 },
	{ "TX_PWR_SCAN", 10 },
	{ "TX_PWR_DEFAULT", 11 },
	{ "TX_PWR_N12", 0 },
	{ "TX_PWR_N9", 1 },
	{ "TX_PWR_N6", 2 },
	{ "TX_PWR_N3", 3 },
	{ "TX_PWR_0", 4 },
	{ "TX_PWR_P3", 5 },
	{ "TX_PWR_P6", 6 },
	{ "TX_PWR_P9", 7 },
	{ NULL, 0 },
};
