/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libelogind 246 lacks of libsystemd's: timers relative to now (247), and in the tables of methods the right names
 * of what a method without arguments returns. Included by the compiler with each file that uses the library, where it is
 * that one, so nothing else here has to know.
 */
#pragma once
#pragma GCC system_header

#include <errno.h>
#include <stdint.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

/* Names of arguments stand behind each other. "No arguments" has an empty name there, which moves the others by one. */
#undef _SD_CONCAT
#define _SD_CONCAT(...) "" __VA_OPT__(#__VA_ARGS__ "\0")

static inline int compat_sd_event_from_now(sd_event *event, clockid_t clock, uint64_t *usec)
{
	uint64_t now;
	const int r = sd_event_now(event, clock, &now);

	if (r < 0)
		return r;
	if (*usec >= UINT64_MAX - now)
		return -EOVERFLOW;
	*usec += now;
	return 0;
}

static inline int sd_event_add_time_relative(sd_event *event, sd_event_source **source, clockid_t clock, uint64_t usec,
					     uint64_t accuracy, sd_event_time_handler_t callback, void *userdata)
{
	const int r = compat_sd_event_from_now(event, clock, &usec);

	return r < 0 ? r : sd_event_add_time(event, source, clock, usec, accuracy, callback, userdata);
}

static inline int sd_event_source_set_time_relative(sd_event_source *source, uint64_t usec)
{
	clockid_t clock;
	int r;

	r = sd_event_source_get_time_clock(source, &clock);
	if (r >= 0)
		r = compat_sd_event_from_now(sd_event_source_get_event(source), clock, &usec);
	return r < 0 ? r : sd_event_source_set_time(source, usec);
}
