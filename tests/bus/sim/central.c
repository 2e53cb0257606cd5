/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An emulated central. */
#include <string.h>

#include "air.h"
#include "central.h"
#include "server.h"
#include "smp.h"

#define EVENTS_MAX 4096
#define CONNECTION_TIMEOUT 0x08

struct Central {
	struct Air *air;
	char *name;
	uint64_t addr;
	bool random;
	Privacy privacy;
	Radio *radio;
	Server *server;
	char *device;
	uint16_t mtu;
	AttrSecurity security;
	uint64_t pdus;
	GHashTable *ccc; /* handle → value */
	GQueue events; /* of "HANDLE:HEX" */
	unsigned int lost;
	Answer answer; /* give NULL: nothing is under way */
	uint16_t handle; /* of what is under way */
	GByteArray *value; /* read so far */
	bool part; /* that is enough */
	uint64_t bond; /* the radio it is bonded with; 0: none */
	AttrSecurity bond_security;
	Smp *smp; /* pairing under way */
};

Central *central_new(struct Air *air, const char *name, uint64_t addr, bool random)
{
	Central *central = g_new0(Central, 1);

	central->air = air;
	central->name = g_strdup(name);
	central->addr = addr;
	central->random = random;
	central->ccc = g_hash_table_new(NULL, NULL);
	central->value = g_byte_array_new();
	g_queue_init(&central->events);
	return central;
}

Central *central_free(Central *central)
{
	if (!central)
		return NULL;

	if (central->radio)
		central_lose(central, CONNECTION_TIMEOUT);
	g_hash_table_unref(central->ccc);
	g_byte_array_unref(central->value);
	g_queue_clear_full(&central->events, g_free);
	g_free(central->device);
	g_free(central->name);
	g_free(central);
	return NULL;
}

const char *central_name(const Central *central)
{
	return central->name;
}

uint64_t central_addr(const Central *central)
{
	return central->addr;
}

Privacy *central_privacy(Central *central)
{
	return &central->privacy;
}

void central_rotate(Central *central)
{
	central->addr = privacy_make(&central->privacy);
	central->random = true;
}

bool central_is_random(const Central *central)
{
	return central->random;
}

Radio *central_radio(const Central *central)
{
	return central->radio;
}

struct Server *central_server(const Central *central)
{
	return central->server;
}

uint16_t central_mtu(const Central *central)
{
	return central->mtu;
}

AttrSecurity central_security(const Central *central)
{
	return central->security;
}

const char *central_device(const Central *central)
{
	return central->device;
}

bool central_is_busy(const Central *central)
{
	return central->answer.give != NULL;
}

void central_wait(Central *central, const Answer *answer)
{
	central->answer = *answer;
	g_byte_array_set_size(central->value, 0);
}

void central_bond(Central *central, uint64_t radio, AttrSecurity security)
{
	central->bond = radio;
	central->bond_security = security;
}

void central_unbond(Central *central)
{
	central_bond(central, 0, ATTR_PLAIN);
}

AttrSecurity central_bond_security(const Central *central, uint64_t radio)
{
	return central->bond == radio ? central->bond_security : ATTR_PLAIN;
}

void central_set_smp(Central *central, Smp *smp)
{
	central->smp = smp;
}

Smp *central_smp(const Central *central)
{
	return central->smp;
}

Smp *central_take_smp(Central *central)
{
	return g_steal_pointer(&central->smp);
}

void central_finish(Central *central, const char *reply)
{
	const Answer answer = central->answer;

	central->answer = (Answer){ NULL, NULL };
	if (answer.give)
		answer.give(answer.data, reply);
}

static void central_finish_att(Central *central, uint8_t error)
{
	g_autofree char *reply = error ? g_strdup_printf("error att 0x%02x", error) : g_strdup("ok");

	central_finish(central, reply);
}

bool central_connect(Central *central, Radio *radio, uint16_t mtu)
{
	if (!radio->powered || !broadcast_is_connectable(radio->broadcast))
		return false;
	broadcast_connected(radio->broadcast);
	central->radio = radio;
	central->mtu = mtu;
	central->security = ATTR_PLAIN;
	if (radio->ears)
		radio->ears->central(radio->owner, central, true);
	return true;
}

void central_lose(Central *central, uint8_t reason)
{
	Radio *radio = central->radio;

	(void)reason; /* D-Bus does not tell */
	if (!radio)
		return;
	smp_stop(central);
	if (central->server)
		radio->ears->central(radio->owner, central, false);
	central_orphan(central);
	central->radio = NULL;
	central->mtu = 0;
	central->security = ATTR_PLAIN;
	broadcast_disconnected(radio->broadcast);
	central_finish(central, "error link lost");
}

void central_adopt(Central *central, struct Server *server, const char *device)
{
	central->server = server;
	central->device = g_strdup(device);
}

void central_orphan(Central *central)
{
	central->server = NULL;
	g_clear_pointer(&central->device, g_free);
	if (central->answer.give)
		central_finish(central, "error no answer");
}

void central_forget_ccc(Central *central, uint64_t radio)
{
	if (central->radio ? central->radio->addr == radio : central->bond == radio)
		g_hash_table_remove_all(central->ccc);
}

uint16_t central_get_ccc(const Central *central, uint16_t handle)
{
	return (uint16_t)GPOINTER_TO_UINT(g_hash_table_lookup(central->ccc, GUINT_TO_POINTER(handle)));
}

