/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bonds, and whose they are. */
#include "core/bonds.h"

#include <stdio.h>
#include <string.h>

#include "core/links.h"
#include "core/link.h"
#include "core/local.h"
#include "core/news.h"
#include "core/orders.h"
#include "core/pairing.h"
#include "core/client.h"
#include "core/peripheral.h"
#include "core/radio.h"
#include "core/session.h"

#define OWNERS_MAX 1024		/* with more, the oldest is forgotten */

/* A user who paired with a device. In broker->owners. */
typedef struct Owner {
	Addr radio;
	Addr device;
	uid_t uid;
} Owner;

void bond_free(void *data)
{
	Bond *bond = data;

	g_free(bond->place);
	g_free(bond->name);
	g_free(bond);
}

/* --- owners --- */

GArray *bonds_owners_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(Owner));
}

static bool is_owner(const Owner *owner, const Radio *radio, const Addr *device)
{
	return addr_equal(&owner->radio, &radio->addr) && addr_equal(&owner->device, device);
}

static bool has_owner(const Radio *radio, const Addr *device, uid_t uid)
{
	const GArray *owners = radio->broker->owners;

	for (guint i = 0; i < owners->len; i++) {
		const Owner *owner = &g_array_index(owners, Owner, i);

		if (owner->uid == uid && is_owner(owner, radio, device))
			return true;
	}
	return false;
}

static void owners_add(Broker *broker, const Owner *owner)
{
	if (broker->owners->len >= OWNERS_MAX)
		g_array_remove_index(broker->owners, 0);
	g_array_append_vals(broker->owners, owner, 1);
}

static void bond_row(Radio *radio, const Bond *bond, bool there)
{
	ListRow *row = news_row_for_all(radio->broker, LIST_BONDS, there);

	row->radio = radio;
	row->index = radio->index;
	row->addr = bond->addr;
	row->name = g_strdup(bond->name);
}

/* They are another's now, which is in the row of the bond. */
static void owners_changed(Radio *radio, const Addr *device)
{
	const Bond *bond = bond_find(radio, device);

	news_bonds_changed(radio->broker);
	if (bond)
		bond_row(radio, bond, true);
}

static void add_owner(Radio *radio, const Addr *device, const Session *session)
{
	const Owner owner = { .radio = radio->addr, .device = *device, .uid = user_uid(session->user) };

	if (has_owner(radio, device, owner.uid))
		return;
	owners_add(radio->broker, &owner);
	owners_changed(radio, device);
}

/* The device's address is another one now. to NULL: its bond is gone, and has no owners any more. */
static void move_owners(Radio *radio, const Addr *from, const Addr *to)
{
	GArray *owners = radio->broker->owners;
	bool any = false;

	for (guint i = owners->len; i-- > 0;) {
		Owner *owner = &g_array_index(owners, Owner, i);

		if (!is_owner(owner, radio, from))
			continue;
		any = true;
		if (to)
			owner->device = *to;
		else
			g_array_remove_index(owners, i);
	}
	if (any)
		owners_changed(radio, to ? to : from);
}

/* Whose a new bond is: the session's that asked for the pairing; else those sessions' that hold the link,
 * and, if the device is a central, that have services here. */
static void find_owners(Radio *radio, const Addr *addr)
{
	const Link *link = link_find(radio, addr);
	const LocalService *service;

	if (link && pairing_is_asked(link)) {
		add_owner(radio, addr, pairing_session(link));
		return;
	}
	for (guint i = 0; link && i < link->holds->len; i++)
		add_owner(radio, addr, g_array_index(link->holds, Hold, i).session);
	if (!client_find(radio->peripheral, addr))
		return;
	for (guint i = 0; (service = local_service_offered(radio->peripheral, &i));)
		add_owner(radio, addr, service->session);
}

char *bonds_store(const Broker *broker)
{
	char radio[ADDR_STRING_SIZE], device[ADDR_STRING_SIZE];
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < broker->owners->len; i++) {
		const Owner *owner = &g_array_index(broker->owners, Owner, i);

		g_string_append_printf(text, "%s %s %u\n", addr_format(&owner->radio, radio),
				       addr_format(&owner->device, device), owner->uid);
	}
	return g_string_free(text, FALSE);
}

void bonds_restore(Broker *broker, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", OWNERS_MAX);

	for (char **line = lines; *line; line++) {
		char radio[ADDR_STRING_SIZE], device[ADDR_STRING_SIZE];
		Owner owner = { .uid = 0 };

		if (sscanf(*line, "%17s %17s %u", radio, device, &owner.uid) == 3 &&
		    addr_parse(radio, &owner.radio) == 0 && addr_parse(device, &owner.device) == 0)
			owners_add(broker, &owner);
	}
}

/* --- bonds --- */

static Bond *find_place(const Radio *radio, const char *place)
{
	for (guint i = 0; i < radio->bonds->len; i++) {
		Bond *bond = g_ptr_array_index(radio->bonds, i);

		if (strcmp(bond->place, place) == 0)
			return bond;
	}
	return NULL;
}

const Bond *bond_find(const Radio *radio, const Addr *addr)
{
	for (guint i = 0; i < radio->bonds->len; i++) {
		const Bond *bond = g_ptr_array_index(radio->bonds, i);

		if (identities_same(radio->identities, &bond->addr, addr))
			return bond;
	}
	return NULL;
}

