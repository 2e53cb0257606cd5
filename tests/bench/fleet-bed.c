/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting, feeding and ending a fleet. */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include <check.h>
#include <glib.h>
#include <systemd/sd-event.h>

#include "child.h"
#include "fleet-bed.h"
#include "fleet-daemon.h"
#include "usage.h"

#define TICK_US 2000
#define PATIENCE 60 /* seconds: until all are there */
#define GET_GOING 1.5 /* seconds at the rate, before what is measured */
#define QUIET 2 /* seconds without a message: all has come */

struct Fleet {
	FleetBroker *broker;
	unsigned int gateways;
	sd_event *event;
	FleetDaemon **daemons;
	Child *programs;
	FleetCame before; /* what had come before this fleet */
};

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void pump(Fleet *fleet, double seconds)
{
	const uint64_t end = now_us() + (uint64_t)(seconds * 1e6);

	for (uint64_t now = now_us(); now < end; now = now_us()) {
		const uint64_t next = MIN(now + TICK_US, end);

		for (unsigned int i = 0; i < fleet->gateways; i++)
			fleet_daemon_feed(fleet->daemons[i], now);
		while ((now = now_us()) < next)
			ck_assert_int_ge(sd_event_run(fleet->event, next - now), 0);
	}
}

static void start_program(Fleet *fleet, unsigned int number, const char *dir, const char *format,
			  unsigned int qos)
{
	g_autofree char *config = g_strdup_printf("%s/gateway%u.conf", dir, number);
	g_autofree char *log = g_strdup_printf("%s/gateways.log", dir);
	g_autofree char *lines = g_strdup_printf("[Broker]\nHost=127.0.0.1\nPort=%u\nQos=%u\n"
						 "[Gateway]\nId=gateway%u\n"
						 "[Publish]\nFormats=%s\n",
						 fleet_broker_port(fleet->broker), qos, number, format);
	const char *const argv[] = { MQTT_PATH, "--config", config,
				     "--bus", fleet_daemon_bus(fleet->daemons[number]), NULL };

	ck_assert(g_file_set_contents(config, lines, -1, NULL));
	child_start(&fleet->programs[number], argv, NULL, log);
}

static bool all_scan(const Fleet *fleet)
{
	for (unsigned int i = 0; i < fleet->gateways; i++) {
		ck_assert_msg(child_is_running(&fleet->programs[i]), "gateway %u has ended", i);
		if (!fleet_daemon_scans(fleet->daemons[i]))
			return false;
	}
	return true;
}

static uint64_t came_reports(const Fleet *fleet)
{
	return fleet_broker_came(fleet->broker).reports - fleet->before.reports;
}

/* A report of each, and nothing else, has come: so each has its connection. */
static void meet(Fleet *fleet)
{
	const uint64_t end = now_us() + PATIENCE * UINT64_C(1000000);

	while (!all_scan(fleet)) {
		ck_assert_msg(now_us() < end, "not all gateways scan");
		pump(fleet, 0.1);
	}
	for (unsigned int i = 0; i < fleet->gateways; i++)
		fleet_daemon_say(fleet->daemons[i], now_us());
	while (came_reports(fleet) < fleet->gateways) {
		ck_assert_msg(now_us() < end, "%u of %u gateways have come to the broker",
			      (unsigned int)came_reports(fleet), fleet->gateways);
		pump(fleet, 0.1);
	}
}

Fleet *fleet_new(FleetBroker *broker, const char *dir, const char *format, unsigned int qos,
		 unsigned int gateways)
{
	Fleet *fleet = g_new0(Fleet, 1);

	fleet->broker = broker;
	fleet->gateways = gateways;
	fleet->before = fleet_broker_came(broker);
	ck_assert_int_ge(sd_event_new(&fleet->event), 0);
	fleet->daemons = g_new0(FleetDaemon *, gateways);
	fleet->programs = g_new0(Child, gateways);
	for (unsigned int i = 0; i < gateways; i++) {
		fleet->daemons[i] = fleet_daemon_new(fleet->event, dir, i);
		start_program(fleet, i, dir, format, qos);
	}
	meet(fleet);
	return fleet;
}

