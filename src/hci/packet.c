/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking packets of the HCI monitor channel apart. Formats: Core Specification Vol 4 Part E 7.7.65.2, .11 and
 * .13. */
#include "hci/packet.h"

#include <endian.h>
#include <string.h>

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "meaning/ad.h"

#define ADDRESS_ANONYMOUS 0xff

/* Bits of an extended report's event type. */
#define TYPE_CONNECTABLE 0x01
#define TYPE_SCANNABLE 0x02
#define TYPE_DIRECTED 0x04
#define TYPE_SCAN_RESPONSE 0x08
#define TYPE_LEGACY 0x10
#define TYPE_STATUS 0x60
#define TYPE_STATUS_SHIFT 5

typedef struct DirectedReport {
	uint8_t type;
	uint8_t address_type;
	bdaddr_t address;
	uint8_t direct_type;
	bdaddr_t direct;
	int8_t rssi;
} __attribute__((packed)) DirectedReport;

typedef struct ExtendedReport {
	uint16_t type;
	uint8_t address_type;
	bdaddr_t address;
	uint8_t primary_phy;
	uint8_t secondary_phy;
	uint8_t sid;
	int8_t tx_power;
	int8_t rssi;
	uint16_t periodic_interval;
	uint8_t direct_type;
	bdaddr_t direct;
	uint8_t length;
} __attribute__((packed)) ExtendedReport;

typedef enum Taken {
	TAKEN,
	TAKEN_IMPOSSIBLE,	/* no advertiser can have sent this report; the next one follows */
	TAKEN_CUT,		/* the packet ends within the report */
} Taken;

