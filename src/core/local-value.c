/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of our attributes. */
#include "core/local-value.h"

#include <string.h>

#include "core/attr.h"
#include "core/client.h"
#include "core/identity.h"
#include "core/long-read.h"
#include "core/news.h"
#include "core/radio.h"
#include "core/session.h"
#include "meaning/constants.h"

/* How many reads may wait at one attribute; further ones get the stored value at once, if there is one. */
#define READS_MAX 16

/* --- listeners --- */

static bool local_has_listener(const LocalAttr *attr, uint32_t trigger)
{
	for (guint i = 0; i < attr->listeners->len; i++)
		if (g_array_index(attr->listeners, LocalListener, i).triggers & trigger)
			return true;
	return false;
}

/* Nobody is left who could answer the reads that wait. */
static void local_reads_need_listener(LocalAttr *attr)
{
	if (!attr->asks && !local_has_listener(attr, EVENT_CHAR_READ))
		local_reads_end(attr);
}

void local_peer_gone(LocalAttr *attr, const char *connection)
{
	for (guint i = 0; i < attr->listeners->len; i++) {
		LocalListener *listener = &g_array_index(attr->listeners, LocalListener, i);
		LocalListener gone = *listener;

		if (strcmp(gone.connection, connection) != 0)
			continue;
		g_array_remove_index(attr->listeners, i);
		attr->service->session->listeners--;
		g_free(gone.connection);
		charge_end(&gone.charge);
		break;
	}
	local_reads_need_listener(attr);
}

int local_listen(LocalAttr *attr, const char *connection, uint32_t triggers, Reason *reason)
{
	LocalListener listener = { .triggers = triggers };
	Session *session = attr->service->session;
	int r;

	for (guint i = 0; i < attr->listeners->len; i++) {
		LocalListener *other = &g_array_index(attr->listeners, LocalListener, i);

		if (strcmp(other->connection, connection) == 0 && triggers != 0) {
			other->triggers = triggers;
			local_reads_need_listener(attr);
			return 0;
		}
	}
	if (triggers == 0) {
		local_peer_gone(attr, connection);
		return 0;
	}
	if (session->listeners >= LISTENERS_MAX)
		return reason_set(reason, E_LIMIT_REACHED,
				  "connections listen to this session's characteristics %u times, the limit",
				  LISTENERS_MAX);
	r = charge_bytes(&listener.charge, session->user, sizeof(listener) + strlen(connection) + 1, reason);
	if (r != 0)
		return r;
	session->listeners++;
	listener.connection = g_strdup(connection);
	g_array_append_val(attr->listeners, listener);
	return 0;
}

uint32_t local_take_events(LocalAttr *attr)
{
	uint32_t events = attr->events;

	attr->events = 0;
	return events;
}

/* --- reads --- */

static GBytes *local_from(GBytes *value, uint16_t offset)
{
	return g_bytes_new_from_bytes(value, offset, g_bytes_get_size(value) - offset);
}

static LocalRead *first_read(const LocalAttr *attr)
{
	const GList *first = attr->reads.waits.head;

	return first ? CONTAINER_OF((Wait *)first->data, LocalRead, wait) : NULL;
}

static LocalRead *next_read(const LocalRead *read)
{
	const GList *next = read->wait.place.next;

	return next ? CONTAINER_OF((Wait *)next->data, LocalRead, wait) : NULL;
}

void local_reads_init(LocalAttr *attr)
{
	wait_line_init(&attr->reads, NULL);
	wait_line_init(&attr->writes, NULL);
}

static void local_read_done(LocalRead *read, uint8_t att, GBytes *value)
{
	LocalAttr *attr = read->attr;
	Client *client = client_find(attr->service->peripheral, &read->client);
	g_autoptr(GBytes) rest = NULL;

	if (att == 0 && client)
		long_read_begin(client, attr, read->offset, value);
	if (att == 0 && read->offset > g_bytes_get_size(value))
		att = ATT_INVALID_OFFSET;
	if (att != 0) {
		wait_end(&read->wait, att, NULL);
		return;
	}
	rest = local_from(value, read->offset);
	wait_end_with(&read->wait, rest);
}

static uint8_t local_part(GBytes *value, uint16_t offset, GBytes **ret)
{
	if (offset > g_bytes_get_size(value))
		return ATT_INVALID_OFFSET;
	*ret = local_from(value, offset);
	return 0;
}

static uint8_t local_read_stored(LocalAttr *attr, Client *client, uint16_t offset, GBytes **ret)
{
	GBytes *value = attr->value;

	if (client && !long_read_goes_on(client, attr, offset, &value)) {
		if (long_read_is_lost(client, offset))
			return ATT_UNLIKELY;
		if (offset <= g_bytes_get_size(value))
			long_read_begin(client, attr, offset, value);
	}
	return local_part(value, offset, ret);
}

/* offset > 0 is a further part of a long value: it counts as one read with the first, whose value was kept.
 */
static bool must_ask(const LocalAttr *attr, Client *central, uint16_t offset)
{
	GBytes *kept;

	if (attr->asks)
		return offset == 0 || !central || !long_read_goes_on(central, attr, offset, &kept);
	return offset == 0 && attr->read_timeout_ms > 0 && local_has_listener(attr, EVENT_CHAR_READ) &&
	       attr->reads.waits.length < READS_MAX;
}

