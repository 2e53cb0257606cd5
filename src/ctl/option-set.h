/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the options of scans, links, advertisements and sessions do with their values. */
#pragma once

#include "ctl/option.h"

/* Each takes the text of one option. 0, or E_INVALID_ARGUMENTS and reason says what is allowed. */
typedef int OptionSetter(Options *options, const char *text, Reason *reason);

OptionSetter option_set_addr_type, option_set_priority, option_add_address, option_add_uuid,
	option_add_manufacturer, option_set_name, option_set_rssi, option_set_pathloss,
	option_add_pattern, option_add_adv_type, option_set_dedup, option_set_delivery,
	option_set_batch_ms, option_set_batch_max, option_set_not_connectable, option_set_mode,
	option_set_antenna, option_set_pin, option_set_secure, option_set_privacy, option_set_mtu,
	option_set_fifo, option_set_overflow;
