/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The HCI commands that an emulated controller knows, and its answers. */

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-advert-commands.h"
#include "radio-connect.h"
#include "radio-extended-commands.h"
#include "radio-link-commands.h"

#define DATA_PACKETS 8
#define LISTS 7	/* of commands, and their end */

/* H4 packets; the kernel takes one whole packet a write */
int event_send(Controller *controller, uint8_t event, const void *head, size_t n_head,
	       const void *tail, size_t n_tail)
{
	uint8_t start[] = { HCI_EVENT_PKT, event, (uint8_t)(n_head + n_tail) };
	struct iovec parts[] = {
		{ start, sizeof(start) },
		{ (void *)(uintptr_t)head, n_head },
		{ (void *)(uintptr_t)tail, n_tail },
	};

	return writev(controller->fd, parts, 3) < 0 ? -errno : 0;
}

void le_event_send(Controller *controller, uint8_t subevent, const void *parameters, size_t length)
{
	(void)event_send(controller, EVT_LE_META_EVENT, &subevent, sizeof(subevent), parameters, length);
}

void command_complete(Controller *controller, uint16_t opcode, const void *answer, size_t length)
{
	evt_cmd_complete head = { .ncmd = 1, .opcode = htobs(opcode) };

	(void)event_send(controller, EVT_CMD_COMPLETE, &head, sizeof(head), answer, length);
}

void command_status(Controller *controller, uint16_t opcode, uint8_t status)
{
	evt_cmd_status head = { .status = status, .ncmd = 1, .opcode = htobs(opcode) };

	(void)event_send(controller, EVT_CMD_STATUS, &head, sizeof(head), NULL, 0);
}

static void run_accept(Controller *controller, const Command *command, const uint8_t *parameters)
{
	uint8_t status = 0;

	(void)parameters;
	command_complete(controller, command->opcode, &status, sizeof(status));
}

static void controller_reset(Controller *controller)
{
	while (controller->links)
		link_free(controller->links);
	controller->scanning = controller->active = controller->filter_wanted = false;
	controller->accept_list_only = controller->initiating = controller->extended_reports = false;
	controller->n_accept_list = controller->n_seen = 0;
	advert_clear(&controller->advert);
}

static void run_reset(Controller *controller, const Command *command, const uint8_t *parameters)
{
	controller_reset(controller);
	run_accept(controller, command, parameters);
}

