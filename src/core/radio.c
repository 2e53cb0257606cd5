/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A radio: decides when it should be on and scan, and hands its reports to the sessions. */
#include "core/radio.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/bonds.h"
#include "core/link.h"
#include "core/links.h"
#include "core/peripheral.h"
#include "core/scan-wish.h"
#include "core/session.h"

#define SILENCE_MAX (3600 * USEC_PER_SEC)

/* A radio that goes away (unplugged, bluetoothd stopped) is said to be off a moment before. */
#define GOING_AWAY (2 * USEC_PER_SEC)

static void radio_changed(Radio *radio, unsigned changes)
{
	if (changes && radio->present)
		radio->broker->ops->radio_changed(radio->broker->userdata, radio, changes);
}

/* When the silence of a scanning radio is too long. */
static uint64_t radio_silence_deadline(const Radio *radio)
{
	if (!radio->wish.on || radio->broker->config.silence_seconds == 0)
		return USEC_NEVER;
	return radio->last_report + MAX(radio->silence, radio->broker->config.silence_seconds * USEC_PER_SEC);
}

/* Says what is wanted of the radio now, if that is news. */
void radio_settle(Radio *radio)
{
	Broker *broker = radio->broker;
	const ScanWish old = radio->wish, wish = scan_wish(radio);

	if (scan_wish_equal(&old, &wish))
		return;
	radio->wish = wish;
	if (radio->present)
		broker->ops->radio_scan(broker->userdata, radio, &wish);
	if (old.on == wish.on)
		return;
	radio_changed(radio, RADIO_SCANNING);
	broker_wake_at(broker, radio_silence_deadline(radio));
}

bool radio_is_scanning(const Radio *radio)
{
	return radio->wish.on;
}

bool radio_wants_monitor(const Radio *radio)
{
	/* also one that is gone from the bus: bluetoothd, stopped, takes it away before its scan ends */
	return radio->scanning->len > 0 || radio->wish.on || radio->wish.overhear;
}

bool radio_wants_signals(const Radio *radio)
{
	return radio->scanning->len > 0 && !radio->broker->monitored;
}

void radio_set_scan_mode(Radio *radio, ScanMode mode)
{
	if (radio->scan_mode == mode)
		return;
	radio->scan_mode = mode;
	radio_changed(radio, RADIO_SCAN_MODE);
}

const char *radio_source(const Radio *radio)
{
	if (!radio->present || !radio->bluez.powered)
		return "none";
	return radio->broker->monitored ? "hci-monitor" : "dbus";
}

void radio_source_changed(Radio *radio)
{
	if (radio->bluez.powered)
		radio_changed(radio, RADIO_SOURCE);
	radio_settle(radio);
}

/*
 * The one that was unplugged and is back. Never one that is there: two radios may have one address (clones, and radios
 * that nobody has given any yet), and then the number tells which is which. No address is no mark of one that is back.
 */
static Radio *radio_remembered(const Broker *broker, const Addr *addr, unsigned index)
{
	static const Addr none;
	Radio *found = NULL;

	for (guint i = 0; i < broker->radios->len; i++) {
		Radio *radio = g_ptr_array_index(broker->radios, i);

		if (radio->present || !addr_equal(&radio->addr, addr))
			continue;
		if (radio->index == index)
			return radio;
		if (!found && !addr_equal(addr, &none))
			found = radio;
	}
	return found;
}

