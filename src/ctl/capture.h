/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Advertising reports in the formats of HCI captures: each as the event, or events, with which a controller
 * reports it, H4 framed. Pure.
 */
#pragma once

#include <bluebroker-stream.h>
#include <glib.h>
#include <stdbool.h>

typedef enum CaptureFormat {
	CAPTURE_PCAP,		/* microseconds, DLT_BLUETOOTH_HCI_H4_WITH_PHDR */
	CAPTURE_BTSNOOP,	/* datalink 1002, HCI UART */
} CaptureFormat;

/* What a file begins with. */
void capture_begin(GByteArray *out, CaptureFormat format);

/*
 * One report: an LE Advertising Report event; or, if it was heard in an LE Extended Advertising Report or
 * fits nothing else, one of these, or several with fragments of its data.
 *
 * wall_offset: what to add to the report's time for microseconds since 1970. lost: so far; only btsnoop tells
 * it.
 */
void capture_append(GByteArray *out, CaptureFormat format, const bb_stream_report *report,
		    int64_t wall_offset, uint64_t lost);

/* Whether its type, or its bytes, are not what was on air. It is then written as a connectable undirected
 * advertisement. */
bool capture_is_guess(const bb_stream_report *report);
