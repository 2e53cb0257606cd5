/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The material of bench-core: reports, a radio, sessions. No loop and no clock. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-bus.h>

#include "core/broker-events.h"
#include "core/filter.h"
#include "core/radio.h"
#include "core/report.h"

#define DEVICES 1000
#define NOW (1000 * USEC_PER_SEC)

void core_fail(const char *what) __attribute__((noreturn));
/* Fails if r is an error. */
void core_check(int r, const char *what);

/* What the storm of the test beds sends: flags and manufacturer data 0xffff of 8 bytes, from one of DEVICES. */
Report *core_report(unsigned int number);
/* The same as the kernel's monitor channel tells it. Returns its length. */
#define PACKET_ROOM 64
size_t core_packet(uint8_t packet[static PACKET_ROOM], unsigned int number);

/* Of a broker of its own, whose edges do nothing; core_radio_free frees that. */
Radio *core_radio(void);
void core_radio_free(Radio *radio);

/* What is due is done, as the daemon does when an event is over. */
void core_turn(Broker *broker, uint64_t now);

/* A filter that asks of the report whatever costs: its manufacturer, and bytes in it. */
Filter *core_filter(uint16_t company);
/* They scan. company: what they want, 0: everything. fifo: how many reports they hold, 0: as configured. */
void core_add_sessions(Radio *radio, unsigned int sessions, uint16_t company, uint32_t fifo);

/* A message for nobody. */
sd_bus_message *core_signal(const char *path, const char *interface, const char *member);

/* CPU seconds that this process has used so far, but for what was between the two. */
double core_cpu(void);
void core_cpu_pause(void);
void core_cpu_resume(void);
