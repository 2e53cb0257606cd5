/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the options of scans, links, advertisements and sessions do with their values. */
#include "ctl/option-set.h"

#include <string.h>

#include "meaning/addr.h"
#include "meaning/choice.h"
#include "meaning/number.h"

int option_set_addr_type(Options *options, const char *text, Reason *reason)
{
	return choice_parse(choices_addr_type, 0, ADDR_RANDOM_RPA,
			    "an address type (public, random, public-rpa or random-rpa; a constant such as "
			    "RANDOM_ADDR; 0 to 3)",
			    text, &options->link.addr_type, reason);
}

int option_set_priority(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 0, UINT8_MAX, &number))
		return reason_refuse(reason, text, "a priority (0 to 255)");
	options->link.priority = (uint8_t)number;
	return 0;
}

/* --- which reports are wanted --- */

int option_add_address(Options *options, const char *text, Reason *reason)
{
	return wanted_add_address(&options->wanted, text, reason);
}

int option_add_uuid(Options *options, const char *text, Reason *reason)
{
	return wanted_add_uuid(&options->wanted, text, reason);
}

int option_add_manufacturer(Options *options, const char *text, Reason *reason)
{
	return wanted_add_manufacturer(&options->wanted, text, reason);
}

int option_set_name(Options *options, const char *text, Reason *reason)
{
	return wanted_set_name(&options->wanted, text, reason);
}

int option_set_rssi(Options *options, const char *text, Reason *reason)
{
	return wanted_set_rssi(&options->wanted, text, reason);
}

int option_set_pathloss(Options *options, const char *text, Reason *reason)
{
	return wanted_set_pathloss(&options->wanted, text, reason);
}

int option_add_pattern(Options *options, const char *text, Reason *reason)
{
	return wanted_add_pattern(&options->wanted, text, reason);
}

int option_add_adv_type(Options *options, const char *text, Reason *reason)
{
	return wanted_add_adv_type(&options->wanted, text, reason);
}

int option_set_dedup(Options *options, const char *text, Reason *reason)
{
	return wanted_set_dedup(&options->wanted, text, reason);
}

int option_set_delivery(Options *options, const char *text, Reason *reason)
{
	return wanted_set_delivery(&options->wanted, text, reason);
}

int option_set_batch_ms(Options *options, const char *text, Reason *reason)
{
	return wanted_set_batch_ms(&options->wanted, text, reason);
}

int option_set_batch_max(Options *options, const char *text, Reason *reason)
{
	return wanted_set_batch_max(&options->wanted, text, reason);
}

/* --- what is advertised --- */

int option_set_not_connectable(Options *options, const char *text UNUSED, Reason *reason)
{
	return announcement_set_adv_type(&options->announcement, "non-connectable", reason);
}

/* --- how a session begins --- */

static void init(Options *options, const char *key, GVariant *value)
{
	session_request_init(&options->session, key, value);
}

int option_set_mode(Options *options, const char *text, Reason *reason)
{
	uint8_t number;
	int r = choice_parse(choices_mode, 0, UINT8_MAX, "a mode (BLE)", text, &number, reason);

	if (r == 0)
		init(options, "mode", g_variant_new_uint32(number));
	return r;
}

int option_set_antenna(Options *options, const char *text, Reason *reason)
{
	uint8_t number;
	int r = choice_parse(choices_antenna, 0, 2,
			     "an antenna (internal or external; a constant such as EXT_ANT; 0 to 2)", text,
			     &number, reason);

	if (r == 0)
		init(options, "antenna", g_variant_new_uint32(number));
	return r;
}

int option_set_pin(Options *options, const char *text, Reason *reason)
{
	if (*text == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 6)
		return reason_refuse(reason, text, "a PIN (up to six digits)");
	init(options, "pin", g_variant_new_uint32((uint32_t)g_ascii_strtoull(text, NULL, 10)));
	return 0;
}

int option_set_secure(Options *options, const char *text UNUSED, Reason *reason UNUSED)
{
	init(options, "secure", g_variant_new_boolean(TRUE));
	return 0;
}

int option_set_privacy(Options *options, const char *text UNUSED, Reason *reason UNUSED)
{
	init(options, "privacy", g_variant_new_boolean(TRUE));
	return 0;
}

int option_set_mtu(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 23, 517, &number))
		return reason_refuse(reason, text, "an MTU (23 to 517 bytes)");
	init(options, "mtu", g_variant_new_uint16((uint16_t)number));
	return 0;
}

int option_set_fifo(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, 1, UINT32_MAX, &number))
		return reason_refuse(reason, text,
				     "a number of reports (1 or more; at most MaxFifoDepth of bluebrokerctl "
				     "status)");
	init(options, "fifo", g_variant_new_uint32((uint32_t)number));
	return 0;
}

int option_set_overflow(Options *options, const char *text, Reason *reason)
{
	if (strcmp(text, "drop-oldest") != 0 && strcmp(text, "drop-newest") != 0)
		return reason_refuse(reason, text, "what a full FIFO loses (drop-oldest or drop-newest)");
	init(options, "overflow", g_variant_new_string(text));
	return 0;
}
