/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program sees of a radio. */
#include "face/view.h"

#include "core/bonds.h"
#include "core/link.h"
#include "core/radios.h"
#include "core/sessions.h"
#include "face/adapter.h"
#include "face/advert.h"
#include "face/app.h"
#include "face/device-link.h"
#include "face/device.h"
#include "face/gatt.h"
#include "face/monitor-app.h"
#include "face/programs.h"
#include "face/request.h"
#include "face/tree.h"
#include "face/view-devices.h"

/* --- news --- */

void view_adapter_changed(View *view, uint32_t properties)
{
	view->changed |= properties;
	view_tell(view);
}

void view_tell(View *view)
{
	Program *program = view->program;

	/* the devices first: a discovery ends, for bluetoothd, when their RSSI is gone */
	view_tell_devices(view);
	if (view->changed && !outbox_must_wait(program)) {
		tree_changed(&(Place){ .kind = PLACE_ADAPTER, .program = program, .view = view },
			     &adapter_iface, view->changed);
		view->changed = 0;
	}
}

void view_ready(View *view)
{
	view_tell(view);
	monitors_ready(view);
	for (guint i = 0; i < view->discoveries->len && !outbox_must_wait(view->program); i++)
		discovery_ready(g_ptr_array_index(view->discoveries, i));
}

/* --- bonds --- */

static void set_paired(DeviceView *device, bool paired)
{
	if (device->paired == paired)
		return;
	device->paired = paired;
	view_device_changed(device, DEVICE_BIT(DEVICE_PAIRED) | DEVICE_BIT(DEVICE_BONDED));
	view_check_device(device);
}

/* What is paired is there, and nothing else counts as paired. */
static void view_take_bonds(View *view)
{
	const GPtrArray *bonds = view->radio->bonds;
	DeviceView *device;
	Reason reason;

	for (GList *item = view->by_age.head; item; item = item->next) {
		device = item->data;
		set_paired(device, bond_find(view->radio, &device->addr) != NULL);
	}
	for (guint i = 0; i < bonds->len; i++) {
		const Bond *bond = g_ptr_array_index(bonds, i);

		if (view_device(view, &bond->addr) ||
		    view_add_device(view, &bond->addr, &device, &reason) != 0)
			continue;
		device->name = g_strdup(bond->name);
		set_paired(device, true);
	}
}

/* --- life --- */

bool view_is_powered(const View *view)
{
	return view->radio->present && view->radio->bluez.powered && !view->off;
}

static void let_go_of_links(View *view)
{
	for (GList *item = view->by_age.head; item; item = item->next) {
		DeviceView *device = item->data;
		Link *link = view_held_link(device);

		if (link)
			device_link_release(device, link);
	}
	sessions_drop(view->session, programs_now(view->program->programs));
	view->session = NULL;
}

void view_let_go(View *view)
{
	adverts_release(view);
	monitors_end(view);
	apps_end(view);
	if (view->session)
		let_go_of_links(view);
	view_forget_found(view);
	discoveries_end(view);
}

void view_radio_changed(View *view, unsigned changes)
{
	if (changes & RADIO_NAME)
		view->changed |= ADAPTER_BIT(ADAPTER_NAME) |
				 (view->wish.alias ? 0 : ADAPTER_BIT(ADAPTER_ALIAS));
	if (changes & RADIO_BONDS)
		view_take_bonds(view);
	if (changes & RADIO_SCAN_MODE)
		discoveries_scan_changed(view);
	if ((changes & RADIO_POWERED) && !view->off) {
		/* as bluetoothd does it: a discovery does not go on by itself */
		if (!view->radio->bluez.powered) {
			view_forget_found(view);
			discoveries_end(view);
		}
		view->changed |= ADAPTER_POWER_BITS;
	}
	view_tell(view);
}

void views_connection_gone(Program *program, const Connection *connection)
{
	for (guint v = 0; v < program->views->len; v++) {
		View *view = g_ptr_array_index(program->views, v);

		for (guint i = view->discoveries->len; i-- > 0;) {
			Discovery *discovery = g_ptr_array_index(view->discoveries, i);

			if (discovery->connection == connection)
				discovery_free(discovery);
		}
		view_tell(view);
		gatt_connection_gone(view, connection);
		adverts_connection_gone(view, connection);
		monitors_connection_gone(view, connection);
		apps_connection_gone(view, connection);
		for (GList *item = view->by_age.head; item; item = item->next) {
			DeviceView *device = item->data;

			if (device->pairing && device->pairing->place.connection == connection)
				device->pairing = NULL;
		}
	}
}

View *view_find(const Program *program, unsigned index)
{
	for (guint i = 0; i < program->views->len; i++) {
		View *view = g_ptr_array_index(program->views, i);

		if (view->radio->present && view->radio->index == index)
			return view;
	}
	return NULL;
}

int view_session(View *view, Session **ret, Reason *reason)
{
	const InitOptions options = { 0 };
	const Program *program = view->program;
	const uint64_t now = programs_now(program->programs);
	int r;

	if (!view->session) {
		r = sessions_open(view->radio, &program->programs->face, program->uid, program->owner,
				  &options, now, &view->session, reason);
		if (r != 0)
			return r;
	}
	*ret = view->session;
	return 0;
}

View *view_new(Program *program, Radio *radio)
{
	View *view = g_new0(View, 1);

	view->program = program;
	view->radio = radio;
	view->discoveries = g_ptr_array_new();
	view->adverts = g_ptr_array_new();
	view->apps = g_ptr_array_new();
	view->monitor_apps = g_ptr_array_new();
	adapter_wish_init(view);
	view_devices_init(view);
	radios_pin(radio);
	return view;
}

void view_appear(View *view)
{
	view->appeared = true;
	view_take_bonds(view);
	tree_added(&(Place){ .kind = PLACE_ADAPTER, .program = view->program, .view = view });
	view_tell(view);
}

/* What it does on the radio, and what nobody brings back. */
static void view_stop(View *view)
{
	discoveries_end(view);
	monitors_end(view);
	if (view->session)
		sessions_drop(view->session, programs_now(view->program->programs));
	view->session = NULL;
}

bool view_vanish(View *view)
{
	Place place = { .kind = PLACE_ADAPTER, .program = view->program, .view = view };

	while (!g_queue_is_empty(&view->by_age))
		view_remove_device(g_queue_peek_head(&view->by_age));
	discoveries_end(view);
	view_tell(view);
	tree_removed(&place);
	view->appeared = false;
	view_stop(view);
	/* the sessions of these are told again to BlueZ by core, when the radio is back */
	adverts_keep(view);
	apps_keep(view);
	return view->adverts->len > 0 || view->apps->len > 0;
}

View *view_free(View *view)
{
	view_stop(view);
	g_ptr_array_free(view->discoveries, TRUE);
	g_ptr_array_free(view->monitor_apps, TRUE);
	adverts_release(view);
	g_ptr_array_free(view->adverts, TRUE);
	apps_end(view);
	g_ptr_array_free(view->apps, TRUE);
	view_devices_free(view);
	radios_unpin(view->radio);
	adapter_wish_deinit(view);
	g_free(view);
	return NULL;
}
