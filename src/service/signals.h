/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that send signals share. */
#pragma once

/* A negative errno of a signal that could not be sent goes to the log; at most so often. */
void signal_log_error(int r);
