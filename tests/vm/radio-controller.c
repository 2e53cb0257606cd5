/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An emulated controller: its life on /dev/vhci, and the reports it hands to the host. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-advert-commands.h"
#include "radio-extended-commands.h"

int controller_process(Controller *controller)
{
	uint8_t packet[1 + HCI_MAX_FRAME_SIZE];
	hci_command_hdr head;
	ssize_t n;

	for (;;) {
		n = read(controller->fd, packet, sizeof(packet));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (n == 0)
			return -ENODEV;
		if (packet[0] == HCI_ACLDATA_PKT)
			link_packet(controller, packet + 1, (size_t)n - 1);
		if (packet[0] != HCI_COMMAND_PKT || n < 1 + HCI_COMMAND_HDR_SIZE)
			continue;
		memcpy(&head, packet + 1, sizeof(head));
		command_run(controller, btohs(head.opcode), packet + 1 + HCI_COMMAND_HDR_SIZE,
			    (size_t)n - 1 - HCI_COMMAND_HDR_SIZE);
	}
}

/* true when this scan has reported it already */
static bool seen_before(Controller *controller, const Report *report)
{
	uint64_t key = report->addr | (uint64_t)report->random << 48 | (uint64_t)report->type << 56;

	for (size_t i = 0; i < controller->n_seen; i++)
		if (controller->seen[i] == key)
			return true;
	if (controller->n_seen < SEEN_MAX)
		controller->seen[controller->n_seen++] = key;
	return false;
}

size_t report_pack(const Report *report, uint8_t *ret)
{
	le_advertising_info info = {
		.evt_type = report->type,
		.bdaddr_type = report->random,
		.bdaddr = device_address(report->addr, report->random).address,
		.length = report->len,
	};
	size_t n = LE_ADVERTISING_INFO_SIZE;

	memcpy(ret, &info, n);
	memcpy(ret + n, report->data, report->len);
	n += report->len;
	ret[n++] = (uint8_t)report->rssi;
	return n;
}

static int report_send(Controller *controller, const Report *report)
{
	uint8_t parameters[2 + LE_ADVERTISING_INFO_SIZE + REPORT_DATA_MAX + 1] = {
		EVT_LE_ADVERTISING_REPORT, 1 /* one report */
	};
	size_t n = report_pack(report, parameters + 2);

	return event_send(controller, EVT_LE_META_EVENT, parameters, 2 + n, NULL, 0);
}

/* What became of an event: 1 where the host got it. */
static int count_sent(Controller *controller, int error)
{
	/* the host has closed the device, which it need not tell the controller */
	if (error == -ENXIO || error == -ENETDOWN)
		return 0;
	if (error < 0)
		return error;
	controller->sent++;
	return 1;
}

int controller_report(Controller *controller, const Report *report)
{
	DeviceAddress device = device_address(report->addr, report->random);
	int r;

	if (!controller->scanning)
		return 0;
	if (controller->accept_list_only &&
	    accept_list_find(controller, &device) == controller->n_accept_list)
		return 0;
	if (controller->filter_duplicates && controller->filter_wanted &&
	    seen_before(controller, report))
		return 0;

	r = controller->extended_reports ? extended_report_send(controller, report) :
					   report_send(controller, report);
	return count_sent(controller, r);
}

int controller_event(Controller *controller, const uint8_t *parameters, size_t length)
{
	int r;

	if (!controller->scanning)
		return 0;
	r = count_sent(controller, event_send(controller, EVT_LE_META_EVENT, parameters, length, NULL, 0));
	if (r > 0 && length > 1 && parameters[0] == EVT_LE_ADVERTISING_REPORT)
		controller->sent += parameters[1] - 1U;
	return r;
}

bool controller_powered(const Controller *controller)
{
	struct hci_dev_info info = { .dev_id = (uint16_t)controller->index };

	return ioctl(controller->control_fd, HCIGETDEVINFO, &info) >= 0 &&
	       (info.flags & 1U << HCI_UP);
}

/* the kernel makes the device on request, and answers with its number */
static int controller_plug(Controller *controller)
{
	static const uint8_t request[] = { HCI_VENDOR_PKT, 0 };
	uint8_t reply[4];
	ssize_t n;

	controller->fd = open("/dev/vhci", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (controller->fd < 0)
		return -errno;
	controller->control_fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC, BTPROTO_HCI);
	if (controller->control_fd < 0)
		return -errno;
	if (write(controller->fd, request, sizeof(request)) < 0)
		return -errno;
	n = read(controller->fd, reply, sizeof(reply));
	if (n < 0)
		return -errno;
	if (n != sizeof(reply) || reply[0] != HCI_VENDOR_PKT)
		return -EPROTO;
	controller->index = reply[2] | reply[3] << 8;
	return 0;
}

int controller_new(Controller **ret, Air *air, uint64_t addr, bool filter_duplicates, uint8_t n_sets)
{
	Controller *controller = calloc(1, sizeof(*controller));
	int r;

	if (!controller)
		return -ENOMEM;
	controller->air = air;
	controller->addr = addr;
	controller->address = device_address(addr, false).address;
	controller->fd = controller->control_fd = -1;
	controller->filter_duplicates = filter_duplicates;
	controller->advert.n_sets = n_sets;
	controller->seen = calloc(SEEN_MAX, sizeof(*controller->seen));
	r = controller->seen ? controller_plug(controller) : -ENOMEM;
	if (r < 0) {
		controller_free(controller);
		return r;
	}
	*ret = controller;
	return 0;
}

Controller *controller_free(Controller *controller)
{
	if (!controller)
		return NULL;
	if (controller->source)
		g_source_remove(controller->source);
	while (controller->links)
		link_free(controller->links);
	if (controller->fd >= 0)
		close(controller->fd);
	if (controller->control_fd >= 0)
		close(controller->control_fd);
	airtimes_clear(&controller->advert.airtimes);
	free(controller->seen);
	free(controller);
	return NULL;
}

Air *controller_air(const Controller *controller)
{
	return controller->air;
}

uint64_t controller_addr(const Controller *controller)
{
	return controller->addr;
}

void controller_watch(Controller *controller, unsigned int source)
{
	controller->source = source;
}

int controller_fd(const Controller *controller)
{
	return controller->fd;
}

unsigned int controller_index(const Controller *controller)
{
	return (unsigned int)controller->index;
}

uint64_t controller_sent(const Controller *controller)
{
	return controller->sent;
}

Advert *controller_advert(Controller *controller)
{
	return &controller->advert;
}

uint64_t controller_run(Controller *controller, uint64_t now)
{
	return advert_run(controller, now);
}

bool controller_scanning(const Controller *controller)
{
	return controller->scanning;
}

bool controller_scanning_actively(const Controller *controller)
{
	return controller->scanning && controller->active;
}

bool controller_filter_wanted(const Controller *controller)
{
	return controller->filter_wanted;
}
