/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The radios of the simulated BlueZ: what the air does with them, and when. */
#include "central-server.h"
#include "emitter.h"
#include "link.h"
#include "privacy.h"
#include "sim.h"
#include "smp.h"

#define CONNECT_MS 40000 /* measured: two attempts of 20 s each */
#define ATT_MS 30000 /* ATT transaction timeout */
#define LOCAL_HOST_TERMINATED 0x16

static int plug(Air *air, uint64_t addr, bool twin, Radio **ret)
{
	const Sim *sim = air_sim(air);
	unsigned int index = 0;

	(void)twin;
	while (index < air->radios->len && ((Radio *)air->radios->pdata[index])->index == index)
		index++;
	*ret = radio_new(air, index, addr, air_sets(air, addr));
	if (sim->stack)
		stack_plugged(sim->stack, *ret);
	return 0;
}

/* Links that no bluetoothd knows of any more end here. */
static void unplug(Radio *radio)
{
	const Air *air = radio->air;
	const Sim *sim = air_sim(air);

	if (sim->stack)
		stack_unplugged(sim->stack, radio);
	for (unsigned int i = 0; i < air->centrals->len; i++)
		if (((Central *)air->centrals->pdata[i])->radio == radio)
			central_lose(air->centrals->pdata[i], LOCAL_HOST_TERMINATED);
	radio_free(radio);
}

static uint64_t get_addr(const Radio *radio)
{
	return radio->addr;
}

static unsigned int get_index(const Radio *radio)
{
	return radio->index;
}

/* Discovery is always an active scan with the controller's duplicate filter on. */
static void get_status(const Radio *radio, RadioStatus *ret)
{
	bool scans = radio->scanning;

	*ret = (RadioStatus){ .scanning = scans,
			      .active = scans,
			      .filter_duplicates = scans,
			      .powered = radio->powered,
			      .sent = radio->sent };
}

static int block(Radio *radio, bool blocked)
{
	radio_block(radio, blocked);
	return 0;
}

static void print_onair(Radio *radio, GString *text)
{
	broadcast_print(radio->broadcast, text);
}

static void print_airtime(Radio *radio, GString *text)
{
	broadcast_print_airtime(radio->broadcast, text);
}

static void forget_airtime(Radio *radio)
{
	broadcast_forget_airtime(radio->broadcast);
}

static int hear(Radio *radio, const Report *report)
{
	return radio_hear(radio, report);
}

static void hear_response(Radio *radio, const Report *response)
{
	(void)radio_hear(radio, response);
}

static const AirOps ops = {
	.plug = plug,
	.unplug = unplug,
	.radio_addr = get_addr,
	.radio_index = get_index,
	.status = get_status,
	.block = block,
	.print_onair = print_onair,
	.print_airtime = print_airtime,
	.forget_airtime = forget_airtime,
	.hear = hear,
	.hear_response = hear_response,
	.peer_new = peer_end_new,
	.peer_free = peer_end_free,
	.peer_drop = peer_end_drop,
	.peer_send = peer_end_send,
	.peer_hurry = peer_end_hurry,
	.peer_bonded = peer_end_bonded,
	.peer_forget = peer_end_forget,
	.peer_pairing = peer_end_pairing,
	.peer_type = peer_end_type,
	.peer_ask = peer_end_ask,
	.central_new = central_end_new,
	.central_free = central_end_free,
	.central_connect = central_end_connect,
	.central_drop = central_lose,
	.central_send = central_end_send,
	.central_secure = smp_secure,
	.central_type = smp_type,
	.central_unbond = central_unbond,
	.private_address = privacy_make,
};

typedef struct Clock {
	GSource source;
	Air *air;
	void (*run)(Air *air, uint64_t now);
	uint64_t (*due)(const Air *air);
} Clock;

static gboolean clock_check(GSource *source)
{
	const Clock *clock = (const Clock *)source;

	return clock->due(clock->air) <= clock_now();
}

static gboolean clock_prepare(GSource *source, int *timeout_ms)
{
	const Clock *clock = (const Clock *)source;
	uint64_t due = clock->due(clock->air), now = clock_now();

	*timeout_ms = due == NEVER ? -1 : due <= now ? 0 : (int)MIN((due - now) / MILLISECOND + 1, G_MAXINT);
	return due <= now;
}

static gboolean clock_dispatch(GSource *source, GSourceFunc callback, void *data)
{
	const Clock *clock = (const Clock *)source;

	(void)callback;
	(void)data;
	clock->run(clock->air, clock_now());
	return G_SOURCE_CONTINUE;
}

static GSource *clock_new(Air *air, void (*run)(Air *air, uint64_t now), uint64_t (*due)(const Air *air),
			  int priority)
{
	static GSourceFuncs funcs = { .prepare = clock_prepare,
				      .check = clock_check,
				      .dispatch = clock_dispatch };
	GSource *source = g_source_new(&funcs, sizeof(Clock));
	Clock *clock = (Clock *)source;

	clock->air = air;
	clock->run = run;
	clock->due = due;
	g_source_set_priority(source, priority);
	g_source_attach(source, NULL);
	return source;
}

void sim_init(Sim *sim)
{
	sim->faults = faults_new();
	sim->store = store_new();
	sim->connect_ms = CONNECT_MS;
	sim->att_ms = ATT_MS;
	sim->air.coalesces = true;
	sim->air.burst = G_MAXUINT;
	air_init(&sim->air, &ops, sim);
	sim->clocks[0] = clock_new(&sim->air, peers_run, peers_due, G_PRIORITY_DEFAULT);
	sim->clocks[1] = clock_new(&sim->air, centrals_run, centrals_due, G_PRIORITY_DEFAULT);
	/* after what the last reports changed was told */
	sim->clocks[2] = clock_new(&sim->air, emitters_run, emitters_due, G_PRIORITY_LOW);
}

void sim_deinit(Sim *sim)
{
	sim->stack = stack_free(sim->stack);
	for (unsigned int i = 0; i < G_N_ELEMENTS(sim->clocks); i++) {
		g_source_destroy(sim->clocks[i]);
		g_source_unref(sim->clocks[i]);
	}
	air_deinit(&sim->air);
	store_free(sim->store);
	faults_free(sim->faults);
}
