/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The radios, peripherals and centrals in the air. */
#include <errno.h>

#include "air.h"
#include "central.h"
#include "emitter.h"
#include "peer.h"

static void free_peer(void *data)
{
	(void)peer_free(data);
}

static void free_central(void *data)
{
	(void)central_free(data);
}

static void free_emitter(void *data)
{
	(void)emitter_free(data);
}

void air_init(Air *air, const AirOps *ops, void *backend)
{
	air->ops = ops;
	air->backend = backend;
	air->radios = g_ptr_array_new();
	air->emitters = g_ptr_array_new_with_free_func(free_emitter);
	air->peers = g_ptr_array_new_with_free_func(free_peer);
	air->centrals = g_ptr_array_new_with_free_func(free_central);
	air->sets = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

void air_deinit(Air *air)
{
	g_ptr_array_set_size(air->emitters, 0);
	g_ptr_array_set_size(air->peers, 0);
	g_ptr_array_set_size(air->centrals, 0);
	while (air->radios->len > 0)
		air_unplug(air, air->radios->pdata[air->radios->len - 1]);
	g_ptr_array_unref(air->emitters);
	g_ptr_array_unref(air->peers);
	g_ptr_array_unref(air->centrals);
	g_ptr_array_unref(air->radios);
	g_hash_table_unref(air->sets);
}

bool air_matches(const Air *air, uint64_t target, const Radio *radio)
{
	return target == AIR_ALL || target == air->ops->radio_addr(radio);
}

Radio *air_find(const Air *air, uint64_t target)
{
	for (unsigned int i = 0; i < air->radios->len; i++)
		if (air_matches(air, target, air->radios->pdata[i]))
			return air->radios->pdata[i];
	return NULL;
}

unsigned int air_sets(const Air *air, uint64_t addr)
{
	void *n = NULL;

	if (!g_hash_table_lookup_extended(air->sets, &addr, NULL, &n))
		return air->others_sets;
	return GPOINTER_TO_UINT(n);
}

void air_set_sets(Air *air, uint64_t target, unsigned int n)
{
	if (target != AIR_ALL) {
		g_hash_table_insert(air->sets, g_memdup2(&target, sizeof(target)), GUINT_TO_POINTER(n));
		return;
	}
	g_hash_table_remove_all(air->sets);
	air->others_sets = n;
}

int air_plug(Air *air, uint64_t addr, bool twin, Radio **ret)
{
	unsigned int at = 0;
	int r;

	if (!twin && air_find(air, addr))
		return -EEXIST;
	r = air->ops->plug(air, addr, twin, ret);
	if (r < 0)
		return r;
	while (at < air->radios->len &&
	       air->ops->radio_index(air->radios->pdata[at]) < air->ops->radio_index(*ret))
		at++;
	g_ptr_array_insert(air->radios, (int)at, *ret);
	return 0;
}

void air_unplug(Air *air, Radio *radio)
{
	g_ptr_array_remove(air->radios, radio);
	air->ops->unplug(radio);
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

Central *air_get_central(const Air *air, const char *name)
{
	for (unsigned int i = 0; i < air->centrals->len; i++) {
		Central *central = air->centrals->pdata[i];

		if (g_str_equal(central->name, name))
			return central;
	}
	return NULL;
}

int air_send(Air *air, uint64_t target, const Report *report)
{
	int heard = 0, error = 0;

	for (unsigned int i = 0; i < air->radios->len; i++) {
		Radio *radio = air->radios->pdata[i];
		int r = air_matches(air, target, radio) ? air->ops->hear(radio, report) : 0;

		if (r < 0)
			error = r;
		else
			heard += r;
	}
	if (error == -EAGAIN)
		air->held_back++;
	return error ? error : heard;
}

void air_respond(Air *air, uint64_t target, const Report *response)
{
	for (unsigned int i = 0; i < air->radios->len; i++)
		if (air_matches(air, target, air->radios->pdata[i]))
			air->ops->hear_response(air->radios->pdata[i], response);
}
