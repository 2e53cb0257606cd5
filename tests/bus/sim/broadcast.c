/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a radio has on air. */
#include "airtime.h"
#include "broadcast.h"
#include "radio.h"

#define TURN_MS 2080 /* measured: the kernel's 2 s, and the commands of the change */

typedef struct Slot {
	Instance instance;
	bool on;
	bool forgotten; /* until it is put again */
	uint64_t since;
} Slot;

struct Broadcast {
	unsigned int sets;
	bool powered;
	GPtrArray *slots; /* of Slot, the newest first */
	Slot *turn; /* whose turn it is, perhaps not on air; NULL where there are sets, or no slots */
	guint timer;
	Airtimes airtimes;
};

/* Books the time since it went on air, or since the last time. */
static void slot_settle(Broadcast *broadcast, Slot *slot)
{
	uint64_t now = clock_now();

	if (!slot->on)
		return;
	airtimes_add(&broadcast->airtimes, slot->instance.data, slot->instance.len, now - slot->since);
	slot->since = now;
}

static void slot_set(Broadcast *broadcast, Slot *slot, bool on)
{
	slot_settle(broadcast, slot);
	slot->on = on && broadcast->powered && !slot->forgotten;
	slot->since = clock_now();
}

static void broadcast_take_turn(Broadcast *broadcast, Slot *slot);

static int on_turn(void *data)
{
	Broadcast *broadcast = data;
	unsigned int at = 0;

	broadcast->timer = 0;
	g_ptr_array_find(broadcast->slots, broadcast->turn, &at);
	broadcast_take_turn(broadcast, broadcast->slots->pdata[(at + 1) % broadcast->slots->len]);
	return G_SOURCE_REMOVE;
}

static void broadcast_take_turn(Broadcast *broadcast, Slot *slot)
{
	if (broadcast->turn)
		slot_set(broadcast, broadcast->turn, false);
	if (broadcast->timer)
		g_source_remove(broadcast->timer);
	broadcast->timer = 0;
	broadcast->turn = slot;
	if (!slot || !broadcast->powered)
		return;
	slot_set(broadcast, slot, true);
	broadcast->timer =
		g_timeout_add(slot->instance.turn_ms ? slot->instance.turn_ms : TURN_MS, on_turn, broadcast);
}

static Slot *broadcast_find(const Broadcast *broadcast, uint8_t id)
{
	for (unsigned int i = 0; i < broadcast->slots->len; i++) {
		Slot *slot = broadcast->slots->pdata[i];

		if (slot->instance.id == id)
			return slot;
	}
	return NULL;
}

void broadcast_put(Broadcast *broadcast, const Instance *instance)
{
	Slot *slot = broadcast_find(broadcast, instance->id);

	if (slot) {
		slot_settle(broadcast, slot);
	} else {
		slot = g_new0(Slot, 1);
		g_ptr_array_insert(broadcast->slots, 0, slot);
	}
	slot->instance = *instance;
	slot->forgotten = false;
	if (broadcast->sets > 0)
		slot_set(broadcast, slot, true);
	else if (!broadcast->turn || broadcast->turn == slot)
		broadcast_take_turn(broadcast, slot);
}

void broadcast_remove(Broadcast *broadcast, uint8_t id)
{
	Slot *slot = broadcast_find(broadcast, id);
	unsigned int at;

	if (!slot)
		return;
	slot_set(broadcast, slot, false);
	g_ptr_array_find(broadcast->slots, slot, &at);
	(void)g_ptr_array_steal_index(broadcast->slots, at);
	if (broadcast->turn == slot) {
		broadcast->turn = NULL;
		broadcast_take_turn(broadcast, broadcast->slots->len == 0
						       ? NULL
						       : broadcast->slots->pdata[at % broadcast->slots->len]);
	}
	g_free(slot);
}

void broadcast_clear(Broadcast *broadcast)
{
	while (broadcast->slots->len > 0)
		broadcast_remove(broadcast, ((Slot *)broadcast->slots->pdata[0])->instance.id);
}

static void broadcast_set_all(Broadcast *broadcast, bool on)
{
	for (unsigned int i = 0; i < broadcast->slots->len; i++)
		slot_set(broadcast, broadcast->slots->pdata[i], on);
}

void broadcast_power(Broadcast *broadcast, bool on, bool keep)
{
	if (broadcast->powered == on)
		return;
	broadcast->powered = on;
	if (broadcast->sets > 0) {
		broadcast_set_all(broadcast, on);
		for (unsigned int i = 0; !on && !keep && i < broadcast->slots->len; i++)
			((Slot *)broadcast->slots->pdata[i])->forgotten = true;
	} else {
		broadcast_take_turn(broadcast, broadcast->turn);
	}
}

static bool slot_is_connectable(const Slot *slot)
{
	return slot->on && slot->instance.type == REPORT_ADV_IND;
}

bool broadcast_is_connectable(const Broadcast *broadcast)
{
	for (unsigned int i = 0; i < broadcast->slots->len; i++)
		if (slot_is_connectable(broadcast->slots->pdata[i]))
			return true;
	return false;
}

/* The next turn brings it back; where there are sets, the end of the link. */
void broadcast_connected(Broadcast *broadcast)
{
	for (unsigned int i = 0; i < broadcast->slots->len; i++) {
		if (!slot_is_connectable(broadcast->slots->pdata[i]))
			continue;
		slot_set(broadcast, broadcast->slots->pdata[i], false);
		return;
	}
}

void broadcast_disconnected(Broadcast *broadcast)
{
	if (broadcast->sets > 0)
		broadcast_set_all(broadcast, true);
	else if (broadcast->turn)
		slot_set(broadcast, broadcast->turn, true);
}

Broadcast *broadcast_new(unsigned int sets)
{
	Broadcast *broadcast = g_new0(Broadcast, 1);

	broadcast->sets = sets;
	broadcast->slots = g_ptr_array_new();
	return broadcast;
}

Broadcast *broadcast_free(Broadcast *broadcast)
{
	if (!broadcast)
		return NULL;

	broadcast_clear(broadcast);
	g_ptr_array_unref(broadcast->slots);
	airtimes_clear(&broadcast->airtimes);
	g_free(broadcast);
	return NULL;
}

unsigned int broadcast_sets(const Broadcast *broadcast)
{
	return broadcast->sets;
}

void broadcast_print(const Broadcast *broadcast, GString *text)
{
	for (unsigned int id = 1; id <= UINT8_MAX; id++) {
		const Slot *slot = broadcast_find(broadcast, (uint8_t)id);
		const Instance *instance = slot ? &slot->instance : NULL;

		if (!slot || !slot->on)
			continue;
		onair_print(&(OnAir){ broadcast->sets > 0 ? instance->id : 0U, instance->type, instance->min,
				      instance->max, instance->data, instance->response, instance->len,
				      instance->response_len },
			    text);
	}
}

void broadcast_print_airtime(Broadcast *broadcast, GString *text)
{
	for (unsigned int i = 0; i < broadcast->slots->len; i++)
		slot_settle(broadcast, broadcast->slots->pdata[i]);
	airtimes_print(&broadcast->airtimes, text);
}

void broadcast_forget_airtime(Broadcast *broadcast)
{
	for (unsigned int i = 0; i < broadcast->slots->len; i++)
		slot_settle(broadcast, broadcast->slots->pdata[i]);
	airtimes_clear(&broadcast->airtimes);
}
