/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How links begin: the host connects, or somebody connects to it. */

#include <string.h>
#include <bluetooth/bluetooth.h>

#include "radio-advert-commands.h"
#include "radio-central.h"
#include "radio-connect.h"
#include "radio-peer.h"

/* not in <bluetooth/hci.h> */
#define EVT_LE_ENHANCED_CONNECTION_COMPLETE 0x0a
#define VISIT_INTERVAL 24	/* in 1.25 ms: what the kernel likes best */
#define VISIT_TIMEOUT 500	/* in 10 ms */

/* Tells the host of a connection, or how its attempt has ended. */
static void connection_tell(Controller *controller, const evt_le_connection_complete *complete, bool enhanced)
{
	struct {
		uint8_t status;
		uint16_t handle;
		uint8_t role, peer_type;
		bdaddr_t peer, local_private, peer_private;
		uint16_t interval, latency, supervision_timeout;
		uint8_t accuracy;
	} __attribute__((packed)) longer = {
		.status = complete->status,
		.handle = complete->handle,
		.role = complete->role,
		.peer_type = complete->peer_bdaddr_type,
		.peer = complete->peer_bdaddr,
		.interval = complete->interval,
		.latency = complete->latency,
		.supervision_timeout = complete->supervision_timeout,
	};

	if (enhanced)
		le_event_send(controller, EVT_LE_ENHANCED_CONNECTION_COMPLETE, &longer, sizeof(longer));
	else
		le_event_send(controller, EVT_LE_CONN_COMPLETE, complete, sizeof(*complete));
}

static void initiation_end(Controller *controller, uint8_t status, const DeviceAddress *device,
			   uint16_t handle)
{
	const le_create_connection_cp *set = &controller->initiation;
	evt_le_connection_complete complete = {
		.status = status,
		.handle = htobs(handle),
		.peer_bdaddr_type = device->type,
		.peer_bdaddr = device->address,
		.interval = set->max_interval,
		.latency = set->latency,
		.supervision_timeout = set->supervision_timeout,
	};

	controller->initiating = false;
	connection_tell(controller, &complete, controller->initiating_extended);
}

/* Who an attempt without the accept list is for. */
static DeviceAddress initiation_target(const Controller *controller)
{
	return (DeviceAddress){ controller->initiation.peer_bdaddr_type,
				controller->initiation.peer_bdaddr };
}

void controller_hear(Controller *controller, Peer *peer)
{
	DeviceAddress device = peer_address(peer), target = initiation_target(controller);
	/* our controllers have no random address: the host uses none without privacy */
	DeviceAddress central = { 0, controller->address };
	uint8_t status;
	Link *link;

	if (!controller->initiating || !peer_is_connectable(peer))
		return;
	if (controller->initiating_by_list ?
		    accept_list_find(controller, &device) == controller->n_accept_list :
		    !device_address_equal(&device, &target))
		return;
	status = peer_refuse(peer);
	link = link_new(controller, &central, &device);
	if (link) {
		link->peer = peer;
		peer_join(peer, link);
	}
	initiation_end(controller, link ? 0 : HCI_MEMORY_FULL, &device, link ? link->handle : 0);
	/* as controllers do: they take a link for open once they have asked for it, and tell later that
	 * nobody answered */
	if (link && status)
		link_close(link, status);
}

/* Limits and rejections, from 0x09 to 0x0f, a controller finds before it asks; only then does the kernel
 * (6.1) pass the status on. */
static uint8_t initiation_refusal(Controller *controller)
{
	DeviceAddress target = initiation_target(controller);

	const GPtrArray *peers = controller->air->peers;

	for (unsigned int i = 0; !controller->initiating_by_list && i < peers->len; i++) {
		Peer *peer = peers->pdata[i];
		DeviceAddress device = peer_address(peer);

		if (device_address_equal(&device, &target) &&
		    peer->refusal >= HCI_MAX_NUMBER_OF_CONNECTIONS && peer->refusal <= HCI_REJECTED_PERSONAL)
			return peer_refuse(peer);
	}
	return 0;
}

void initiation_begin(Controller *controller, const Command *command, const le_create_connection_cp *set,
		      bool extended)
{
	uint8_t status = controller->initiating ? HCI_COMMAND_DISALLOWED : 0;

	if (!status) {
		controller->initiation = *set;
		controller->initiating_by_list = set->initiator_filter == 1;
		controller->initiating_extended = extended;
		status = initiation_refusal(controller);
		controller->initiating = !status;
	}
	command_status(controller, command->opcode, status);
	for (unsigned int i = 0; !status && i < controller->air->peers->len; i++)
		controller_hear(controller, controller->air->peers->pdata[i]);
}

static void run_create_connection(Controller *controller, const Command *command,
				  const uint8_t *parameters)
{
	initiation_begin(controller, command, (const void *)parameters, false);
}

static void run_create_connection_cancel(Controller *controller, const Command *command,
					 const uint8_t *parameters)
{
	uint8_t status = controller->initiating ? 0 : HCI_COMMAND_DISALLOWED;
	DeviceAddress target = initiation_target(controller);

	(void)parameters;
	command_complete(controller, command->opcode, &status, sizeof(status));
	if (controller->initiating)
		initiation_end(controller, HCI_NO_CONNECTION, &target, 0);
}

Link *controller_accept(Controller *controller, Central *visitor, const DeviceAddress *address)
{
	AdvertSet *set = advert_connectable(&controller->advert);
	DeviceAddress ours = { 0, controller->address };
	evt_le_connection_complete complete = {
		.role = 1,
		.peer_bdaddr_type = address->type,
		.peer_bdaddr = address->address,
		.interval = htobs(VISIT_INTERVAL),
		.supervision_timeout = htobs(VISIT_TIMEOUT),
	};
	Link *link;

	if (!set || !controller_powered(controller))
		return NULL;
	if (set->own_type & 1)
		ours = (DeviceAddress){ 1, set->random };
	link = link_new(controller, address, &ours);
	if (!link)
		return NULL;
	link->visitor = visitor;
	advert_disable(&controller->advert, set);
	complete.handle = htobs(link->handle);
	connection_tell(controller, &complete, set->extended);
	advert_terminated(controller, set, 0, link->handle);
	return link;
}

const Command connect_commands[] = {
	{ LE(CREATE_CONN), 26, 4, 25, run_create_connection },
	{ LE(CREATE_CONN_CANCEL), 26, 5, 0, run_create_connection_cancel },
};

const size_t n_connect_commands = sizeof(connect_commands) / sizeof(connect_commands[0]);
