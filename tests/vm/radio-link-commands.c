/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The HCI commands about links: how they change and end. */

#include <endian.h>
#include <string.h>
#include <bluetooth/bluetooth.h>

#include "radio-central.h"
#include "radio-link-commands.h"
#include "radio-peer.h"

/* not in <bluetooth/hci.h> */
#define OCF_LE_SET_DATA_LENGTH 0x0022
#define OCF_LE_READ_DEFAULT_DATA_LENGTH 0x0023
#define OCF_LE_WRITE_DEFAULT_DATA_LENGTH 0x0024
#define OCF_LE_READ_MAX_DATA_LENGTH 0x002f
#define EVT_LE_LONG_TERM_KEY_REQUEST 0x05
#define EVT_LE_DATA_LENGTH_CHANGE 0x07
#define FEATURES_TIME (SECOND / 50)
#define RSSI (-60)
#define DATA_PACKET_TIME 2120	/* µs for DATA_PACKET_LENGTH bytes */

typedef struct DataLength {
	uint16_t tx_octets, tx_time, rx_octets, rx_time;
} __attribute__((packed)) DataLength;

static const DataLength data_length = {
	DATA_PACKET_LENGTH, DATA_PACKET_TIME, DATA_PACKET_LENGTH, DATA_PACKET_TIME,
};

/* The link that a command is about, its handle coming first. NULL: there is none, and the host
 * knows. */
static Link *command_link(Controller *controller, const Command *command, const uint8_t *parameters)
{
	Link *link = link_find(controller, (uint16_t)(parameters[0] | parameters[1] << 8));

	command_status(controller, command->opcode, link ? 0 : HCI_NO_CONNECTION);
	return link;
}

static void run_disconnect(Controller *controller, const Command *command, const uint8_t *parameters)
{
	Link *link = command_link(controller, command, parameters);

	if (link)
		link_close(link, HCI_CONNECTION_TERMINATED);
}

static void run_read_version(Controller *controller, const Command *command,
			     const uint8_t *parameters)
{
	Link *link = command_link(controller, command, parameters);
	evt_read_remote_version_complete complete = {
		.lmp_ver = 8, .manufacturer = htobs(1521),	/* as our own */
	};

	if (!link)
		return;
	complete.handle = htobs(link->handle);
	(void)event_send(controller, EVT_READ_REMOTE_VERSION_COMPLETE, &complete, sizeof(complete), NULL,
			 0);
}

static void run_read_features(Controller *controller, const Command *command,
			      const uint8_t *parameters)
{
	Link *link = command_link(controller, command, parameters);

	if (link)
		link->features_due = clock_now() + FEATURES_TIME;
}

/* Not at once: the peer is asked on air, and the host relies on that taking its time. bluetoothd does
 * not signal Connected where the link is usable before the news of it are read. */
uint64_t link_run(Link *link, uint64_t now)
{
	evt_le_read_remote_used_features_complete complete = {
		.handle = htobs(link->handle), .features = { 0x21 },
	};

	if (link->features_due <= now) {
		link->features_due = UINT64_MAX;
		le_event_send(link->controller, EVT_LE_READ_REMOTE_USED_FEATURES_COMPLETE, &complete,
			      sizeof(complete));
	}
	return link->features_due;
}

static void run_update(Controller *controller, const Command *command, const uint8_t *parameters)
{
	const le_connection_update_cp *set = (const void *)parameters;
	Link *link = command_link(controller, command, parameters);
	evt_le_connection_update_complete complete = {
		.handle = set->handle,
		.interval = set->max_interval,
		.latency = set->latency,
		.supervision_timeout = set->supervision_timeout,
	};

	if (link)
		le_event_send(controller, EVT_LE_CONN_UPDATE_COMPLETE, &complete, sizeof(complete));
}

static void run_start_encryption(Controller *controller, const Command *command,
				 const uint8_t *parameters)
{
	const le_start_encryption_cp *set = (const void *)parameters;
	Link *link = command_link(controller, command, parameters);
	evt_encrypt_change change = { .handle = set->handle };
	evt_encryption_key_refresh_complete refresh = { .handle = set->handle };

	if (!link)
		return;
	/* the central's business */
	if (!link->peer)
		change.status = refresh.status = HCI_COMMAND_DISALLOWED;
	else if (!peer_encrypt(link->peer, set->key, btohs(set->diversifier), le64toh(set->random)))
		change.status = refresh.status = HCI_PIN_OR_KEY_MISSING;
	change.encrypt = !change.status;
	if (link->encrypted)
		(void)event_send(controller, EVT_ENCRYPTION_KEY_REFRESH_COMPLETE, &refresh,
				 sizeof(refresh), NULL, 0);
	else
		(void)event_send(controller, EVT_ENCRYPT_CHANGE, &change, sizeof(change), NULL, 0);
	if (change.status)
		return;
	link->encrypted = true;
	peer_encrypted(link->peer);
}

/* Answers with the handle, and finds the link of a visitor. */
static Link *key_reply(Controller *controller, const Command *command, const uint8_t *parameters)
{
	Link *link = link_find(controller, (uint16_t)(parameters[0] | parameters[1] << 8));
	uint8_t answer[3] = { HCI_NO_CONNECTION, parameters[0], parameters[1] };

	if (link && link->visitor)
		answer[0] = 0;
	command_complete(controller, command->opcode, answer, sizeof(answer));
	return answer[0] ? NULL : link;
}

