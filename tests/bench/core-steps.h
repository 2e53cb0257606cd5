/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of bench-core: each does what the daemon does of a report, so many times. */
#pragma once

/* sessions: how many there are; detail: what they want, or how many reports there are in a second. */
typedef void (*StepRun)(unsigned int times, unsigned int sessions, unsigned int detail);

/* core-parts.c */
void step_nothing(unsigned int times, unsigned int sessions, unsigned int detail);
void step_ingest(unsigned int times, unsigned int sessions, unsigned int detail);
void step_packet(unsigned int times, unsigned int sessions, unsigned int detail);
void step_fragments(unsigned int times, unsigned int sessions, unsigned int detail);
void step_report(unsigned int times, unsigned int sessions, unsigned int detail);
void step_filter_match(unsigned int times, unsigned int sessions, unsigned int detail);
void step_filter_miss(unsigned int times, unsigned int sessions, unsigned int detail);
void step_filter_address_miss(unsigned int times, unsigned int sessions, unsigned int detail);
void step_filter_name_miss(unsigned int times, unsigned int sessions, unsigned int detail);
void step_ring(unsigned int times, unsigned int sessions, unsigned int detail);
void step_ring_overflow(unsigned int times, unsigned int sessions, unsigned int detail);
void step_dedup_new(unsigned int times, unsigned int sessions, unsigned int detail);
void step_dedup_seen(unsigned int times, unsigned int sessions, unsigned int detail);

/* core-delivery.c. detail: the company that sessions want, 0: everything */
void step_radio(unsigned int times, unsigned int sessions, unsigned int detail);
void step_monitor(unsigned int times, unsigned int sessions, unsigned int detail);
void step_batch(unsigned int times, unsigned int sessions, unsigned int detail);

/* core-stream.c. detail: reports a second */
void step_stream(unsigned int times, unsigned int sessions, unsigned int detail);
