/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys batch_ms and batch_max of several dictionaries. */
#include "service/batch-options.h"

#define BATCH_MS_MAX 10000
#define BATCH_MAX 4096

int batch_options_read_ms(sd_bus_message *m, uint32_t *ret, Reason *reason)
{
	int r;

	r = sd_bus_message_read_basic(m, 'u', ret);
	if (r < 0)
		return r;
	if (*ret > BATCH_MS_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "batch_ms: 0 to %u", BATCH_MS_MAX);
	return 0;
}

int batch_options_read_max(sd_bus_message *m, uint32_t *ret, Reason *reason)
{
	int r;

	r = sd_bus_message_read_basic(m, 'u', ret);
	if (r < 0)
		return r;
	if (*ret == 0 || *ret > BATCH_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "batch_max: 1 to %u", BATCH_MAX);
	return 0;
}