int radio_appeared(Broker *broker, const Addr *addr, unsigned index, const RadioState *state, uint64_t now, Radio **ret)
{
	Radio *radio = radio_remembered(broker, addr, index);
	const bool known = radio;
	bool restore;
	int r;

	if (!radio) {
		radio = calloc(1, sizeof(*radio));
		if (!radio)
			return -ENOMEM;
		r = identities_new(&radio->identities);
		if (r >= 0)
			r = devices_new(&radio->devices, broker->config.devices, radio->identities);
		if (r >= 0)
			r = peripheral_new(&radio->peripheral, radio);
		if (r < 0) {
			identities_free(radio->identities);
			devices_free(radio->devices);
			free(radio);
			return r;
		}
		radio->broker = broker;
		radio->id = broker->next_radio++;
		power_init(&radio->power);
		radio->scanning = g_ptr_array_new();
		radio->links = g_ptr_array_new();
		radio->bonds = g_ptr_array_new_with_free_func(bond_free);
		radio->forgets = g_ptr_array_new();
		g_ptr_array_add(broker->radios, radio);
	}

	restore = radio->users > 0 && radio->was_powered && !state->powered && !state->blocked;
	if (ret)
		*ret = radio;
	radio->addr = *addr;
	radio->former_index = known ? radio->index : index;
	radio->index = index;
	radio->bluez = *state;
	radio->present = true;
	radio->last_report = now;
	broker->ops->radio_added(broker->userdata, radio);
	radio_settle(radio);
	links_settle(radio, now);
	peripheral_settle(radio->peripheral, now);
	if (restore)
		radio_power_restore(radio, now);
	return 0;
}

void radio_vanished(Radio *radio, uint64_t now)
{
	Broker *broker = radio->broker;
	Reason reason;

	if (!radio->present)
		return;
	radio->vanishing = true;
	radio->was_powered = radio->bluez.powered ||
			     (radio->powered_off > 0 && now < radio->powered_off + GOING_AWAY);
	radio->bluez.powered = false;
	radio->bluez.links = 0;
	radio->present = false;
	radio->wish = (ScanWish){ 0 };
	radio->scan_mode = SCAN_MODE_OFF;
	links_radio_gone(radio, now);
	peripheral_forgotten(radio->peripheral, now);
	broker->ops->radio_removed(broker->userdata, radio);
	reason_set(&reason, E_NOT_READY, "hci%u went away", radio->index);
	radio_power_gone(radio, broker->bluez_up ? E_NOT_READY : E_BLUEZ_UNAVAILABLE, &reason);
	bonds_clear(radio, broker->bluez_up ? E_NOT_READY : E_BLUEZ_UNAVAILABLE, &reason);
	radio->vanishing = false;
	radio_release(radio);
}

void radio_update(Radio *radio, const RadioState *state, uint64_t now)
{
	RadioState old = radio->bluez;
	unsigned changes = 0;

	radio->bluez = *state;
	if (strcmp(old.name, state->name) != 0)
		changes |= RADIO_NAME;
	if (old.powered != state->powered)
		changes |= RADIO_POWERED | RADIO_SOURCE;
	if (old.links != state->links)
		changes |= RADIO_LINKS;
	if (old.instances != state->instances)
		changes |= RADIO_INSTANCES;
	if (old.instances_free != state->instances_free)
		changes |= RADIO_INSTANCES_FREE;
	radio_changed(radio, changes);

	if (state->powered && !old.powered) {
		radio->last_report = now;
		peripheral_on(radio->peripheral, now);
	}
	if (!state->powered && old.powered) {
		radio->powered_off = now;
		links_radio_gone(radio, now);
		peripheral_off(radio->peripheral);
	}
	if (state->powered != old.powered)
		radio_power_changed(radio, now);
	radio_settle(radio);
	links_settle(radio, now);
	peripheral_settle(radio->peripheral, now);
}

void radio_set_addr_type(Radio *radio, uint8_t type)
{
	if (radio->addr.type == type)
		return;
	radio->addr.type = type;
	radio_changed(radio, RADIO_ADDRESS_TYPE);
}

