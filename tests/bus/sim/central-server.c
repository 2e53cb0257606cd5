/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A central as a client of the simulated bluetoothd's GATT server. */
#include <errno.h>
#include <string.h>

#include "central-server.h"
#include "server.h"
#include "smp.h"

#define CONNECTION_TIMEOUT 0x08

void central_end_new(Central *central)
{
	CentralEnd *end = g_new0(CentralEnd, 1);

	end->ccc = g_hash_table_new(NULL, NULL);
	end->prepared = g_byte_array_new();
	central->end = end;
}

void central_end_free(Central *central)
{
	CentralEnd *end = central->end;

	if (central->radio)
		central_lose(central, CONNECTION_TIMEOUT);
	g_hash_table_unref(end->ccc);
	g_byte_array_unref(end->prepared);
	g_free(end->device);
	g_free(end);
}

void central_bond(Central *central, uint64_t radio, AttrSecurity security)
{
	central->end->bond = radio;
	central->end->bond_security = security;
}

void central_unbond(Central *central)
{
	central_bond(central, 0, ATTR_PLAIN);
}

AttrSecurity central_bond_security(const Central *central, uint64_t radio)
{
	return central->end->bond == radio ? central->end->bond_security : ATTR_PLAIN;
}

int central_end_connect(Central *central, Radio *radio)
{
	if (!radio->powered || !broadcast_is_connectable(radio->broadcast))
		return -ECONNREFUSED;
	broadcast_connected(radio->broadcast);
	central->radio = radio;
	central_encrypted(central, ATTR_PLAIN);
	if (radio->ears)
		radio->ears->central(radio->owner, central, true);
	return 0;
}

void central_lose(Central *central, uint8_t reason)
{
	Radio *radio = central->radio;

	(void)reason; /* D-Bus does not tell */
	if (!radio)
		return;
	smp_stop(central);
	if (central->end->server)
		radio->ears->central(radio->owner, central, false);
	central_orphan(central);
	broadcast_disconnected(radio->broadcast);
	central_closed(central);
}

void central_adopt(Central *central, struct Server *server, const char *device)
{
	central->end->server = server;
	central->end->device = g_strdup(device);
}

void central_orphan(Central *central)
{
	central->end->server = NULL;
	g_clear_pointer(&central->end->device, g_free);
	procedure_end(central, "error no answer");
	central_finish_secure(central, "error no answer");
}

void central_forget_ccc(Central *central, uint64_t radio)
{
	if (central->radio ? central->radio->addr == radio : central->end->bond == radio)
		g_hash_table_remove_all(central->end->ccc);
}

uint16_t central_get_ccc(const Central *central, uint16_t handle)
{
	return (uint16_t)GPOINTER_TO_UINT(g_hash_table_lookup(central->end->ccc, GUINT_TO_POINTER(handle)));
}

void central_set_ccc(Central *central, uint16_t handle, uint16_t value)
{
	if (value)
		g_hash_table_insert(central->end->ccc, GUINT_TO_POINTER(handle), GUINT_TO_POINTER(value));
	else
		g_hash_table_remove(central->end->ccc, GUINT_TO_POINTER(handle));
}

void central_hear(Central *central, uint16_t handle, const uint8_t *value, size_t len)
{
	size_t fits = MIN(len, central->att.mtu - 3U);
	uint8_t pdu[ATT_MTU_MAX] = {
		ATT_NOTIFICATION
	}; /* or an indication: its confirmation does not matter */

	put_le16(pdu + 1, handle);
	if (fits) /* an empty value may be no array at all */
		memcpy(pdu + 3, value, fits);
	central_receive(central, pdu, 3 + fits);
}

void central_encrypted(Central *central, AttrSecurity security)
{
	central->end->security = security;
	central->att.encrypted = security > ATTR_PLAIN;
}

/* Of service discovery. What is not said there, values and permissions, is left out. */
static void answer_search(Central *central, const uint8_t *pdu, size_t len)
{
	Database database = { .n = 0 };
	Att att = { .database = &database, .mtu = central->att.mtu };
	uint8_t answer[ATT_MTU_MAX];
	size_t n;

	server_describe(central->end->server, &database);
	n = att_answer(&att, pdu, len, answer);
	for (size_t i = 2; answer[0] == ATT_READ_BY_GROUP_TYPE + 1 && i < n; i += answer[1])
		put_le16(answer + i + 2, server_find(central->end->server, le16(answer + i))->end);
	database_deinit(&database);
	central_receive(central, answer, n);
}

static void on_answer(void *data, uint8_t error, const uint8_t *value, size_t len)
{
	Central *central = data;
	uint8_t pdu[ATT_MTU_MAX] = { (uint8_t)(central->end->opcode + 1) };
	size_t fits = MIN(len, central->att.mtu - 1U);

	if (error) {
		pdu[0] = ATT_ERROR;
		pdu[1] = central->end->opcode;
		pdu[4] = error;
		fits = 4;
	} else if (fits > 0) {
		memcpy(pdu + 1, value, fits);
	}
	central_receive(central, pdu, 1 + fits);
}

/* One value at a time, which is all that our centrals do. */
static void answer_prepare(Central *central, const uint8_t *pdu, size_t len)
{
	CentralEnd *end = central->end;
	uint8_t error;

	end->handle = le16(pdu + 1);
	error = server_prepare(end->server, central, end->handle, le16(pdu + 3), len - 5);
	if (!error)
		g_byte_array_append(end->prepared, pdu + 5, (guint)len - 5);
	on_answer(central, error, pdu + 1, len - 1);
}

static void answer_execute(Central *central, bool write)
{
	CentralEnd *end = central->end;
	g_autoptr(GBytes) value = g_bytes_new(end->prepared->data, end->prepared->len);

	g_byte_array_set_size(end->prepared, 0);
	if (write)
		server_write(end->server, central, end->handle, value, 0, on_answer, central);
	else
		on_answer(central, 0, NULL, 0);
}

static void answer_write(Central *central, const uint8_t *pdu, size_t len, ServerAnswer answer)
{
	g_autoptr(GBytes) value = g_bytes_new(pdu + 3, len - 3);

	server_write(central->end->server, central, le16(pdu + 1), value, 2, answer, central);
}

void central_end_send(Central *central, const uint8_t *pdu, size_t len)
{
	Server *server = central->end->server;

	if (!server) {
		procedure_end(central, pdu[0] == ATT_MTU_REQUEST ? "ok" : "error no answer");
		return;
	}
	if (att_is_request(pdu[0]))
		central->end->opcode = pdu[0];
	switch (pdu[0]) {
	case ATT_READ:
	case ATT_READ_BLOB:
		server_read(server, central, le16(pdu + 1), pdu[0] == ATT_READ ? 0 : le16(pdu + 3), on_answer,
			    central);
		break;
	case ATT_WRITE:
		answer_write(central, pdu, len, on_answer);
		break;
	case ATT_WRITE_COMMAND:
		answer_write(central, pdu, len, NULL);
		break;
	case ATT_PREPARE_WRITE:
		answer_prepare(central, pdu, len);
		break;
	case ATT_EXECUTE_WRITE:
		answer_execute(central, pdu[1]);
		break;
	case ATT_MTU_REQUEST:
		on_answer(central, 0, (const uint8_t[]){ ATT_MTU_MAX & 0xff, ATT_MTU_MAX >> 8 }, 2);
		break;
	default:
		if (att_is_request(pdu[0]))
			answer_search(central, pdu, len);
	}
}
