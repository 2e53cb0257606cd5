/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes that wait for a program's answer. */
#include "core/local-write.h"

#include "core/identity.h"
#include "core/news.h"
#include "core/radio.h"
#include "core/session.h"

#define WRITES_MAX 64	/* at one attribute: further ones are refused */

uint32_t local_next_id(Broker *broker)
{
	uint32_t id = broker->next_read++;

	if (broker->next_read == 0)
		broker->next_read = 1;
	return id;
}

static LocalWrite *first_write(const LocalAttr *attr)
{
	const GList *first = attr->writes.waits.head;

	return first ? CONTAINER_OF((Wait *)first->data, LocalWrite, wait) : NULL;
}

static LocalWrite *next_write(const LocalWrite *write)
{
	const GList *next = write->wait.place.next;

	return next ? CONTAINER_OF((Wait *)next->data, LocalWrite, wait) : NULL;
}

void local_writes_left(LocalAttr *attr, const Addr *client)
{
	LocalWrite *next;

	for (LocalWrite *write = first_write(attr); write; write = next) {
		next = next_write(write);
		if (identities_same(attr->service->session->radio->identities, &write->client, client))
			wait_end(&write->wait, ATT_UNLIKELY, NULL);
	}
}

uint64_t local_writes_expire(LocalAttr *attr, uint64_t now)
{
	uint64_t due = USEC_NEVER;
	LocalWrite *next;

	for (LocalWrite *write = first_write(attr); write; write = next) {
		next = next_write(write);
		if (write->deadline <= now)
			wait_end(&write->wait, ATT_UNLIKELY, NULL);
		else
			due = MIN(due, write->deadline);
	}
	return due;
}

void local_writes_end(LocalAttr *attr)
{
	wait_line_end(&attr->writes, ATT_UNLIKELY, NULL);
}

uint8_t local_write_ask(LocalAttr *attr, const LocalWritten *written, LocalWrite *write, uint64_t now)
{
	if (attr->writes.waits.length >= WRITES_MAX)
		return ATT_UNLIKELY;
	write->attr = attr;
	write->id = local_next_id(attr->service->session->broker);
	write->client = written->client;
	write->deadline = now + LOCAL_READ_WAIT_MAX * USEC_PER_MSEC;
	wait_stand(&attr->writes, &write->wait);
	peripheral_wake(attr->service->peripheral);
	news_write_request(attr, write->id, written);
	return 0;
}

int local_accept(LocalAttr *attr, uint32_t id, uint8_t att, Reason *reason)
{
	for (LocalWrite *write = first_write(attr); write; write = next_write(write)) {
		if (write->id != id)
			continue;
		wait_end(&write->wait, att, NULL);
		return 0;
	}
	return reason_set(reason, E_DOES_NOT_EXIST, "id: no write %u waits for an answer (any more)", id);
}