void central_set_ccc(Central *central, uint16_t handle, uint16_t value)
{
	if (value)
		g_hash_table_insert(central->ccc, GUINT_TO_POINTER(handle), GUINT_TO_POINTER(value));
	else
		g_hash_table_remove(central->ccc, GUINT_TO_POINTER(handle));
}

static void append_hex(GString *text, const uint8_t *value, size_t len)
{
	if (len == 0)
		g_string_append_c(text, '-');
	for (size_t i = 0; i < len; i++)
		g_string_append_printf(text, "%02x", value[i]);
}

void central_hear(Central *central, uint16_t handle, const uint8_t *value, size_t len)
{
	GString *text;

	central->pdus++;
	if (central->events.length >= EVENTS_MAX) {
		central->lost++;
		return;
	}
	text = g_string_new(NULL);
	g_string_printf(text, "%04x:", handle);
	append_hex(text, value, MIN(len, central->mtu - 3U));
	g_queue_push_tail(&central->events, g_string_free(text, FALSE));
}

void central_secured(Central *central, AttrSecurity security)
{
	central->security = security;
}

static bool central_serves(Central *central)
{
	if (!central->server)
		central_finish(central, "error no answer");
	return central->server != NULL;
}

/* A full answer may not be the end. */
static void on_read(void *data, uint8_t error, const uint8_t *value, size_t len)
{
	Central *central = data;
	size_t room = central->mtu - 1U;
	g_autoptr(GString) reply = NULL;
	bool first = central->value->len == 0;

	central->pdus++;
	if (error && first) {
		central_finish_att(central, error);
		return;
	}
	if (!error)
		g_byte_array_append(central->value, value ? value : (const uint8_t *)"", (guint)MIN(len, room));
	if (!error && len >= room && !central->part) {
		server_read(central->server, central, central->handle, (uint16_t)central->value->len, on_read, central);
		return;
	}
	reply = g_string_new("ok ");
	append_hex(reply, central->value->data, central->value->len);
	central_finish(central, reply->str);
}

void central_read(Central *central, uint16_t handle, uint16_t offset, bool part, const Answer *answer)
{
	central_wait(central, answer);
	central->handle = handle;
	central->part = part;
	if (central_serves(central))
		server_read(central->server, central, handle, offset, on_read, central);
}

static void on_written(void *data, uint8_t error, const uint8_t *value, size_t len)
{
	Central *central = data;

	(void)value;
	(void)len;
	central->pdus++;
	central_finish_att(central, error);
}

void central_write(Central *central, uint16_t handle, GBytes *value, const Answer *answer)
{
	central_wait(central, answer);
	if (central_serves(central))
		server_write(central->server, central, handle, value, 2, on_written, central);
}

void central_command(Central *central, uint16_t handle, GBytes *value)
{
	if (central->server)
		server_write(central->server, central, handle, value, 2, NULL, NULL);
}

void central_prepare(Central *central, uint16_t handle, GBytes *value, const Answer *answer)
{
	size_t len = g_bytes_get_size(value), part = central->mtu - 5U, at = 0;
	uint8_t error;

	central_wait(central, answer);
	if (!central_serves(central))
		return;
	do {
		error = server_prepare(central->server, central, handle, at, MIN(part, len - at));
		central->pdus++;
		at += part;
	} while (!error && at < len);
	if (error)
		central_finish_att(central, error);
	else
		server_write(central->server, central, handle, value, 0, on_written, central);
}

void central_subscribe(Central *central, uint16_t handle, uint16_t setting, const Answer *answer)
{
	const uint8_t bytes[] = { (uint8_t)setting, 0 };
	g_autoptr(GBytes) value = g_bytes_new(bytes, sizeof(bytes));
	const Item *ccc = NULL;

	central_wait(central, answer);
	if (!central_serves(central))
		return;
	for (unsigned int i = 0; i < central->server->items->len && !ccc; i++) {
		const Item *item = central->server->items->pdata[i];

		if (item->handle > handle && item->kind <= ITEM_CHARACTERISTIC)
			break;
		if (item->handle > handle && item->kind == ITEM_CCC)
			ccc = item;
	}
	if (ccc)
		server_write(central->server, central, ccc->handle, value, 2, on_written, central);
	else
		central_finish(central, "error no configuration");
}

char *central_discover(const Central *central)
{
	GString *text = g_string_new("ok");

	for (unsigned int i = 0; central->server && i < central->server->items->len; i++) {
		const Item *item = central->server->items->pdata[i];

		if (item->kind == ITEM_SERVICE)
			g_string_append_printf(text, " s:%04x:%04x:%s:%c", item->handle, item->end, item->uuid,
					       item->primary ? 'p' : 's');
		else if (item->kind == ITEM_CHARACTERISTIC)
			g_string_append_printf(text, " c:%04x:%02x:%04x:%s", item->handle, item->props, item->handle + 1,
					       item->uuid);
		else if (item->kind != ITEM_VALUE)
			g_string_append_printf(text, " d:%04x:%s", item->handle, item->uuid);
	}
	return g_string_free(text, FALSE);
}

char *central_events(Central *central)
{
	GString *text = g_string_new("ok");
	char *event;

	while ((event = g_queue_pop_head(&central->events))) {
		g_string_append_printf(text, " %s", event);
		g_free(event);
	}
	if (central->lost)
		g_string_append_printf(text, " lost:%u", central->lost);
	central->lost = 0;
	return g_string_free(text, FALSE);
}

char *central_state(const Central *central)
{
	return g_strdup_printf("ok up=%d mtu=%u encrypted=%d pdus=%" G_GUINT64_FORMAT, central->radio != NULL,
			       central->mtu, central->security > ATTR_PLAIN, central->pdus);
}
