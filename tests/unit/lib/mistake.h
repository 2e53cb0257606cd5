/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mistake of ours must end the program. */
#pragma once

void expect_abort(void (*mistake)(void));	/* made in a child process */
