#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: check-core-symbols.sh LIBRARY.A
# core and meaning are pure: they call no bus, no loop, no clock, no socket and no file.
set -eu

wanted=$(nm --undefined-only "$1" | awk 'NF == 2 { print $2 }' | sort -u)

# A list without calls of GLib would mean that we looked at nothing.
if ! echo "$wanted" | grep -q '^g_'; then
	echo "$1: no undefined symbols of GLib found: is this one of our libraries?"
	exit 1
fi

forbidden='^(sd_|dbus_|g_dbus_|g_bus_|g_socket_|g_main_|g_timeout_|g_idle_)'
forbidden="$forbidden"'|^(clock_gettime|gettimeofday|time|g_get_monotonic_time|g_get_real_time)$'
forbidden="$forbidden"'|^(socket|connect|bind|ioctl|poll|ppoll|select|epoll_.*|timerfd_.*|sleep|usleep|nanosleep)$'
forbidden="$forbidden"'|^(open|openat|fopen|fopen64|open64|creat|read|fread|write|fwrite|getrandom|g_file_.*|g_key_file_load_from_file)$'
if echo "$wanted" | grep -E "$forbidden"; then
	echo "$1: it must not call these"
	exit 1
fi
