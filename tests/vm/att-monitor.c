/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads ATT PDUs from the kernel's HCI monitor channel. */
#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "att-monitor.h"

#define MONITOR_HEADER 6 /* opcode, index, length: the kernel's net/bluetooth/hci_mon.h */
#define MONITOR_ACL_SENT 4
#define MONITOR_ACL_RECEIVED 5
#define L2CAP_HEADER 4
#define ATT_CID 4
#define ACL_CONTINUES 1
#define BUFFER (16 * 1024 * 1024) /* bytes that may wait for us, with what the kernel adds to each packet */

struct AttMonitor {
	int fd;
	GPtrArray *pdus[2]; /* received, sent */
};

static unsigned int number_at(const uint8_t *bytes)
{
	return bytes[0] | (unsigned int)bytes[1] << 8;
}

AttMonitor *att_monitor_new(void)
{
	const struct sockaddr_hci address = {
		.hci_family = AF_BLUETOOTH, .hci_dev = HCI_DEV_NONE, .hci_channel = HCI_CHANNEL_MONITOR
	};
	int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, BTPROTO_HCI), size = BUFFER;
	AttMonitor *monitor;

	if (fd < 0)
		return NULL;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return NULL;
	}
	monitor = g_new0(AttMonitor, 1);
	monitor->fd = fd;
	for (int i = 0; i < 2; i++)
		monitor->pdus[i] = g_ptr_array_new_with_free_func(g_free);
	return monitor;
}

AttMonitor *att_monitor_free(AttMonitor *monitor)
{
	if (!monitor)
		return NULL;
	for (int i = 0; i < 2; i++)
		g_ptr_array_unref(monitor->pdus[i]);
	close(monitor->fd);
	g_free(monitor);
	return NULL;
}

/* Of a PDU in several ACL packets only the beginning is kept. */
static void take_packet(AttMonitor *monitor, const uint8_t *packet, size_t length)
{
	const uint8_t *acl = packet + MONITOR_HEADER, *l2cap = acl + HCI_ACL_HDR_SIZE;
	unsigned int opcode;
	GString *hex;

	if (length <= MONITOR_HEADER + HCI_ACL_HDR_SIZE + L2CAP_HEADER)
		return;
	opcode = number_at(packet);
	if (opcode != MONITOR_ACL_SENT && opcode != MONITOR_ACL_RECEIVED)
		return;
	if ((number_at(acl) >> 12 & 3) == ACL_CONTINUES || number_at(l2cap + 2) != ATT_CID)
		return;
	hex = g_string_new(NULL);
	for (const uint8_t *at = l2cap + L2CAP_HEADER; at < packet + length; at++)
		g_string_append_printf(hex, "%02x", *at);
	g_ptr_array_add(monitor->pdus[opcode == MONITOR_ACL_SENT], g_string_free(hex, FALSE));
}

GPtrArray *att_monitor_take(AttMonitor *monitor, bool sent)
{
	uint8_t packet[MONITOR_HEADER + HCI_MAX_FRAME_SIZE];
	GPtrArray *taken;
	ssize_t n;

	while ((n = recv(monitor->fd, packet, sizeof(packet), 0)) > 0)
		take_packet(monitor, packet, (size_t)n);
	taken = monitor->pdus[sent];
	monitor->pdus[sent] = g_ptr_array_new_with_free_func(g_free);
	return taken;
}

unsigned int att_count(const GPtrArray *pdus, const char *begin)
{
	unsigned int n = 0;

	for (guint i = 0; i < pdus->len; i++)
		n += g_str_has_prefix(g_ptr_array_index(pdus, i), begin);
	return n;
}