static void run_key_reply(Controller *controller, const Command *command, const uint8_t *parameters)
{
	Link *link = key_reply(controller, command, parameters);

	if (link)
		central_key(link->visitor, parameters + 2);
}

static void run_key_negative_reply(Controller *controller, const Command *command,
				   const uint8_t *parameters)
{
	Link *link = key_reply(controller, command, parameters);

	if (link)
		central_key(link->visitor, NULL);
}

void link_want_key(Link *link, uint16_t diversifier, uint64_t number)
{
	struct {
		uint16_t handle;
		uint64_t number;
		uint16_t diversifier;
	} __attribute__((packed)) wanted = { htobs(link->handle), htole64(number), htobs(diversifier) };

	le_event_send(link->controller, EVT_LE_LONG_TERM_KEY_REQUEST, &wanted, sizeof(wanted));
}

void link_encrypted(Link *link)
{
	evt_encrypt_change change = { .handle = htobs(link->handle), .encrypt = 1 };
	evt_encryption_key_refresh_complete refresh = { .handle = htobs(link->handle) };

	if (link->encrypted)
		(void)event_send(link->controller, EVT_ENCRYPTION_KEY_REFRESH_COMPLETE, &refresh,
				 sizeof(refresh), NULL, 0);
	else
		(void)event_send(link->controller, EVT_ENCRYPT_CHANGE, &change, sizeof(change), NULL, 0);
	link->encrypted = true;
}

static void run_read_rssi(Controller *controller, const Command *command, const uint8_t *parameters)
{
	Link *link = link_find(controller, (uint16_t)(parameters[0] | parameters[1] << 8));
	read_rssi_rp answer = { .status = link ? 0 : HCI_NO_CONNECTION, .rssi = RSSI };

	memcpy(&answer.handle, parameters, sizeof(answer.handle));
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_read_tx_power(Controller *controller, const Command *command,
			      const uint8_t *parameters)
{
	Link *link = link_find(controller, (uint16_t)(parameters[0] | parameters[1] << 8));
	read_transmit_power_level_rp answer = { .status = link ? 0 : HCI_NO_CONNECTION };

	memcpy(&answer.handle, parameters, sizeof(answer.handle));
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_set_data_length(Controller *controller, const Command *command,
				const uint8_t *parameters)
{
	Link *link = link_find(controller, (uint16_t)(parameters[0] | parameters[1] << 8));
	struct {
		uint8_t status;
		uint16_t handle;
	} __attribute__((packed)) answer = { .status = link ? 0 : HCI_NO_CONNECTION };
	struct {
		uint16_t handle;
		DataLength length;
	} __attribute__((packed)) change = { .length = data_length };

	memcpy(&answer.handle, parameters, sizeof(answer.handle));
	change.handle = answer.handle;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
	if (link)
		le_event_send(controller, EVT_LE_DATA_LENGTH_CHANGE, &change, sizeof(change));
}

static void run_read_default_data_length(Controller *controller, const Command *command,
					 const uint8_t *parameters)
{
	struct {
		uint8_t status;
		uint16_t octets, time;
	} __attribute__((packed)) answer = { 0, htobs(DATA_PACKET_LENGTH), htobs(DATA_PACKET_TIME) };

	(void)parameters;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_write_default_data_length(Controller *controller, const Command *command,
					  const uint8_t *parameters)
{
	uint8_t status = 0;

	(void)parameters;
	command_complete(controller, command->opcode, &status, sizeof(status));
}

static void run_read_max_data_length(Controller *controller, const Command *command,
				     const uint8_t *parameters)
{
	struct {
		uint8_t status;
		DataLength length;
	} __attribute__((packed)) answer = { 0, data_length };

	(void)parameters;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

const Command link_commands[] = {
	{ OPCODE(OGF_LINK_CTL, OCF_DISCONNECT), 0, 5, 3, run_disconnect },
	{ OPCODE(OGF_LINK_CTL, OCF_READ_REMOTE_VERSION), 2, 7, 2, run_read_version },
	{ OPCODE(OGF_HOST_CTL, OCF_READ_TRANSMIT_POWER_LEVEL), 10, 2, 3, run_read_tx_power },
	{ OPCODE(OGF_STATUS_PARAM, OCF_READ_RSSI), 15, 5, 2, run_read_rssi },
	{ LE(CONN_UPDATE), 27, 2, 14, run_update },
	{ LE(READ_REMOTE_USED_FEATURES), 27, 5, 2, run_read_features },
	{ LE(START_ENCRYPTION), 28, 0, 28, run_start_encryption },
	{ LE(LTK_REPLY), 28, 1, 18, run_key_reply },
	{ LE(LTK_NEG_REPLY), 28, 2, 2, run_key_negative_reply },
	{ LE(SET_DATA_LENGTH), 33, 6, 6, run_set_data_length },
	{ LE(READ_DEFAULT_DATA_LENGTH), 33, 7, 0, run_read_default_data_length },
	{ LE(WRITE_DEFAULT_DATA_LENGTH), 34, 0, 4, run_write_default_data_length },
	{ LE(READ_MAX_DATA_LENGTH), 35, 3, 0, run_read_max_data_length },
};

const size_t n_link_commands = sizeof(link_commands) / sizeof(link_commands[0]);
