/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of bluebrokerctl. Each does what its options say, prints its errors, and returns the exit
 * code. */
#pragma once

#include "ctl/options.h"

ExitCode command_status(const Options *options);
ExitCode command_scan(const Options *options);
ExitCode command_devices(const Options *options);
ExitCode command_resolve(const Options *options);
ExitCode command_stats(const Options *options);
ExitCode command_constants(const Options *options);
ExitCode command_connect(const Options *options);
ExitCode command_read(const Options *options);
ExitCode command_write(const Options *options);
ExitCode command_notify(const Options *options);
ExitCode command_disconnect(const Options *options);
ExitCode command_pair(const Options *options);
ExitCode command_forget(const Options *options);
ExitCode command_links(const Options *options);
ExitCode command_advertise(const Options *options);
ExitCode command_serve(const Options *options);
ExitCode command_clients(const Options *options);
ExitCode command_power(const Options *options);
ExitCode command_name(const Options *options);
ExitCode command_monitor(const Options *options);
ExitCode command_clone(const Options *options);
ExitCode command_batch(const Options *options);
ExitCode command_help(const Options *options);
ExitCode command_complete(const Options *options);
ExitCode command_rssi(const Options *options);
ExitCode command_run(const Options *options);