uint8_t local_read(LocalAttr *attr, const Addr *client, uint16_t mtu, uint16_t offset, LocalRead *read,
		   uint64_t now, GBytes **ret)
{
	Session *session = attr->service->session;
	uint32_t timeout = attr->asks ? LOCAL_READ_WAIT_MAX : MIN(attr->read_timeout_ms, LOCAL_READ_WAIT_MAX);
	Client *central;

	central = client_uses(attr->service->peripheral, client, mtu, session);
	if (!(attr->permissions & PERM_ANY_READ))
		return ATT_READ_NOT_PERMITTED;

	if (offset == 0)
		attr->events |= EVENT_CHAR_READ;
	if (!must_ask(attr, central, offset)) {
		if (offset == 0)
			news_read_request(attr, 0, client, 0);
		return local_read_stored(attr, central, offset, ret);
	}
	if (attr->reads.waits.length >= READS_MAX)
		return ATT_UNLIKELY;
	read->attr = attr;
	read->id = local_next_id(session->broker);
	read->offset = offset;
	read->client = *client;
	read->deadline = now + timeout * USEC_PER_MSEC;
	wait_stand(&attr->reads, &read->wait);
	peripheral_wake(attr->service->peripheral);
	news_read_request(attr, read->id, client, offset);
	*ret = NULL;
	return 0;
}

/* Nobody answers it. */
static void local_read_unanswered(LocalRead *read)
{
	local_read_done(read, read->attr->asks ? ATT_UNLIKELY : 0, read->attr->value);
}

void local_reads_end(LocalAttr *attr)
{
	LocalRead *read;

	while ((read = first_read(attr)))
		local_read_unanswered(read);
	local_writes_end(attr);
}

void local_reads_left(LocalAttr *attr, const Addr *client)
{
	LocalRead *next;

	local_writes_left(attr, client);
	for (LocalRead *read = first_read(attr); read; read = next) {
		next = next_read(read);
		if (identities_same(attr->service->session->radio->identities, &read->client, client))
			local_read_done(read, ATT_UNLIKELY, NULL);
	}
}

uint64_t local_reads_expire(LocalAttr *attr, uint64_t now)
{
	uint64_t due = local_writes_expire(attr, now);
	LocalRead *next;

	for (LocalRead *read = first_read(attr); read; read = next) {
		next = next_read(read);
		if (read->deadline <= now)
			local_read_unanswered(read);
		else
			due = MIN(due, read->deadline);
	}
	return due;
}

static LocalRead *local_find_read(const LocalAttr *attr, uint32_t id)
{
	for (LocalRead *read = first_read(attr); read; read = next_read(read))
		if (read->id == id)
			return read;
	return NULL;
}

static int local_no_read(uint32_t id, Reason *reason)
{
	return reason_set(reason, E_DOES_NOT_EXIST, "id: no read %u waits for an answer (any more)", id);
}

static int local_too_long(GBytes *value, Reason *reason)
{
	return reason_set(reason, E_INVALID_ARGUMENTS, "value: %zu bytes, at most %d",
			  g_bytes_get_size(value), ATTR_VALUE_MAX);
}

static void local_store(LocalAttr *attr, GBytes *value)
{
	g_bytes_unref(attr->value);
	attr->value = g_bytes_ref(value);
}

int local_respond(LocalAttr *attr, uint32_t id, GBytes *value, Reason *reason)
{
	LocalRead *read = local_find_read(attr, id);

	if (!read)
		return local_no_read(id, reason);
	if (g_bytes_get_size(value) > ATTR_VALUE_MAX)
		return local_too_long(value, reason);
	local_read_done(read, 0, value);
	return 0;
}

int local_reject(LocalAttr *attr, uint32_t id, uint8_t att, Reason *reason)
{
	LocalRead *read = local_find_read(attr, id);

	if (!read)
		return local_no_read(id, reason);
	if (att == 0)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "att_error: 1 to 255; RespondRead answers without one");
	local_read_done(read, att, NULL);
	return 0;
}

/* --- writes --- */

static uint8_t local_write_stored(LocalAttr *attr, const LocalWritten *written)
{
	uint8_t whole[ATTR_VALUE_MAX];
	GBytes *value;
	const void *old;
	gsize size;

	old = g_bytes_get_data(attr->value, &size);
	if (written->offset > size)
		return ATT_INVALID_OFFSET;
	if (written->length > sizeof(whole) - written->offset)
		return ATT_INVALID_LENGTH;
	if (written->offset > 0)
		memcpy(whole, old, written->offset);
	if (written->length > 0)
		memcpy(whole + written->offset, written->bytes, written->length);
	value = g_bytes_new(whole, written->offset + written->length);
	local_store(attr, value);
	attr->events |= EVENT_CHAR_WRITE;
	news_written(attr, &written->client, value);
	g_bytes_unref(value);
	return 0;
}

uint8_t local_write(LocalAttr *attr, const LocalWritten *written, LocalWrite *write, uint64_t now)
{
	(void)client_uses(attr->service->peripheral, &written->client, written->mtu, attr->service->session);
	if (!(attr->permissions & PERM_ANY_WRITE))
		return ATT_WRITE_NOT_PERMITTED;
	if (written->length > ATTR_VALUE_MAX)
		return ATT_INVALID_LENGTH;
	return attr->asks ? local_write_ask(attr, written, write, now) : local_write_stored(attr, written);
}

void local_confirmed(LocalAttr *attr)
{
	news_confirmed(attr);
}

int local_set_value(LocalAttr *attr, GBytes *value, FlowWait *wait, Reason *reason)
{
	int r = 0;

	if (g_bytes_get_size(value) > ATTR_VALUE_MAX)
		return local_too_long(value, reason);
	/* also without a subscriber: BlueZ knows of a new one before it tells us */
	if ((attr->properties & (PROP_NOTIFY | PROP_INDICATE)) && attr->service->state == LOCAL_UP)
		r = local_flow_send(attr, value, wait);
	if (r == 0)
		local_store(attr, value);
	return r;
}
