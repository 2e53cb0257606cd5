/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How radios come, change, and go; what is wanted of their scans; and what they hear. */
#include "core/radios.h"

#include <string.h>

#include "core/bonds.h"
#include "core/link.h"
#include "core/links.h"
#include "core/news.h"
#include "core/peripheral.h"
#include "core/post.h"
#include "core/radio-name.h"
#include "core/desired-scan.h"
#include "core/session.h"

#define SILENCE_MAX (3600 * USEC_PER_SEC)

/* A radio that goes away (unplugged, bluetoothd stopped) is said to be off a moment before. */
#define GOING_AWAY (2 * USEC_PER_SEC)

/* --- scan --- */

/* When the silence of a scanning radio is too long. */
static uint64_t radio_silence_deadline(const Radio *radio)
{
	if (!radio->desired.on || radio->broker->config.silence_seconds == 0)
		return USEC_NEVER;
	return radio->last_report + MAX(radio->silence, radio->broker->config.silence_seconds * USEC_PER_SEC);
}

/* Tells the edge what is wanted of the scan now, if that has changed. */
static void on_scan(Task *task, uint64_t now UNUSED)
{
	Radio *radio = CONTAINER_OF(task, Radio, scan);
	Broker *broker = radio->broker;
	const DesiredScan old = radio->desired, desired = desired_scan(radio);

	if (desired_scan_equal(&old, &desired))
		return;
	radio->desired = desired;
	if (radio->present)
		broker->ops->radio_scan(broker->userdata, radio, &desired);
	radio_changed(radio, RADIO_DESIRED_SCAN | (old.on == desired.on ? 0 : RADIO_SCANNING));
	if (old.on == desired.on)
		return;
	task_at(&radio->silent, radio_silence_deadline(radio));
}

/* Some radios stop hearing without an error, and restarting the scan helps most of them. Where no device is
 * near nothing is heard either, so restart less and less often. */
static void on_silence(Task *task, uint64_t now)
{
	Radio *radio = CONTAINER_OF(task, Radio, silent);
	const uint64_t patience = radio->broker->config.silence_seconds * USEC_PER_SEC;

	if (radio_silence_deadline(radio) <= now) {
		radio->broker->ops->radio_scan_restart(radio->broker->userdata, radio);
		radio->silence = MIN(MAX(radio->silence, patience) * 2, SILENCE_MAX);
		radio->last_report = now;
	}
	task_at(task, radio_silence_deadline(radio));
}

void radios_source_changed(Radio *radio)
{
	if (radio->bluez.powered)
		radio_changed(radio, RADIO_SOURCE);
	radio_wake(radio);
}

/* --- coming and going --- */

