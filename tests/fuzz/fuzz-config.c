/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a configuration file. What is taken is within its range; what is refused says why, and changes
 * nothing. */
#include <stdbool.h>
#include <string.h>

#include "core/config.h"
#include "fuzz.h"

static void check_ranges(const Config *config)
{
	for (const Setting *key = config_keys; key->group; key++) {
		const char *at = (const char *)config + key->offset;
		uint32_t value;

		if (key->text) {
			PROMISE(memchr(at, '\0', SETTING_PATH_MAX) != NULL);
			PROMISE(*at == '\0' || *at == '/');
			continue;
		}
		memcpy(&value, at, sizeof(value));
		PROMISE(value >= key->min && value <= key->max);
	}
	PROMISE(config->fifo_depth <= config->max_fifo_depth);
}

static bool is_plain_line(const char *text)
{
	for (; *text; text++) {
		if (*text < 0x20 || *text > 0x7e)
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Reason reason = { "" };
	Config config, before;
	int r;

	memset(&config, 0x5a, sizeof(config));
	before = config;
	r = config_parse(&config, "fuzz.conf", (const char *)data, size, &reason);
	if (r == 0) {
		check_ranges(&config);
		return 0;
	}
	PROMISE(r == E_INVALID_ARGUMENTS);
	PROMISE(memcmp(&config, &before, sizeof(config)) == 0);
	PROMISE(strncmp(reason.text, "fuzz.conf: ", 11) == 0 && is_plain_line(reason.text));
	return 0;
}
