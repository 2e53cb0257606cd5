/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of Session1.Init and Manager1.OpenSession. */
#include "service/init-options.h"

#include <string.h>

#include "bus/options.h"

#define MTU_MIN 23
#define MTU_MAX 517
#define MODE_BLE 0
#define ANTENNA_EXTERNAL 1
#define ANTENNA_MANUAL 2

static int read_mode(sd_bus_message *m, void *userdata UNUSED, Reason *reason)
{
	uint32_t mode;
	int r = sd_bus_message_read_basic(m, 'u', &mode);

	if (r < 0)
		return r;
	if (mode != MODE_BLE)
		return reason_set(reason, E_NOT_SUPPORTED, "mode: %u is not supported, only BLE (0)", mode);
	return 0;
}

static int read_antenna(sd_bus_message *m, void *userdata, Reason *reason)
{
	InitOptions *options = userdata;
	int r = sd_bus_message_read_basic(m, 'u', &options->antenna);

	if (r < 0)
		return r;
	if (options->antenna == ANTENNA_MANUAL)
		return reason_set(reason, E_NOT_SUPPORTED, "antenna: MAN_ANT is not supported");
	if (options->antenna > ANTENNA_EXTERNAL)
		return reason_set(reason, E_INVALID_ARGUMENTS, "antenna: INT_ANT (0) or EXT_ANT (1), not %u",
				  options->antenna);
	options->antenna_set = true;
	return 0;
}

static int read_pin(sd_bus_message *m, void *userdata, Reason *reason)
{
	InitOptions *options = userdata;
	int r = sd_bus_message_read_basic(m, 'u', &options->pin);

	if (r < 0)
		return r;
	if (options->pin > PIN_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "pin: 0 to %u, not %u", PIN_MAX, options->pin);
	options->pin_set = true;
	return 0;
}

static int read_secure(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	return options_read_flag(m, &((InitOptions *)userdata)->secure);
}

static int read_privacy(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	return options_read_flag(m, &((InitOptions *)userdata)->privacy);
}

static int read_mtu(sd_bus_message *m, void *userdata, Reason *reason)
{
	InitOptions *options = userdata;
	int r = sd_bus_message_read_basic(m, 'q', &options->mtu);

	if (r < 0)
		return r;
	if (options->mtu < MTU_MIN || options->mtu > MTU_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "mtu: %d to %d, not %u", MTU_MIN, MTU_MAX,
				  options->mtu);
	return 0;
}

static int read_fifo(sd_bus_message *m, void *userdata, Reason *reason)
{
	InitOptions *options = userdata;
	int r = sd_bus_message_read_basic(m, 'u', &options->fifo);

	if (r < 0)
		return r;
	if (options->fifo == 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "fifo: a FIFO holds at least 1 report");
	return 0;
}

static int read_overflow(sd_bus_message *m, void *userdata, Reason *reason)
{
	InitOptions *options = userdata;
	const char *text;
	int r = sd_bus_message_read_basic(m, 's', &text);

	if (r < 0)
		return r;
	options->drop_newest = strcmp(text, "drop-newest") == 0;
	if (!options->drop_newest && strcmp(text, "drop-oldest") != 0)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "overflow: \"drop-oldest\" or \"drop-newest\"");
	return 0;
}

int init_options_read(sd_bus_message *m, InitOptions *ret, Reason *reason)
{
	static const Option options[] = {
		{ "mode", "u", read_mode },
		{ "antenna", "u", read_antenna },
		{ "pin", "u", read_pin },
		{ "secure", "b", read_secure },
		{ "privacy", "b", read_privacy },
		{ "mtu", "q", read_mtu },
		{ "fifo", "u", read_fifo },
		{ "overflow", "s", read_overflow },
		{ 0 }
	};
	InitOptions result = { 0 };
	int r;

	r = options_read(m, options, &result, reason);
	if (r != 0)
		return r;
	*ret = result;
	return 0;
}
