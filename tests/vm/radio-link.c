/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes over a link: ACL packets, the frames in them, and L2CAP's signalling. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/l2cap.h>

#include "radio-central.h"
#include "radio-hci.h"
#include "radio-peer.h"

#define FIRST_HANDLE 0x0040

/* signalling on LE (Core Specification, Vol 3 Part A) */
#define L2CAP_PARAMETER_UPDATE_REQUEST 0x12
#define L2CAP_PARAMETER_UPDATE_RESPONSE 0x13
#define L2CAP_CREDIT_CONNECTION_REQUEST 0x14
#define L2CAP_CREDIT_CONNECTION_RESPONSE 0x15
#define L2CAP_NO_SUCH_SPSM 0x0002

Link *link_find(const Controller *controller, uint16_t handle)
{
	for (Link *link = controller->links; link; link = link->next)
		if (link->handle == handle)
			return link;
	return NULL;
}

Link *link_new(Controller *controller, const DeviceAddress *central, const DeviceAddress *peripheral)
{
	Link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->features_due = UINT64_MAX;
	link->handle = FIRST_HANDLE;
	while (link_find(controller, link->handle))
		link->handle++;
	link->controller = controller;
	link->central = *central;
	link->peripheral = *peripheral;
	link->next = controller->links;
	controller->links = link;
	return link;
}

Link *link_free(Link *link)
{
	Link **place = &link->controller->links;

	while (*place != link)
		place = &(*place)->next;
	*place = link->next;
	if (link->peer)
		peer_leave(link->peer);
	if (link->visitor)
		central_leave(link->visitor);
	free(link);
	return NULL;
}

Link *link_close(Link *link, uint8_t reason)
{
	evt_disconn_complete complete = { .handle = htobs(link->handle), .reason = reason };

	(void)event_send(link->controller, EVT_DISCONN_COMPLETE, &complete, sizeof(complete), NULL, 0);
	return link_free(link);
}

int link_send(Link *link, uint16_t cid, const uint8_t *payload, size_t length)
{
	l2cap_hdr head = { .len = htobs(length), .cid = htobs(cid) };
	uint8_t frame[LINK_FRAME_MAX], kind = HCI_ACLDATA_PKT;
	uint16_t flags = ACL_START;
	size_t n, total = sizeof(head) + length;

	if (total > sizeof(frame))
		return -EMSGSIZE;
	memcpy(frame, &head, sizeof(head));
	memcpy(frame + sizeof(head), payload, length);
	for (size_t sent = 0; sent < total; sent += n) {
		hci_acl_hdr packet = { .handle = htobs(acl_handle_pack(link->handle, flags)) };
		struct iovec parts[] = {
			{ &kind, sizeof(kind) }, { &packet, sizeof(packet) }, { frame + sent, 0 },
		};

		n = total - sent < DATA_PACKET_LENGTH ? total - sent : DATA_PACKET_LENGTH;
		packet.dlen = htobs(n);
		parts[2].iov_len = n;
		if (writev(link->controller->fd, parts, 3) < 0)
			return -errno;
		flags = ACL_CONT;
	}
	return 0;
}

static void signal_answer(Link *link, uint8_t code, uint8_t ident, const void *data, uint8_t length)
{
	uint8_t payload[32] = { code, ident, length };

	memcpy(payload + 4, data, length);
	(void)link_send(link, CID_SIGNALLING, payload, 4U + length);
}

/* The parameters that a peripheral asks for. */
static void parameters_take(Link *link, const uint8_t *payload, size_t length)
{
	evt_le_connection_update_complete complete = { .handle = htobs(link->handle) };
	static const uint8_t accepted[2] = { 0 };
	const uint8_t *wanted = payload + L2CAP_CMD_HDR_SIZE;

	if (length < L2CAP_CMD_HDR_SIZE + 8)
		return;
	signal_answer(link, L2CAP_PARAMETER_UPDATE_RESPONSE, payload[1], accepted, sizeof(accepted));
	memcpy(&complete.interval, wanted + 2, sizeof(uint16_t));
	memcpy(&complete.latency, wanted + 4, sizeof(uint16_t));
	memcpy(&complete.supervision_timeout, wanted + 6, sizeof(uint16_t));
	le_event_send(link->controller, EVT_LE_CONN_UPDATE_COMPLETE, &complete, sizeof(complete));
}

