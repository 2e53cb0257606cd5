/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of values. */
#include "meaning/choice.h"

#include <glib.h>

#include "meaning/addr.h"
#include "meaning/names.h"
#include "meaning/number.h"

const Choice choices_adv_type[] = {
	{ "connectable", ADV_CONNECTABLE },
	{ "directed", ADV_CONNECTABLE_DIRECTED },
	{ "scannable", ADV_SCANNABLE },
	{ "non-connectable", ADV_NON_CONNECTABLE },
	{ "scan-response", ADV_SCAN_RESPONSE },
	{ "unknown", ADV_UNKNOWN },
	{ "CONN_ADV", ADV_CONNECTABLE },
	{ "CONN_DIR_ADV", ADV_CONNECTABLE_DIRECTED },
	{ "DISC_ADV", ADV_SCANNABLE },
	{ "NON_CONN_ADV", ADV_NON_CONNECTABLE },
	{ "SCAN_RSP", ADV_SCAN_RESPONSE },
	{ "ADV_IND", ADV_CONNECTABLE },
	{ "ADV_DIRECT_IND", ADV_CONNECTABLE_DIRECTED },
	{ "ADV_SCAN_IND", ADV_SCANNABLE },
	{ "ADV_NONCONN_IND", ADV_NON_CONNECTABLE },
	{ NULL, 0 },
};

const Choice choices_addr_type[] = {
	{ "public", ADDR_PUBLIC },
	{ "random", ADDR_RANDOM },
	{ "public-rpa", ADDR_PUBLIC_RPA },
	{ "random-rpa", ADDR_RANDOM_RPA },
	{ "PUBLIC_ADDR", ADDR_PUBLIC },
	{ "RANDOM_ADDR", ADDR_RANDOM },
	{ "PUBLIC_RPA_ADDR", ADDR_PUBLIC_RPA },
	{ "RANDOM_RPA_ADDR", ADDR_RANDOM_RPA },
	{ NULL, 0 },
};

const Choice choices_sent_type[] = {
	{ "connectable", 0 },
	{ "directed", 1 },
	{ "scannable", 2 },
	{ "non-connectable", 3 },
	{ "directed-low", 4 },
	{ "ADV_TYPE_IND", 0 },
	{ "ADV_TYPE_DIRECT_IND_HIGH", 1 },
	{ "ADV_TYPE_SCAN_IND", 2 },
	{ "ADV_TYPE_NONCONN_IND", 3 },
	{ "ADV_TYPE_DIRECT_IND_LOW", 4 },
	{ NULL, 0 },
};

const Choice choices_channel_map[] = {
	{ "all", 7 },
	{ "37", 1 },
	{ "38", 2 },
	{ "39", 4 },
	{ "37,38", 3 },
	{ "37,39", 5 },
	{ "38,39", 6 },
	{ "37,38,39", 7 },
	{ "ADV_CHNL_37", 1 },
	{ "ADV_CHNL_38", 2 },
	{ "ADV_CHNL_39", 4 },
	{ "ADV_CHNL_ALL", 7 },
	{ NULL, 0 },
};

const Choice choices_filter_policy[] = {
	{ "any", 0 },
	{ "scan-list", 1 },
	{ "connect-list", 2 },
	{ "list", 3 },
	{ "ADV_FILTER_ALLOW_SCAN_ANY_CON_ANY", 0 },
	{ "ADV_FILTER_ALLOW_SCAN_WLST_CON_ANY", 1 },
	{ "ADV_FILTER_ALLOW_SCAN_ANY_CON_WLST", 2 },
	{ "ADV_FILTER_ALLOW_SCAN_WLST_CON_WLST", 3 },
	{ NULL, 0 },
};

const Choice choices_antenna[] = {
	{ "internal", 0 },
	{ "external", 1 },
	{ "INT_ANT", 0 },
	{ "EXT_ANT", 1 },
	{ "MAN_ANT", 2 },
	{ NULL, 0 },
};

const Choice choices_mode[] = {
	{ "BLE", 0 },
	{ NULL, 0 },
};

int choice_parse(const Choice *choices, uint8_t min, uint8_t max, const char *allowed, const char *text,
		 uint8_t *ret, Reason *reason)
{
	int64_t number;

	for (; choices->name; choices++) {
		if (g_ascii_strcasecmp(choices->name, text) == 0) {
			*ret = choices->number;
			return 0;
		}
	}
	if (!number_parse(text, min, max, &number))
		return reason_refuse(reason, text, allowed);
	*ret = (uint8_t)number;
	return 0;
}

bool ad_type_has_constant(const Constant *constant)
{
	return g_str_has_prefix(constant->name, "ADV_") && name_of_ad_type((uint8_t)constant->value) &&
	       !g_str_has_prefix(constant->name, "ADV_TYPE_") &&
	       !g_str_has_prefix(constant->name, "ADV_CHNL_") &&
	       !g_str_has_prefix(constant->name, "ADV_FILTER_");
}

int ad_type_parse(const char *text, uint8_t *ret, Reason *reason)
{
	int64_t number;

	if (number_parse(text, 0, UINT8_MAX, &number)) {
		*ret = (uint8_t)number;
		return 0;
	}
	for (const Constant *constant = constants; constant->name; constant++)
		if (ad_type_has_constant(constant) && g_ascii_strcasecmp(constant->name, text) == 0) {
			*ret = (uint8_t)constant->value;
			return 0;
		}
	return reason_refuse(reason, text,
			     "an AD type: 0 to 255, 0x00 to 0xff, or a name such as ADV_NAME_CMPL "
			     "(bluebrokerctl constants lists them)");
}
