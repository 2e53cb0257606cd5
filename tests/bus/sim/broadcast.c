/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a radio has on air. */
#include "broadcast.h"
#include "radio.h"

#define TURN_MS 2080 /* measured: the kernel's 2 s, and the commands of the change */
#define AIRTIMES_MAX 64

typedef struct Slot {
	Instance instance;
	bool on;
	bool forgotten; /* until it is put again */
	int64_t since;
} Slot;

typedef struct Airtime {
	char *data;
	int64_t us;
} Airtime;

struct Broadcast {
	unsigned int sets;
	bool powered;
	GPtrArray *slots; /* of Slot, the newest first */
	Slot *turn; /* whose turn it is, perhaps not on air; NULL where there are sets, or no slots */
	guint timer;
	GPtrArray *airtimes; /* of Airtime */
};

static void airtime_free(void *data)
{
	Airtime *airtime = data;

	g_free(airtime->data);
	g_free(airtime);
}

static void print_data(GString *text, const uint8_t *data, size_t len)
{
	if (len == 0)
		g_string_append_c(text, '-');
	for (size_t i = 0; i < len; i++)
		g_string_append_printf(text, "%02x", data[i]);
}

/* Books the time since it went on air, or since the last time. */
static void slot_settle(Broadcast *broadcast, Slot *slot)
{
	g_autoptr(GString) data = NULL;
	int64_t now = g_get_monotonic_time();
	Airtime *airtime = NULL;

	if (!slot->on)
		return;
	data = g_string_new(NULL);
	print_data(data, slot->instance.data, slot->instance.len);
	for (unsigned int i = 0; i < broadcast->airtimes->len && !airtime; i++) {
		Airtime *known = broadcast->airtimes->pdata[i];

		if (g_str_equal(known->data, data->str))
			airtime = known;
	}
	if (!airtime && broadcast->airtimes->len < AIRTIMES_MAX) {
		airtime = g_new0(Airtime, 1);
		airtime->data = g_strdup(data->str);
		g_ptr_array_add(broadcast->airtimes, airtime);
	}
	if (airtime)
		airtime->us += now - slot->since;
	slot->since = now;
}

static void slot_set(Broadcast *broadcast, Slot *slot, bool on)
{
	slot_settle(broadcast, slot);
	slot->on = on && broadcast->powered && !slot->forgotten;
	slot->since = g_get_monotonic_time();
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
	broadcast->timer = g_timeout_add(slot->instance.turn_ms ? slot->instance.turn_ms : TURN_MS, on_turn, broadcast);
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
	broadcast->airtimes = g_ptr_array_new_with_free_func(airtime_free);
	return broadcast;
}

Broadcast *broadcast_free(Broadcast *broadcast)
{
	if (!broadcast)
		return NULL;

	broadcast_clear(broadcast);
	g_ptr_array_unref(broadcast->slots);
	g_ptr_array_unref(broadcast->airtimes);
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
		g_string_append_printf(text, " %u:%u:%u:%u:", broadcast->sets > 0 ? instance->id : 0U, instance->type,
				       instance->min, instance->max);
		print_data(text, instance->data, instance->len);
		g_string_append_c(text, ':');
		print_data(text, instance->response, instance->response_len);
	}
}

void broadcast_print_airtime(Broadcast *broadcast, GString *text)
{
	for (unsigned int i = 0; i < broadcast->slots->len; i++)
		slot_settle(broadcast, broadcast->slots->pdata[i]);
	for (unsigned int i = 0; i < broadcast->airtimes->len; i++) {
		const Airtime *airtime = broadcast->airtimes->pdata[i];

		g_string_append_printf(text, " %s=%" G_GINT64_FORMAT, airtime->data, airtime->us / 1000);
	}
}

void broadcast_forget_airtime(Broadcast *broadcast)
{
	for (unsigned int i = 0; i < broadcast->slots->len; i++)
		slot_settle(broadcast, broadcast->slots->pdata[i]);
	g_ptr_array_set_size(broadcast->airtimes, 0);
}