Fleet *fleet_free(Fleet *fleet)
{
	if (!fleet)
		return NULL;
	/* all at once: each says its farewell */
	for (unsigned int i = 0; i < fleet->gateways; i++)
		kill(fleet->programs[i].pid, SIGTERM);
	pump(fleet, 0.2);
	for (unsigned int i = 0; i < fleet->gateways; i++) {
		ck_assert_msg(child_end(&fleet->programs[i], 0, PATIENCE * 1000), "gateway %u does not end",
			      i);
		fleet_daemon_free(fleet->daemons[i]);
	}
	g_free(fleet->daemons);
	g_free(fleet->programs);
	sd_event_unref(fleet->event);
	g_free(fleet);
	return NULL;
}

static double cpu_of(pid_t pid)
{
	double used = 0;

	ck_assert_msg(usage_read_cpu(pid, &used), "no CPU clock of process %d", (int)pid);
	return used;
}

static FleetUse use_so_far(const Fleet *fleet)
{
	FleetUse use = {
		.seconds = (double)now_us() / 1e6,
		.broker_cpu = cpu_of(fleet_broker_pid(fleet->broker)),
	};

	for (unsigned int i = 0; i < fleet->gateways; i++) {
		const FleetFed fed = fleet_daemon_fed(fleet->daemons[i]);

		use.fed += fed.reports;
		use.lost += fed.lost;
		use.gateways_cpu += cpu_of(fleet->programs[i].pid);
	}
	use.came = fleet_broker_came(fleet->broker);
	return use;
}

FleetUse fleet_measure(Fleet *fleet, double rate, double seconds)
{
	FleetUse first, last;

	for (unsigned int i = 0; i < fleet->gateways; i++) {
		/* not all at the same moment */
		const uint64_t apart = (uint64_t)(1e6 / rate * i / fleet->gateways);

		fleet_daemon_set_rate(fleet->daemons[i], rate, now_us() + apart);
	}
	pump(fleet, GET_GOING);
	first = use_so_far(fleet);
	pump(fleet, seconds);
	last = use_so_far(fleet);
	return (FleetUse){
		.seconds = last.seconds - first.seconds,
		.gateways_cpu = last.gateways_cpu - first.gateways_cpu,
		.broker_cpu = last.broker_cpu - first.broker_cpu,
		.fed = last.fed - first.fed,
		.lost = last.lost - first.lost,
		.came = {
			.messages = last.came.messages - first.came.messages,
			.reports = last.came.reports - first.came.reports,
			.bytes = last.came.bytes - first.came.bytes,
		},
	};
}

uint64_t fleet_settle(Fleet *fleet)
{
	uint64_t before, came = came_reports(fleet);

	for (unsigned int i = 0; i < fleet->gateways; i++)
		fleet_daemon_set_rate(fleet->daemons[i], 0, now_us());
	do {
		before = came;
		pump(fleet, QUIET);
		came = came_reports(fleet);
	} while (came > before);
	return use_so_far(fleet).fed - came;
}

void fleet_memory(const Fleet *fleet, double *mean_rss, double *most_rss, double *mean_private)
{
	*mean_rss = *most_rss = *mean_private = 0;
	for (unsigned int i = 0; i < fleet->gateways; i++) {
		Usage usage;

		ck_assert_msg(usage_read(fleet->programs[i].pid, &usage), "cannot read the memory of gateway %u",
			      i);
		*mean_rss += (double)usage.rss / fleet->gateways;
		*mean_private += (double)usage.private_dirty / fleet->gateways;
		*most_rss = MAX(*most_rss, (double)usage.rss);
	}
}