bool bond_is_of(const Radio *radio, const Addr *addr, uid_t uid)
{
	return uid == 0 || has_owner(radio, addr, uid);
}

void bonds_vanished(Radio *radio, const char *place)
{
	Bond *bond = find_place(radio, place);

	/* the owners are kept: devices vanish with a radio that is unplugged, too */
	if (!bond)
		return;
	bond_row(radio, bond, false);
	g_ptr_array_remove(radio->bonds, bond);
	radio_changed(radio, RADIO_BONDS);
}

void bonds_device(Radio *radio, const char *place, const Addr *addr, const char *name, bool bonded,
		  bool fresh)
{
	Bond *bond = find_place(radio, place);
	bool row_changed;

	if (!bonded) {
		bonds_vanished(radio, place);
		/* somebody has undone the bond */
		if (!bond_find(radio, addr))
			move_owners(radio, addr, NULL);
		return;
	}
	row_changed = !bond;
	if (!bond) {
		bond = g_new0(Bond, 1);
		bond->place = g_strdup(place);
		bond->addr = *addr;
		g_ptr_array_add(radio->bonds, bond);
		radio_changed(radio, RADIO_BONDS);
	}
	/* the bond has told the device's identity address */
	if (!addr_equal(&bond->addr, addr)) {
		bond_row(radio, bond, false);
		move_owners(radio, &bond->addr, addr);
		row_changed = true;
	}
	row_changed |= g_strcmp0(bond->name, name) != 0;
	bond->addr = *addr;
	g_free(bond->name);
	bond->name = g_strdup(name);
	if (row_changed)
		bond_row(radio, bond, true);
	if (!fresh)
		return;
	/* a new bond replaces the one before, with its owners */
	move_owners(radio, addr, NULL);
	find_owners(radio, addr);
}

/* --- forgetting --- */

/* Whether another session than this one uses the device now. */
/* A program may have several sessions. */
static bool is_another(const Session *one, const Session *other)
{
	return one != other && (!one->owner || !other->owner || strcmp(one->owner, other->owner) != 0);
}

static bool is_used(const Radio *radio, const Addr *addr, const Session *session)
{
	const Link *link = link_find(radio, addr);
	const LocalService *service;
	bool used = false;

	for (guint i = 0; link && i < link->holds->len; i++)
		used |= is_another(g_array_index(link->holds, Hold, i).session, session);
	for (const ConnectWait *wait = link ? connect_waits_first(link) : NULL; wait;
	     wait = connect_wait_next(wait))
		used |= is_another(wait->wait.session, session);
	if (!client_find(radio->peripheral, addr))
		return used;
	for (guint i = 0; (service = local_service_offered(radio->peripheral, &i));)
		used |= is_another(service->session, session);
	return used;
}

int bond_forget(Session *session, uid_t uid, const Addr *addr, ForgetWait *wait, Reason *reason)
{
	Radio *radio = session->radio;
	const Bond *bond = bond_find(radio, addr);
	const Link *link = link_find(radio, addr);
	char text[ADDR_STRING_SIZE];

	addr_format(addr, text);
	if (!bond)
		return reason_set(reason, E_DOES_NOT_EXIST,
				  "hci%u has no bond with %s (Adapter1.GetBonds lists them)", radio->index,
				  text);
	if (!bond_is_of(radio, &bond->addr, uid))
		return reason_set(reason, E_ACCESS_DENIED, "%s was not paired by uid %u; root may forget it",
				  text, uid);
	if (is_used(radio, addr, session))
		return reason_set(reason, E_BUSY, "another program uses %s", text);
	if (link &&
	    (link->state == LINK_CONNECTING || link->state == LINK_CLOSING || link->pairing.under_way))
		return reason_set(reason, E_BUSY,
				  "%s is being connected to, or let go of; try again in a while", text);
	wait->addr = bond->addr;
	wait_stand(&radio->forgets, &wait->wait);
	order_device_forget(radio, &wait->addr);
	return 0;
}

/* Answers the calls that wait for the bond with addr to be undone; NULL: with any device. */
static void end_forgets(Radio *radio, const Addr *addr, int error, const Reason *reason)
{
	GList *next;

	for (GList *item = radio->forgets.waits.head; item; item = next) {
		ForgetWait *wait = CONTAINER_OF((Wait *)item->data, ForgetWait, wait);

		next = item->next;
		if (!addr || addr_equal(&wait->addr, addr))
			wait_end(&wait->wait, error, reason);
	}
}

void bonds_forgotten(Radio *radio, const Addr *addr, int error, const Reason *reason)
{
	const Addr gone = *addr;

	if (error == 0) {
		/* BlueZ's own news that the device is gone may come later */
		for (guint i = radio->bonds->len; i-- > 0;) {
			const Bond *bond = g_ptr_array_index(radio->bonds, i);

			if (!addr_equal(&bond->addr, &gone))
				continue;
			bond_row(radio, bond, false);
			g_ptr_array_remove_index(radio->bonds, i);
		}
		move_owners(radio, &gone, NULL);
		radio_changed(radio, RADIO_BONDS);
	}
	end_forgets(radio, &gone, error, reason);
}

void bonds_clear(Radio *radio, int error, const Reason *reason)
{
	for (guint i = 0; i < radio->bonds->len; i++)
		bond_row(radio, g_ptr_array_index(radio->bonds, i), false);
	g_ptr_array_set_size(radio->bonds, 0);
	end_forgets(radio, NULL, error, reason);
}
