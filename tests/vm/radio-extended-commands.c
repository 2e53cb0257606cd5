/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extended scanning and connecting. Only the 1M PHY is here, and only legacy advertisements are. */

#include <string.h>

#include "radio-connect.h"
#include "radio-extended-commands.h"

/* not in <bluetooth/hci.h> */
#define OCF_LE_SET_EXTENDED_SCAN_PARAMETERS 0x0041
#define OCF_LE_SET_EXTENDED_SCAN_ENABLE 0x0042
#define OCF_LE_EXTENDED_CREATE_CONN 0x0043
#define EVT_LE_EXTENDED_ADVERTISING_REPORT 0x0d
#define PHY_1M 0x01
#define SID_NONE 0xff
#define POWER_UNKNOWN 127

typedef struct ScanParameters {
	uint8_t own_type, filter, phys;
	struct {
		uint8_t type;
		uint16_t interval, window;
	} __attribute__((packed)) phy[1];	/* of the 1M PHY, which comes first */
} __attribute__((packed)) ScanParameters;

typedef struct CreateConnection {
	uint8_t filter, own_type, peer_type;
	bdaddr_t peer;
	uint8_t phys;
	struct {
		uint16_t interval, window, min_interval, max_interval, latency, supervision_timeout;
		uint16_t min_length, max_length;
	} __attribute__((packed)) phy[1];
} __attribute__((packed)) CreateConnection;

typedef struct ExtendedReport {
	uint8_t subevent, n;
	uint16_t type;
	uint8_t address_type;
	bdaddr_t address;
	uint8_t phy, second_phy, sid;
	int8_t power, rssi;
	uint16_t periodic_interval;
	uint8_t direct_type;
	bdaddr_t direct;
	uint8_t length;
	uint8_t data[REPORT_DATA_MAX];
} __attribute__((packed)) ExtendedReport;

static void run_scan_parameters(Controller *controller, const Command *command, const uint8_t *parameters)
{
	const ScanParameters *set = (const void *)parameters;
	uint8_t status = 0;

	if (controller->scanning)
		status = HCI_COMMAND_DISALLOWED;
	else if (!(set->phys & PHY_1M))
		status = HCI_INVALID_PARAMETERS;
	if (!status) {
		controller->active = set->phy[0].type == 1;
		controller->accept_list_only = set->filter & 1;
	}
	command_complete(controller, command->opcode, &status, sizeof(status));
}

static void run_scan_enable(Controller *controller, const Command *command, const uint8_t *parameters)
{
	uint8_t status = 0;

	controller->scanning = parameters[0];
	controller->filter_wanted = parameters[0] && parameters[1];
	controller->n_seen = 0;
	controller->extended_reports = true;
	command_complete(controller, command->opcode, &status, sizeof(status));
}

static void run_create_connection(Controller *controller, const Command *command, const uint8_t *parameters)
{
	const CreateConnection *set = (const void *)parameters;
	le_create_connection_cp legacy = {
		.initiator_filter = set->filter,
		.peer_bdaddr_type = set->peer_type,
		.peer_bdaddr = set->peer,
		.own_bdaddr_type = set->own_type,
		.min_interval = set->phy[0].min_interval,
		.max_interval = set->phy[0].max_interval,
		.latency = set->phy[0].latency,
		.supervision_timeout = set->phy[0].supervision_timeout,
	};

	if (set->phys & PHY_1M)
		initiation_begin(controller, command, &legacy, true);
	else
		command_status(controller, command->opcode, HCI_INVALID_PARAMETERS);
}

int extended_report_send(Controller *controller, const Report *report)
{
	/* a scan response does not tell which kind of advertisement it belongs to; connectable is usual */
	static const uint16_t types[] = { 0x0013, 0x0015, 0x0012, 0x0010, 0x001b };
	ExtendedReport extended = {
		.subevent = EVT_LE_EXTENDED_ADVERTISING_REPORT,
		.n = 1,
		.type = htobs(types[report->type]),
		.address_type = report->random,
		.address = device_address(report->addr, report->random).address,
		.phy = PHY_1M,
		.sid = SID_NONE,
		.power = POWER_UNKNOWN,
		.rssi = report->rssi,
		.length = report->len,
	};

	memcpy(extended.data, report->data, report->len);
	return event_send(controller, EVT_LE_META_EVENT, &extended,
			  sizeof(extended) - REPORT_DATA_MAX + report->len, NULL, 0);
}

const Command extended_commands[] = {
	{ LE(SET_EXTENDED_SCAN_PARAMETERS), 37, 5, sizeof(ScanParameters), run_scan_parameters },
	{ LE(SET_EXTENDED_SCAN_ENABLE), 37, 6, 6, run_scan_enable },
	{ LE(EXTENDED_CREATE_CONN), 37, 7, sizeof(CreateConnection), run_create_connection },
};

const size_t n_extended_commands = sizeof(extended_commands) / sizeof(extended_commands[0]);