static void run_read_version(Controller *controller, const Command *command,
			     const uint8_t *parameters)
{
	/* Bluetooth 4.2: the last one without extended advertising; 1521 is the Linux Foundation */
	read_local_version_rp answer = { .hci_ver = 8, .lmp_ver = 8, .manufacturer = htobs(1521) };

	(void)parameters;
	if (controller->advert.n_sets)
		answer.hci_ver = answer.lmp_ver = 9;	/* 5.0 */
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_read_features(Controller *controller, const Command *command,
			      const uint8_t *parameters)
{
	/* LE supported, BR/EDR not supported */
	read_local_features_rp answer = { .features = { [4] = 0x60 } };

	(void)parameters;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_read_buffer_size(Controller *controller, const Command *command,
				 const uint8_t *parameters)
{
	read_buffer_size_rp answer = {
		.acl_mtu = htobs(DATA_PACKET_LENGTH),
		.acl_max_pkt = htobs(DATA_PACKETS),
	};

	(void)parameters;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_read_address(Controller *controller, const Command *command,
			     const uint8_t *parameters)
{
	read_bd_addr_rp answer = { .bdaddr = controller->address };

	(void)parameters;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_le_read_buffer_size(Controller *controller, const Command *command,
				    const uint8_t *parameters)
{
	le_read_buffer_size_rp answer = {
		.pkt_len = htobs(DATA_PACKET_LENGTH),
		.max_pkt = DATA_PACKETS,
	};

	(void)parameters;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_le_read_features(Controller *controller, const Command *command,
				 const uint8_t *parameters)
{
	/* encryption, features exchange by a peripheral, data packet length extension */
	le_read_local_supported_features_rp answer = { .features = { 0x29 } };

	(void)parameters;
	if (controller->advert.n_sets)
		answer.features[1] |= 0x10;	/* extended advertising */
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_le_read_tx_power(Controller *controller, const Command *command,
				 const uint8_t *parameters)
{
	le_read_advertising_channel_tx_power_rp answer = { .status = 0 };

	(void)parameters;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_le_read_states(Controller *controller, const Command *command,
			       const uint8_t *parameters)
{
	le_read_supported_states_rp answer = { .states = htobll(0x3ffffffffffULL) };

	(void)parameters;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_le_rand(Controller *controller, const Command *command, const uint8_t *parameters)
{
	le_rand_rp answer = { .status = 0 };

	(void)parameters;
	if (getrandom(&answer.random, sizeof(answer.random), 0) < 0)
		answer.status = HCI_HARDWARE_FAILURE;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_le_scan_parameters(Controller *controller, const Command *command,
				   const uint8_t *parameters)
{
	const le_set_scan_parameters_cp *set = (const void *)parameters;
	uint8_t status = controller->scanning ? HCI_COMMAND_DISALLOWED : 0;

	if (!status) {
		controller->active = set->type == 1;
		controller->accept_list_only = set->filter & 1;
	}
	command_complete(controller, command->opcode, &status, sizeof(status));
}

static void run_le_scan_enable(Controller *controller, const Command *command,
			       const uint8_t *parameters)
{
	const le_set_scan_enable_cp *set = (const void *)parameters;

	controller->scanning = set->enable;
	controller->extended_reports = false;
	controller->filter_wanted = set->enable && set->filter_dup;
	controller->n_seen = 0;
	run_accept(controller, command, parameters);
}

static void run_le_accept_list_size(Controller *controller, const Command *command,
				    const uint8_t *parameters)
{
	le_read_white_list_size_rp answer = { .size = ACCEPT_LIST_MAX };

	(void)parameters;
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

static void run_le_accept_list_clear(Controller *controller, const Command *command,
				     const uint8_t *parameters)
{
	controller->n_accept_list = 0;
	run_accept(controller, command, parameters);
}

size_t accept_list_find(const Controller *controller, const DeviceAddress *device)
{
	size_t i;

	for (i = 0; i < controller->n_accept_list; i++)
		if (device_address_equal(&controller->accept_list[i], device))
			break;
	return i;
}

static void run_le_accept_list_add(Controller *controller, const Command *command,
				   const uint8_t *parameters)
{
	uint8_t status = 0;
	DeviceAddress device;

	memcpy(&device, parameters, sizeof(device));
	if (accept_list_find(controller, &device) == controller->n_accept_list) {
		if (controller->n_accept_list == ACCEPT_LIST_MAX)
			status = HCI_MEMORY_FULL;
		else
			controller->accept_list[controller->n_accept_list++] = device;
	}
	command_complete(controller, command->opcode, &status, sizeof(status));
}

static void run_le_accept_list_remove(Controller *controller, const Command *command,
				      const uint8_t *parameters)
{
	size_t i;
	DeviceAddress device;

	memcpy(&device, parameters, sizeof(device));
	i = accept_list_find(controller, &device);
	if (i < controller->n_accept_list)
		controller->accept_list[i] = controller->accept_list[--controller->n_accept_list];
	run_accept(controller, command, parameters);
}

typedef struct CommandList {
	const Command *first;
	size_t n;
} CommandList;

static void run_read_commands(Controller *controller, const Command *command,
			      const uint8_t *parameters);

static const Command commands[] = {
	{ OPCODE(OGF_HOST_CTL, OCF_SET_EVENT_MASK), 5, 6, 8, run_accept },
	{ OPCODE(OGF_HOST_CTL, OCF_RESET), 5, 7, 0, run_reset },
	{ OPCODE(OGF_INFO_PARAM, OCF_READ_LOCAL_VERSION), 14, 3, 0, run_read_version },
	{ OPCODE(OGF_INFO_PARAM, OCF_READ_LOCAL_COMMANDS), 14, 4, 0, run_read_commands },
	{ OPCODE(OGF_INFO_PARAM, OCF_READ_LOCAL_FEATURES), 14, 5, 0, run_read_features },
	{ OPCODE(OGF_INFO_PARAM, OCF_READ_BUFFER_SIZE), 14, 7, 0, run_read_buffer_size },
	{ OPCODE(OGF_INFO_PARAM, OCF_READ_BD_ADDR), 15, 1, 0, run_read_address },
	{ LE(SET_EVENT_MASK), 25, 0, 8, run_accept },
	{ LE(READ_BUFFER_SIZE), 25, 1, 0, run_le_read_buffer_size },
	{ LE(READ_LOCAL_SUPPORTED_FEATURES), 25, 2, 0, run_le_read_features },
	{ LE(READ_ADVERTISING_CHANNEL_TX_POWER), 25, 6, 0, run_le_read_tx_power },
	{ LE(SET_SCAN_PARAMETERS), 26, 2, 7, run_le_scan_parameters },
	{ LE(SET_SCAN_ENABLE), 26, 3, 2, run_le_scan_enable },
	{ LE(READ_WHITE_LIST_SIZE), 26, 6, 0, run_le_accept_list_size },
	{ LE(CLEAR_WHITE_LIST), 26, 7, 0, run_le_accept_list_clear },
	{ LE(ADD_DEVICE_TO_WHITE_LIST), 27, 0, 7, run_le_accept_list_add },
	{ LE(REMOVE_DEVICE_FROM_WHITE_LIST), 27, 1, 7, run_le_accept_list_remove },
	{ LE(SET_HOST_CHANNEL_CLASSIFICATION), 27, 3, 5, run_accept },
	{ LE(RAND), 27, 7, 0, run_le_rand },
	{ LE(READ_SUPPORTED_STATES), 28, 3, 0, run_le_read_states },
};

/* All that this controller knows: lists, the last one without commands. */
static void command_lists(const Controller *controller, CommandList ret[LISTS])
{
	bool sets = controller->advert.n_sets > 0;

	ret[0] = (CommandList){ commands, sizeof(commands) / sizeof(commands[0]) };
	ret[1] = (CommandList){ connect_commands, n_connect_commands };
	ret[2] = (CommandList){ link_commands, n_link_commands };
	ret[3] = (CommandList){ advert_commands, n_advert_commands };
	ret[4] = (CommandList){ advert_set_commands, sets ? n_advert_set_commands : 0 };
	ret[5] = (CommandList){ extended_commands, sets ? n_extended_commands : 0 };
	ret[6] = (CommandList){ NULL, 0 };
}

/* The command with that opcode, NULL if there is none. */
static const Command *command_find(const Controller *controller, uint16_t opcode)
{
	CommandList lists[LISTS];

	command_lists(controller, lists);
	for (const CommandList *list = lists; list->first; list++)
		for (size_t i = 0; i < list->n; i++)
			if (list->first[i].opcode == opcode)
				return &list->first[i];
	return NULL;
}

static void run_read_commands(Controller *controller, const Command *command,
			      const uint8_t *parameters)
{
	read_local_commands_rp answer = { .status = 0 };
	CommandList lists[LISTS];

	(void)parameters;
	command_lists(controller, lists);
	for (const CommandList *list = lists; list->first; list++)
		for (size_t i = 0; i < list->n; i++)
			answer.commands[list->first[i].octet] |= (uint8_t)(1U << list->first[i].bit);
	command_complete(controller, command->opcode, &answer, sizeof(answer));
}

void command_run(Controller *controller, uint16_t opcode, const uint8_t *parameters, size_t length)
{
	const Command *command = command_find(controller, opcode);

	if (!command)
		command_status(controller, opcode, HCI_UNKNOWN_COMMAND);
	else if (length < command->parameters)
		command_status(controller, opcode, HCI_INVALID_PARAMETERS);
	else
		command->run(controller, command, parameters);
}
