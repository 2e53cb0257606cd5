/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration, read by meaning/settings. One table (config_keys) has all keys; a test compares
 * conf/bluebrokerd.conf and the manual page with it.
 */
#pragma once

#include <stdbool.h>

#include "meaning/settings.h"

/* Where advertisements come from. */
typedef enum ConfigSource {
	SOURCE_AUTO,		/* the monitor where it is permitted, else D-Bus */
	SOURCE_HCI_MONITOR,
	SOURCE_DBUS,
} ConfigSource;

typedef struct Config {
	/* [Scan] */
	uint32_t source;		/* ConfigSource */
	uint32_t fifo_depth;		/* reports: a session's FIFO unless Init says otherwise */
	uint32_t batch_ms;		/* longest wait before a batch of reports is signalled */
	uint32_t batch_max;		/* reports in a batch */
	uint32_t silence_seconds;	/* without any report before the scan is restarted; 0: never */
	/* [Sessions] */
	uint32_t user_session_idle_seconds;
	/* [Radio] */
	uint32_t power_on_seconds;	/* how long Init waits for the radio */
	/* file that takes 0 (internal) or 1 (external); empty: none */
	char antenna_switch[SETTING_PATH_MAX];
	/* [Links] */
	uint32_t connect_timeout_seconds;	/* of Connect, unless the caller says otherwise */
	uint32_t link_linger_seconds;	/* how long a link stays open after its last holder */
	uint32_t just_works;		/* 1: pairing without anybody's confirmation is allowed */
	/* [Advertising] */
	uint32_t rotation_seconds;	/* how long an advertisement stays on air while others wait */
	/* [BlueZ] */
	uint32_t call_timeout_seconds;
	uint32_t stall_seconds;		/* without any answer before BlueZ is taken for stuck; 0: never */
	/* [BlueZFace] */
	char face_socket[SETTING_PATH_MAX];	/* empty: none */
	uint32_t face_mode;			/* of the socket, see config_face_mode */
	/* [Limits] */
	uint32_t sessions_per_user;
	uint32_t max_fifo_depth;
	uint32_t fifo_bytes_per_user;
	uint32_t queued_calls_per_user;
	uint32_t connections_per_user;
	uint32_t streams_per_user;
	uint32_t filter_entries;
	uint32_t dedup_entries;
	uint32_t devices;
	uint32_t max_links;
	uint32_t attributes_per_user;
	uint32_t bytes_per_user;
} Config;

/* The table ends with a NULL group. The keys of group "Limits" are what Manager1.Limits shows. */
extern const Setting config_keys[];

unsigned config_face_mode(const Config *config);	/* permission bits of the socket */

void config_init(Config *config);		/* every key at its default */

/*
 * Reads a key file's text; keys that it leaves out have their defaults. name is for the message. Nothing is
 * changed on failure: E_INVALID_ARGUMENTS, and reason says "name: [Group] Key=value: what is allowed" (or the
 * line that does not parse).
 */
int config_parse(Config *config, const char *name, const char *text, size_t length, Reason *reason);
