/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a read takes on the daemon's socket, and on the system bus. */
#pragma once

/* Prints a table. seconds: of reads, one here and one there in turn. */
void face_measure_reads(unsigned int seconds);
