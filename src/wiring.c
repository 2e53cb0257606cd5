/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of core's news concerns files and the HCI monitor. */
#include "wiring.h"

#include "bond-store.h"

static void on_radio_added(void *userdata, Radio *radio)
{
	Edges *edges = userdata;

	source_radio_added(&edges->source);
	ledger_file_adopt(&edges->ledger, edges->bluez, radio);
}

static void on_radio_removed(void *userdata, const Radio *radio UNUSED, unsigned index UNUSED)
{
	source_listen(&((Edges *)userdata)->source);
}

static void on_radio_changed(void *userdata, Radio *radio UNUSED, unsigned changes)
{
	if (changes & RADIO_DESIRED_SCAN)
		source_listen(&((Edges *)userdata)->source);
}

static void on_links_owned(void *userdata)
{
	Edges *edges = userdata;

	ledger_file_save(&edges->ledger, edges->bluez, edges->broker);
}

static void on_bonds_changed(void *userdata)
{
	bond_store_save(((Edges *)userdata)->broker);
}

void edges_listen(Edges *edges)
{
	static const FaceOps ops = {
		.radio_added = on_radio_added,
		.radio_removed = on_radio_removed,
		.radio_changed = on_radio_changed,
		.links_owned = on_links_owned,
		.bonds_changed = on_bonds_changed,
	};

	edges->face = (Face){ .ops = &ops, .userdata = edges };
	broker_add_face(edges->broker, &edges->face);
}