/*
 * The radio that was unplugged and is back now, or NULL. Never one that is present: several radios may have
 * the same address (clones, and radios whose address is all zero because none was set), and then the number
 * tells them apart. An address that is all zero does not identify a radio under another number.
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

static Radio *radio_new(Broker *broker)
{
	Radio *radio = g_new0(Radio, 1);

	radio->broker = broker;
	radio->id = broker->next_radio++;
	radio->identities = identities_new();
	radio->devices = devices_new(broker->config.devices, radio->identities);
	radio->peripheral = peripheral_new(radio);
	power_init(radio);
	radio->scanning = g_ptr_array_new();
	radio->links = g_ptr_array_new();
	radio->bonds = g_ptr_array_new_with_free_func(bond_free);
	wait_line_init(&radio->forgets, NULL);
	radio_names_init(radio);
	task_init(&radio->scan, &broker->agenda, on_scan);
	task_init(&radio->silent, &broker->agenda, on_silence);
	task_init(&radio->links_due, &broker->agenda, links_run);
	g_ptr_array_add(broker->radios, radio);
	return radio;
}

Radio *radios_appeared(Broker *broker, const Addr *addr, unsigned index, const RadioState *state,
		       uint64_t now)
{
	Radio *radio = radio_remembered(broker, addr, index);
	const bool known = radio;
	bool restore;

	if (!radio)
		radio = radio_new(broker);
	restore = radio->users > 0 && radio->was_powered && !state->powered && !state->blocked;
	radio->addr = *addr;
	radio->former_index = known ? radio->index : index;
	radio->index = index;
	radio->bluez = *state;
	radio->present = true;
	radio->last_report = now;
	news_radio_added(radio);
	radio_wake(radio);
	radio_wake_links(radio);
	peripheral_wake(radio->peripheral);
	if (restore)
		power_restore(radio);
	return radio;
}

static void radio_end(void *data)
{
	Radio *radio = data;

	g_assert(!task_is_due(&radio->scan) && !task_is_due(&radio->links_due));
	wait_line_deinit(&radio->forgets);
	wait_line_deinit(&radio->renames);
	g_ptr_array_free(radio->scanning, TRUE);
	g_ptr_array_free(radio->links, TRUE);
	peripheral_free(radio->peripheral);
	devices_free(radio->devices);
	identities_free(radio->identities);
	g_ptr_array_free(radio->bonds, TRUE);
	g_free(radio);
}

Radio *radios_free(Radio *radio)
{
	if (!radio)
		return NULL;
	g_assert(radio->scanning->len == 0 && radio->pins == 0);
	g_ptr_array_remove(radio->broker->radios, radio);
	links_end(radio);
	peripheral_end(radio->peripheral);
	task_cancel(&radio->scan);
	task_cancel(&radio->silent);
	task_cancel(&radio->links_due);
	power_end(radio);
	post_bury(radio->broker, radio, radio_end);
	return NULL;
}

void radios_release(Radio *radio)
{
	Broker *broker = radio->broker;

	if (radio->present || radio->pins > 0)
		return;
	for (guint i = 0; i < broker->sessions->len; i++) {
		const Session *session = g_ptr_array_index(broker->sessions, i);

		if (session->radio == radio)
			return;
	}
	radios_free(radio);
}

void radios_pin(Radio *radio)
{
	radio->pins++;
}

void radios_unpin(Radio *radio)
{
	g_assert(radio->pins > 0);
	radio->pins--;
	radios_release(radio);
}

void radios_vanished(Radio *radio, uint64_t now)
{
	Broker *broker = radio->broker;
	Reason reason;
	int error;

	if (!radio->present)
		return;
	radio->was_powered = radio->bluez.powered ||
			     (radio->powered_off > 0 && now < radio->powered_off + GOING_AWAY);
	radio->bluez.powered = false;
	radio->bluez.links = 0;
	radio->present = false;
	radio->desired = (DesiredScan){ 0 };
	radio->scan_mode = SCAN_MODE_OFF;
	links_radio_gone(radio, now);
	peripheral_forgotten(radio->peripheral, now);
	news_radio_removed(radio);
	reason_set(&reason, E_NOT_READY, "hci%u went away", radio->index);
	error = broker->bluez_up ? E_NOT_READY : E_BLUEZ_UNAVAILABLE;
	power_gone(radio, error, &reason);
	bonds_clear(radio, error, &reason);
	radio_names_gone(radio, error, &reason);
	radio_wake(radio);
	radios_release(radio);
}

void radios_update(Radio *radio, const RadioState *state, uint64_t now)
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
		peripheral_on(radio->peripheral);
	}
	if (!state->powered && old.powered) {
		radio->powered_off = now;
		links_radio_gone(radio, now);
		peripheral_off(radio->peripheral);
	}
	if (state->powered != old.powered)
		power_changed(radio);
	radio_wake(radio);
	radio_wake_links(radio);
	peripheral_wake(radio->peripheral);
}

void radios_learn_identity(Radio *radio, const Addr *alias, const Addr *identity, uint64_t now)
{
	if (!identities_learn(radio->identities, alias, identity))
		return;
	devices_identify(radio->devices, alias);
	links_identify(radio, now);
}

void radios_set_identity_keys(Radio *radio, const IdentityKey *keys, size_t n, uint64_t now)
{
	if (identities_set_keys(radio->identities, keys, n))
		links_identify(radio, now);
}

/* --- reports --- */

void radios_report(Radio *radio, Report *report, uint64_t now)
{
	const DeviceRow *row;

	radio->last_report = now;
	if (radio->silence > 0) {
		radio->silence = 0;
		task_by(&radio->silent, radio_silence_deadline(radio));
	}
	if (radio->links->len > 0)
		heard_note(radio, report, now);
	if (radio->scanning->len == 0)
		return;

	radio->broker->stats.reports++;
	row = devices_note(radio->devices, report);
	for (guint i = 0; i < radio->scanning->len; i++)
		fanout_offer(g_ptr_array_index(radio->scanning, i), report, row, now);
}
