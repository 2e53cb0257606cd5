/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The other side of air control: sends one line to the socket at path and prints the reply to stdout. 0: it
 * was ok; 1: it was an error; negative errno: nobody answers. */
int control_ask(const char *path, const char *line);