int radio_ready(const Radio *radio, Reason *reason)
{
	int r = broker_bluez_ready(radio->broker, reason);

	if (r != 0)
		return r;
	if (!radio->present)
		return reason_set(reason, E_NOT_READY, "hci%u is unplugged", radio->index);
	if (radio->bluez.blocked && !radio->bluez.powered)
		return reason_set(reason, E_NOT_READY, "hci%u is blocked; unblock it with: rfkill unblock bluetooth",
				  radio->index);
	if (!radio->bluez.powered)
		return reason_set(reason, E_NOT_READY, "hci%u is powered off; Init powers it on", radio->index);
	return 0;
}

void radio_learn_identity(Radio *radio, const Addr *alias, const Addr *identity, uint64_t now)
{
	if (!identities_learn(radio->identities, alias, identity))
		return;
	devices_identify(radio->devices, alias);
	links_identify(radio, now);
}

void radio_set_identity_keys(Radio *radio, const IdentityKey *keys, size_t n, uint64_t now)
{
	if (identities_set_keys(radio->identities, keys, n))
		links_identify(radio, now);
}

void radio_report(Radio *radio, Report *report, uint64_t now)
{
	const DeviceRow *row = NULL;

	radio->last_report = now;
	if (radio->silence > 0) {
		radio->silence = 0;
		broker_wake_at(radio->broker, radio_silence_deadline(radio));
	}
	if (radio->links->len > 0)
		links_hear(radio, report, now);
	if (radio->scanning->len == 0)
		return;

	radio->broker->stats.reports++;
	if (devices_note(radio->devices, report) == 0)
		row = devices_latest(radio->devices);
	for (guint i = 0; i < radio->scanning->len; i++)
		session_offer(g_ptr_array_index(radio->scanning, i), report, row, now);
}

void radio_use(Radio *radio)
{
	radio->users++;
}

void radio_unuse(Radio *radio, uint64_t now)
{
	radio->users--;
	radio_power_settle(radio, now);
}

void radio_add_scan(Radio *radio, Session *session, uint64_t now)
{
	if (radio->scanning->len == 0)
		radio->last_report = now;
	g_ptr_array_add(radio->scanning, session);
	radio_settle(radio);
}

void radio_remove_scan(Radio *radio, Session *session)
{
	g_ptr_array_remove(radio->scanning, session);
	radio_settle(radio);
}

uint64_t radio_tick(Radio *radio, uint64_t now)
{
	const uint64_t power_due = radio_power_tick(radio, now);

	if (radio_silence_deadline(radio) <= now) {
		/* Radios fall silent without an error; a fresh start of the scan cures most. An empty place is silent
		 * too, so be less and less eager. */
		radio->broker->ops->radio_scan_restart(radio->broker->userdata, radio);
		radio->silence = MAX(radio->silence, radio->broker->config.silence_seconds * USEC_PER_SEC);
		radio->silence = MIN(radio->silence * 2, SILENCE_MAX);
		radio->last_report = now;
	}
	return MIN(MIN(power_due, radio_silence_deadline(radio)),
		   MIN(links_tick(radio, now), peripheral_tick(radio->peripheral, now)));
}

void radio_release(Radio *radio)
{
	Broker *broker = radio->broker;

	if (radio->present || radio->vanishing)
		return;
	for (guint i = 0; i < broker->sessions->len; i++) {
		const Session *session = g_ptr_array_index(broker->sessions, i);

		if (session->radio == radio)
			return;
	}
	radio_free(radio);
}

Radio *radio_free(Radio *radio)
{
	if (!radio)
		return NULL;
	g_assert(radio->scanning->len == 0);
	g_ptr_array_remove(radio->broker->radios, radio);
	power_deinit(&radio->power);
	g_ptr_array_free(radio->scanning, TRUE);
	links_free(radio);
	peripheral_free(radio->peripheral);
	devices_free(radio->devices);
	identities_free(radio->identities);
	g_assert(radio->forgets->len == 0);
	g_ptr_array_free(radio->forgets, TRUE);
	g_ptr_array_free(radio->bonds, TRUE);
	free(radio);
	return NULL;
}
