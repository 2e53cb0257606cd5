/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated air: who sends when, to which radios. */
#include <string.h>

#include "air.h"

#define STORM_TICK_MS 4
#define CONNECT_MS 40000 /* measured: two attempts of 20 s each */
#define LOCAL_HOST_TERMINATED 0x16
#define ATT_MS 30000 /* ATT transaction timeout */

typedef struct Emitter {
	Air *air;
	uint64_t target;
	guint timer;
	char *name; /* of a repeat; NULL: a storm */
	AirRepeat repeat;
	uint64_t turn; /* of a repeat; of a storm, moments passed */
	unsigned int advertisers, rate;
	uint64_t turns; /* of a storm, in all */
	uint32_t number; /* storm reports that were heard */
	int64_t started;
} Emitter;

static void emitter_free(void *data)
{
	Emitter *emitter = data;

	if (emitter->timer)
		g_source_remove(emitter->timer);
	g_free(emitter->name);
	g_free(emitter);
}

static void peer_destroy(void *data)
{
	(void)peer_free(data);
}

static void central_destroy(void *data)
{
	(void)central_free(data);
}

static void radio_destroy(void *data)
{
	(void)radio_free(data);
}

Air *air_new(void)
{
	Air *air = g_new0(Air, 1);

	air->radios = g_ptr_array_new_with_free_func(radio_destroy);
	air->emitters = g_ptr_array_new_with_free_func(emitter_free);
	air->store = store_new();
	air->connect_ms = CONNECT_MS;
	air->att_ms = ATT_MS;
	air->peers = g_ptr_array_new_with_free_func(peer_destroy);
	air->centrals = g_ptr_array_new_with_free_func(central_destroy);
	air->sets = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	return air;
}

Air *air_free(Air *air)
{
	if (!air)
		return NULL;

	g_ptr_array_unref(air->emitters);
	g_ptr_array_unref(air->peers);
	g_ptr_array_unref(air->centrals);
	g_hash_table_unref(air->sets);
	store_free(air->store);
	g_ptr_array_unref(air->radios);
	g_free(air);
	return NULL;
}

bool air_matches(uint64_t target, const Radio *radio)
{
	return target == AIR_ALL || target == radio->addr;
}

Radio *air_find(const Air *air, uint64_t target)
{
	for (unsigned int i = 0; i < air->radios->len; i++)
		if (air_matches(target, air->radios->pdata[i]))
			return air->radios->pdata[i];
	return NULL;
}

static unsigned int air_get_sets(const Air *air, uint64_t addr)
{
	static const uint64_t any;
	void *n = NULL;

	if (!g_hash_table_lookup_extended(air->sets, &addr, NULL, &n))
		n = g_hash_table_lookup(air->sets, &any);
	return GPOINTER_TO_UINT(n);
}

void air_set_sets(Air *air, uint64_t addr, unsigned int n)
{
	if (addr == 0)
		g_hash_table_remove_all(air->sets);
	g_hash_table_insert(air->sets, g_memdup2(&addr, sizeof(addr)), GUINT_TO_POINTER(n));
}

Radio *air_find_index(const Air *air, unsigned int index)
{
	for (unsigned int i = 0; i < air->radios->len; i++) {
		Radio *radio = air->radios->pdata[i];

		if (radio->index == index)
			return radio;
	}
	return NULL;
}

Radio *air_plug(Air *air, uint64_t addr, bool twin)
{
	unsigned int index = 0;
	Radio *radio;

	if (!twin && air_find(air, addr))
		return NULL;

	while (index < air->radios->len && ((Radio *)air->radios->pdata[index])->index == index)
		index++;
	radio = radio_new(index, addr, air_get_sets(air, addr));
	g_ptr_array_insert(air->radios, (int)index, radio);
	return radio;
}

/* Links that no bluetoothd knows of any more end here. */
void air_unplug(Air *air, Radio *radio)
{
	for (unsigned int i = 0; i < air->centrals->len; i++)
		if (central_radio(air->centrals->pdata[i]) == radio)
			central_lose(air->centrals->pdata[i], LOCAL_HOST_TERMINATED);
	g_ptr_array_remove(air->radios, radio);
}

Central *air_get_central(const Air *air, const char *name)
{
	for (unsigned int i = 0; i < air->centrals->len; i++)
		if (g_str_equal(central_name(air->centrals->pdata[i]), name))
			return air->centrals->pdata[i];
	return NULL;
}

unsigned int air_send(Air *air, uint64_t target, const RadioReport *report)
{
	unsigned int heard = 0;

	for (unsigned int i = 0; i < air->radios->len; i++)
		if (air_matches(target, air->radios->pdata[i]) &&
		    radio_hear(air->radios->pdata[i], report))
			heard++;
	return heard;
}

Peer *air_get_peer(const Air *air, const char *name)
{
	for (unsigned int i = 0; i < air->peers->len; i++) {
		Peer *peer = air->peers->pdata[i];

		if (g_str_equal(peer->name, name))
			return peer;
	}
	return NULL;
}

Peer *air_find_peer(const Air *air, uint64_t addr, bool random)
{
	for (unsigned int i = 0; i < air->peers->len; i++) {
		Peer *peer = air->peers->pdata[i];

		if (peer->report.addr == addr && peer->report.random == random)
			return peer;
	}
	return NULL;
}

