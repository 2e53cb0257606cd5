/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Advertising reports in the formats of HCI captures: each is written as the HCI event, or events, in which a
 * controller would report it, with an H4 header. Pure.
 */
#pragma once

#include <bluebroker-stream.h>
#include <glib.h>
#include <stdbool.h>

typedef enum CaptureFormat {
	CAPTURE_PCAP,		/* microseconds, DLT_BLUETOOTH_HCI_H4_WITH_PHDR */
	CAPTURE_BTSNOOP,	/* datalink 1002, HCI UART */
} CaptureFormat;

/* Appends the file header. */
void capture_begin(GByteArray *out, CaptureFormat format);

/*
 * Appends one report as an LE Advertising Report event. If it was heard as an extended one, or does not fit
 * that event, as one LE Extended Advertising Report event, or several with fragments of its data.
 *
 * wall_offset: to be added to the report's time to get microseconds since 1970. lost: reports so far; only
 * btsnoop tells it.
 */
void capture_append(GByteArray *out, CaptureFormat format, const bb_stream_report *report,
		    int64_t wall_offset, uint64_t lost);

/* Whether type or bytes of the report may differ from what was on air. An unknown type is written as
 * connectable undirected. */
bool capture_is_guess(const bb_stream_report *report);
