/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of emulated peripherals: they come and go, advertise, and get connected. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-peer.h"

#define ADVERTISING_INTERVAL (SECOND / 10)

int peer_new(Peers *peers, const Peer *model, uint64_t now)
{
	Peer *peer;

	for (peer = peers->first; peer; peer = peer->next)
		if (!strcmp(peer->name, model->name) ||
		    !bacmp(&peer->address.address, &model->address.address))
			return -EEXIST;
	peer = malloc(sizeof(*peer));
	if (!peer)
		return -ENOMEM;
	*peer = *model;
	peer->advertisement.type = 0;	/* ADV_IND */
	peer->advertisement.address_type = peer->address.type;
	peer->advertisement.address = peer->address.address;
	peer->advertisement.rssi = PEER_RSSI;
	peer->due = now;
	peer->att.database = &peer->database;
	peer->att.mtu_limit = ATT_MTU_MAX;
	peer->smp.io = SMP_NONE;
	peer->next = peers->first;
	peers->first = peer;
	return 0;
}

Peer *peer_free(Peers *peers, Peer *peer)
{
	Peer **place = &peers->first;

	if (peer->link)
		link_close(peer->link, HCI_CONNECTION_TIMEOUT);
	while (*place != peer)
		place = &(*place)->next;
	*place = peer->next;
	gatt_deinit(&peer->database);
	free(peer);
	return NULL;
}

void peers_deinit(Peers *peers)
{
	while (peers->first)
		peer_free(peers, peers->first);
}

Peer *peers_find(const Peers *peers, const char *name)
{
	for (Peer *peer = peers->first; peer; peer = peer->next)
		if (!strcmp(peer->name, name))
			return peer;
	return NULL;
}

const DeviceAddress *peer_address(const Peer *peer)
{
	return &peer->address;
}

bool peer_is_connectable(const Peer *peer)
{
	return !peer->muted && !peer->link;
}

uint8_t peer_refuse(Peer *peer)
{
	uint8_t status = peer->refusal;

	if (status && !peer->refuses_for_ever && --peer->refusals == 0)
		peer->refusal = 0;
	return status;
}

void peers_hear(const Peers *peers, Controller *controller)
{
	for (Peer *peer = peers->first; peer; peer = peer->next)
		controller_hear(controller, peer);
}

void peer_opened(Peer *peer, Link *link)
{
	peer->link = link;
	att_open(&peer->att);
	smp_open(&peer->smp, &link->central, &peer->address);
	/* of what others have subscribed to, nothing is left; and a stranger knows no former attributes */
	if (!smp_is_bonded(&peer->smp)) {
		gatt_unsubscribe(&peer->database);
		peer->change_first = peer->change_last = 0;
	}
}

void peer_closed(Peer *peer)
{
	peer->link = NULL;
	att_close(&peer->att);
	peer_link_clear(peer);
	if (!smp_is_bonded(&peer->smp))
		gatt_unsubscribe(&peer->database);
}

/* One advertisement to every radio, with an empty scan response: the kernel keeps a connectable
 * advertisement back until one comes. */
static void peer_advertise(Peer *peer, Controller *const *radios, size_t n_radios)
{
	Report response = peer->advertisement;

	response.type = 4;	/* SCAN_RSP */
	response.length = 0;
	for (size_t i = 0; i < n_radios && peer_is_connectable(peer); i++) {
		if (controller_report(radios[i], &peer->advertisement) > 0 &&
		    controller_scanning_actively(radios[i]))
			(void)controller_report(radios[i], &response);
		controller_hear(radios[i], peer);
	}
}

uint64_t peers_run(Peers *peers, Controller *const *radios, size_t n_radios, uint64_t now)
{
	uint64_t next = UINT64_MAX, due;

	for (Peer *peer = peers->first; peer; peer = peer->next) {
		if (peer->due <= now) {
			peer_advertise(peer, radios, n_radios);
			peer->due += ADVERTISING_INTERVAL;
			if (peer->due < now)
				peer->due = now + ADVERTISING_INTERVAL;
		}
		due = peer_link_run(peer, now);
		if (peer->due < next)
			next = peer->due;
		if (due < next)
			next = due;
	}
	return next;
}