Peer *air_find_peer_of(const Air *air, const Radio *radio, uint64_t addr, bool random)
{
	for (unsigned int i = 0; i < air->peers->len; i++) {
		Peer *peer = air->peers->pdata[i];
		bool peer_random = peer->report.random;

		if (store_resolve(air->store, radio->addr, peer->report.addr, &peer_random) == addr &&
		    peer_random == random)
			return peer;
	}
	return NULL;
}

static int emitter_done(Emitter *emitter)
{
	emitter->timer = 0;
	g_ptr_array_remove_fast(emitter->air->emitters, emitter);
	return G_SOURCE_REMOVE;
}

int8_t air_rssi(int base, unsigned int spread, uint64_t turn)
{
	int rssi = base + (int)((turn + spread) % (2 * spread + 1)) - (int)spread;

	return (int8_t)CLAMP(rssi, INT8_MIN, INT8_MAX);
}

static int emitter_on_repeat(void *data)
{
	Emitter *emitter = data;
	const AirRepeat *repeat = &emitter->repeat;
	RadioReport report = repeat->report, response;

	report.rssi = air_rssi(report.rssi, repeat->spread, emitter->turn);
	if (air_send(emitter->air, emitter->target, &report) == 0)
		return G_SOURCE_CONTINUE;
	if (repeat->has_response) {
		response = repeat->response;
		response.rssi = report.rssi;
		(void)air_send(emitter->air, emitter->target, &response);
	}
	if (++emitter->turn == repeat->count)
		return emitter_done(emitter);
	return G_SOURCE_CONTINUE;
}

static void put_le32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static void storm_report(RadioReport *ret, uint32_t index, uint32_t number)
{
	/* flags: LE general discoverable, no BR/EDR; manufacturer data of company 0xffff */
	static const uint8_t head[] = { 0x02, 0x01, 0x06, 0x0b, 0xff, 0xff, 0xff };

	ret->addr = UINT64_C(0xC00000000000) | (index & 0xffff);
	ret->random = true;
	ret->type = RADIO_ADV_IND;
	ret->rssi = (int8_t)(-40 - (int)(index % 50));
	ret->len = sizeof(head) + 8;
	memcpy(ret->data, head, sizeof(head));
	put_le32(ret->data + sizeof(head), index);
	put_le32(ret->data + sizeof(head) + 4, number);
}

static int emitter_on_storm(void *data)
{
	Emitter *emitter = data;
	uint64_t passed = (uint64_t)(g_get_monotonic_time() - emitter->started);
	/* What is late comes in portions, in which no device comes twice: two changes before they are told are one. */
	uint64_t portion = MAX(emitter->advertisers, 2ULL * emitter->rate * STORM_TICK_MS / 1000 + 1);
	uint64_t due = MIN(MIN(passed * emitter->rate / G_USEC_PER_SEC, emitter->turns), emitter->turn + portion);
	RadioReport report;

	for (; emitter->turn < due; emitter->turn++) {
		storm_report(&report, emitter->number % emitter->advertisers, emitter->number);
		if (air_send(emitter->air, emitter->target, &report) > 0)
			emitter->number++;
	}
	return emitter->turn == emitter->turns ? emitter_done(emitter) : G_SOURCE_CONTINUE;
}

static Emitter *emitter_new(Air *air, uint64_t target, const char *name)
{
	Emitter *emitter = g_new0(Emitter, 1);

	emitter->air = air;
	emitter->target = target;
	emitter->name = g_strdup(name);
	emitter->started = g_get_monotonic_time();
	g_ptr_array_add(air->emitters, emitter);
	return emitter;
}

void air_repeat(Air *air, uint64_t target, const char *name, const AirRepeat *repeat)
{
	Emitter *emitter;

	for (unsigned int i = 0; i < air->emitters->len; i++) {
		emitter = air->emitters->pdata[i];
		if (emitter->target == target && g_strcmp0(emitter->name, name) == 0) {
			g_ptr_array_remove_index_fast(air->emitters, i);
			break;
		}
	}

	emitter = emitter_new(air, target, name);
	emitter->repeat = *repeat;
	if (emitter_on_repeat(emitter) == G_SOURCE_CONTINUE)
		emitter->timer = g_timeout_add(repeat->interval_ms, emitter_on_repeat, emitter);
}

void air_storm(Air *air, uint64_t target, unsigned int advertisers, unsigned int rate,
	       unsigned int seconds)
{
	Emitter *emitter = emitter_new(air, target, NULL);

	emitter->advertisers = advertisers;
	emitter->rate = rate;
	emitter->turns = (uint64_t)rate * seconds;
	/* after what the last portion changed was told */
	emitter->timer = g_timeout_add_full(G_PRIORITY_LOW, STORM_TICK_MS, emitter_on_storm, emitter, NULL);
}

void air_quiet(Air *air, uint64_t target)
{
	for (unsigned int i = air->emitters->len; i > 0; i--) {
		Emitter *emitter = air->emitters->pdata[i - 1];

		if (target == AIR_ALL || emitter->target == target)
			g_ptr_array_remove_index_fast(air->emitters, i - 1);
	}
}