/* A peripheral has nothing to grant: parameters are the central's business, and there are no
 * channels but the fixed ones. */
static void signal_take(Link *link, const uint8_t *payload, size_t length)
{
	static const uint8_t refusal[10] = { [8] = L2CAP_NO_SUCH_SPSM };
	static const uint8_t not_understood[2] = { 0 };

	if (length < L2CAP_CMD_HDR_SIZE)
		return;
	switch (payload[0]) {
	case L2CAP_COMMAND_REJ:
	case L2CAP_PARAMETER_UPDATE_RESPONSE:
	case L2CAP_CREDIT_CONNECTION_RESPONSE:
		break;
	case L2CAP_PARAMETER_UPDATE_REQUEST:
		if (link->visitor) {
			parameters_take(link, payload, length);
			break;
		}
		signal_answer(link, L2CAP_COMMAND_REJ, payload[1], not_understood,
			      sizeof(not_understood));
		break;
	case L2CAP_CREDIT_CONNECTION_REQUEST:
		signal_answer(link, L2CAP_CREDIT_CONNECTION_RESPONSE, payload[1], refusal,
			      sizeof(refusal));
		break;
	default:
		signal_answer(link, L2CAP_COMMAND_REJ, payload[1], not_understood,
			      sizeof(not_understood));
		break;
	}
}

static void frame_take(Link *link)
{
	const l2cap_hdr *head = (const void *)link->frame;
	const uint8_t *payload = link->frame + sizeof(*head);
	size_t length = btohs(head->len);

	link->n_frame = 0;
	if (btohs(head->cid) == CID_SIGNALLING)
		signal_take(link, payload, length);
	else if (link->peer)
		peer_take(link->peer, btohs(head->cid), payload, length);
	else
		central_take(link->visitor, btohs(head->cid), payload, length);
}

/* Puts the frame together. One that is longer than it says, or than we take, is lost. */
static void fragment_take(Link *link, bool first, const uint8_t *data, size_t length)
{
	size_t total;

	if (first)
		link->n_frame = 0;
	else if (link->n_frame == 0)
		return;
	if (length > sizeof(link->frame) - link->n_frame) {
		link->n_frame = 0;
		return;
	}
	memcpy(link->frame + link->n_frame, data, length);
	link->n_frame += length;
	if (link->n_frame < sizeof(l2cap_hdr))
		return;
	total = sizeof(l2cap_hdr) + btohs(((const l2cap_hdr *)(const void *)link->frame)->len);
	if (link->n_frame == total)
		frame_take(link);
	else if (link->n_frame > total)
		link->n_frame = 0;
}

void link_packet(Controller *controller, const uint8_t *packet, size_t length)
{
	hci_acl_hdr head;
	struct {
		uint8_t handles;
		uint16_t handle, packets;
	} __attribute__((packed)) completed = { .handles = 1, .packets = htobs(1) };
	uint16_t flags;
	Link *link;

	if (length < sizeof(head))
		return;
	memcpy(&head, packet, sizeof(head));
	flags = (uint16_t)acl_flags(btohs(head.handle));
	link = link_find(controller, acl_handle(btohs(head.handle)));
	if (!link || btohs(head.dlen) != length - sizeof(head))
		return;
	completed.handle = htobs(link->handle);
	(void)event_send(controller, EVT_NUM_COMP_PKTS, &completed, sizeof(completed), NULL, 0);
	fragment_take(link, (flags & 3) != ACL_CONT, packet + sizeof(head), length - sizeof(head));
}

void controller_supervise(Controller *controller)
{
	if ((!controller->links && !advert_is_on(&controller->advert)) || controller_powered(controller))
		return;
	advert_clear(&controller->advert);
	while (controller->links)
		link_free(controller->links);
}