static uint16_t le16_at(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

/* The next bytes, or NULL where there are not that many. */
static const uint8_t *take(PacketIter *iter, size_t length)
{
	const uint8_t *at = iter->at;

	if ((size_t)(iter->end - at) < length)
		return NULL;
	iter->at += length;
	return at;
}

static bool take_head(PacketIter *iter, void *ret, size_t size)
{
	const uint8_t *bytes = take(iter, size);

	if (!bytes)
		return false;
	memcpy(ret, bytes, size);
	return true;
}

static void set_address(Addr *addr, uint8_t type, const bdaddr_t *address)
{
	addr->type = type;
	for (size_t i = 0; i < sizeof(addr->bytes); i++)
		addr->bytes[i] = address->b[sizeof(addr->bytes) - 1 - i];
}

static Taken take_legacy(PacketIter *iter, PacketReport *report)
{
	ReportInfo *info = &report->info;
	const uint8_t *data, *rssi;
	le_advertising_info head;

	if (!take_head(iter, &head, LE_ADVERTISING_INFO_SIZE))
		return TAKEN_CUT;
	data = take(iter, head.length);
	rssi = data ? take(iter, 1) : NULL;
	if (!rssi)
		return TAKEN_CUT;
	if (head.bdaddr_type > ADDR_RANDOM_RPA || head.length > AD_LEGACY_MAX)
		return TAKEN_IMPOSSIBLE;

	report->event_type = head.evt_type;
	set_address(&info->addr, head.bdaddr_type, &head.bdaddr);
	info->adv_type = head.evt_type <= ADV_SCAN_RESPONSE ? head.evt_type : ADV_UNKNOWN;
	info->rssi = (int8_t)*rssi;
	info->data = data;
	info->length = head.length;
	return TAKEN;
}

static Taken take_directed(PacketIter *iter, PacketReport *report)
{
	ReportInfo *info = &report->info;
	DirectedReport head;

	if (!take_head(iter, &head, sizeof(head)))
		return TAKEN_CUT;
	if (head.address_type > ADDR_RANDOM_RPA)
		return TAKEN_IMPOSSIBLE;

	report->event_type = head.type;
	set_address(&info->addr, head.address_type, &head.address);
	info->adv_type = ADV_CONNECTABLE_DIRECTED;
	info->rssi = head.rssi;
	return TAKEN;
}

static AdvType type_of(uint16_t bits)
{
	if (bits & TYPE_SCAN_RESPONSE)
		return ADV_SCAN_RESPONSE;
	if (bits & TYPE_CONNECTABLE)
		return bits & TYPE_DIRECTED ? ADV_CONNECTABLE_DIRECTED : ADV_CONNECTABLE;
	return bits & TYPE_SCANNABLE ? ADV_SCANNABLE : ADV_NON_CONNECTABLE;
}

static Taken take_extended(PacketIter *iter, PacketReport *report)
{
	ReportInfo *info = &report->info;
	ExtendedReport head;
	const uint8_t *data;
	uint16_t type;
	unsigned status;

	if (!take_head(iter, &head, sizeof(head)))
		return TAKEN_CUT;
	data = take(iter, head.length);
	if (!data)
		return TAKEN_CUT;
	type = le16toh(head.type);
	if ((head.address_type > ADDR_RANDOM_RPA && head.address_type != ADDRESS_ANONYMOUS) ||
	    (type & TYPE_LEGACY && head.length > AD_LEGACY_MAX))
		return TAKEN_IMPOSSIBLE;

	report->event_type = (uint16_t)(type & ~TYPE_STATUS);
	status = (type & TYPE_STATUS) >> TYPE_STATUS_SHIFT;
	report->status = status < DATA_TRUNCATED ? (DataStatus)status : DATA_TRUNCATED;
	if (head.address_type != ADDRESS_ANONYMOUS)
		set_address(&info->addr, head.address_type, &head.address);
	info->adv_type = type_of(type);
	info->rssi = head.rssi;
	info->tx_power = head.tx_power;
	info->primary_phy = head.primary_phy;
	info->secondary_phy = head.secondary_phy;
	info->sid = head.sid;
	info->extended = !(type & TYPE_LEGACY);
	info->truncated = report->status == DATA_TRUNCATED;
	info->data = data;
	info->length = head.length;
	return TAKEN;
}

bool packet_iter_init(PacketIter *iter, const uint8_t *packet, size_t length)
{
	const uint8_t *parameters;
	size_t told;

	if (length < PACKET_HEADER + HCI_EVENT_HDR_SIZE + 2 || le16_at(packet) != PACKET_OPCODE_EVENT ||
	    packet[PACKET_HEADER] != EVT_LE_META_EVENT)
		return false;

	/* the shortest of three lengths counts: the packet's size, its header's length, the event's length */
	length -= PACKET_HEADER;
	told = le16_at(packet + 4);
	if (told < length)
		length = told;
	told = HCI_EVENT_HDR_SIZE + (size_t)packet[PACKET_HEADER + 1];
	if (told < length)
		length = told;
	if (length < HCI_EVENT_HDR_SIZE + 2)
		return false;
	parameters = packet + PACKET_HEADER + HCI_EVENT_HDR_SIZE;
	if (parameters[0] != EVT_LE_ADVERTISING_REPORT &&
	    parameters[0] != SUBEVENT_DIRECTED_ADVERTISING_REPORT &&
	    parameters[0] != SUBEVENT_EXTENDED_ADVERTISING_REPORT)
		return false;

	*iter = (PacketIter) {
		.at = parameters + 2,
		.end = packet + PACKET_HEADER + length,
		.index = le16_at(packet + 2),
		.subevent = parameters[0],
		.left = parameters[1],
	};
	return true;
}

static Taken take_report(PacketIter *iter, PacketReport *ret)
{
	switch (iter->subevent) {
	case SUBEVENT_EXTENDED_ADVERTISING_REPORT:
		return take_extended(iter, ret);
	case SUBEVENT_DIRECTED_ADVERTISING_REPORT:
		return take_directed(iter, ret);
	default:
		return take_legacy(iter, ret);
	}
}

bool packet_iter_next(PacketIter *iter, PacketReport *ret)
{
	while (iter->left > 0) {
		PacketReport report = {
			.index = iter->index,
			.info = { .tx_power = TX_POWER_UNKNOWN, .sid = SID_NONE },
		};
		Taken taken = take_report(iter, &report);

		iter->left = taken == TAKEN_CUT ? 0 : iter->left - 1;
		if (taken == TAKEN) {
			*ret = report;
			return true;
		}
		iter->malformed++;
	}
	return false;
}
