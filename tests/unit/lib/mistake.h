/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks that a mistake of ours ends the program. */
#pragma once

void expect_abort(void (*mistake)(void));	/* mistake is made in a child */
