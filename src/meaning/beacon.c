/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Beacon formats. iBeacon: Apple, "Proximity Beacon Specification". Eddystone: Google, "Eddystone Protocol
 * Specification", frames UID, URL, TLM (plain and encrypted), EID. All numbers in them are big-endian.
 */
#include "meaning/beacon.h"

#include <stdio.h>
#include <string.h>

#define URL_BYTES_MAX 17

static const char *const kinds[] = {
	[BEACON_IBEACON] = "iBeacon",
	[BEACON_UID] = "Eddystone UID",
	[BEACON_URL] = "Eddystone URL",
	[BEACON_TLM] = "Eddystone TLM",
	[BEACON_TLM_ENCRYPTED] = "Eddystone encrypted TLM",
	[BEACON_EID] = "Eddystone EID",
};

static const char *const url_schemes[] = { "http://www.", "https://www.", "http://", "https://" };

static const char *const url_endings[] = {
	".com/", ".org/", ".edu/", ".net/", ".info/", ".biz/", ".gov/",
	".com", ".org", ".edu", ".net", ".info", ".biz", ".gov",
};

static uint16_t be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t be32(const uint8_t *at)
{
	return (uint32_t)be16(at) << 16 | be16(at + 2);
}

bool beacon_from_manufacturer(uint16_t company, const uint8_t *data, size_t length, Beacon *ret)
{
	*ret = (Beacon){ .kind = BEACON_NONE };
	if (company != BEACON_COMPANY_APPLE || length < 23 || data[0] != 0x02 || data[1] != 0x15)
		return false;

	uuid_from_bytes(data + 2, 16, &ret->uuid);
	ret->major = be16(data + 18);
	ret->minor = be16(data + 20);
	ret->power = (int8_t)data[22];
	ret->kind = BEACON_IBEACON;
	return true;
}

static bool read_url(const uint8_t *data, size_t length, Beacon *ret)
{
	size_t used;

	if (length < 3 || data[2] >= ARRAY_SIZE(url_schemes) || length - 3 > URL_BYTES_MAX)
		return false;

	used = (size_t)snprintf(ret->url, sizeof(ret->url), "%s", url_schemes[data[2]]);
	for (size_t i = 3; i < length; i++) {
		char *at = ret->url + used;
		size_t room = sizeof(ret->url) - used;

		if (data[i] < ARRAY_SIZE(url_endings))
			used += (size_t)snprintf(at, room, "%s", url_endings[data[i]]);
		else if (data[i] > 0x20 && data[i] < 0x7f)
			used += (size_t)snprintf(at, room, "%c", data[i]);
		else
			used += (size_t)snprintf(at, room, "%%%02X", data[i]);
	}
	ret->power = (int8_t)data[1];
	ret->kind = BEACON_URL;
	return true;
}

static bool read_tlm(const uint8_t *data, size_t length, Beacon *ret)
{
	if (length >= 18 && data[1] == 0x01) {
		memcpy(ret->id, data + 2, 12);
		ret->kind = BEACON_TLM_ENCRYPTED;
		return true;
	}
	if (length < 14 || data[1] != 0x00)
		return false;

	ret->millivolts = be16(data + 2);
	ret->temperature = (int16_t)be16(data + 4);
	ret->has_temperature = ret->temperature != INT16_MIN;
	ret->advertisements = be32(data + 6);
	ret->uptime = be32(data + 10);
	ret->kind = BEACON_TLM;
	return true;
}

bool beacon_from_service(const Uuid *uuid, const uint8_t *data, size_t length, Beacon *ret)
{
	uint32_t number;

	*ret = (Beacon){ .kind = BEACON_NONE };
	if (!uuid_short(uuid, &number) || number != BEACON_UUID_EDDYSTONE || length < 2)
		return false;

	switch (data[0]) {
	case 0x00:
		if (length < 18)
			return false;
		ret->power = (int8_t)data[1];
		memcpy(ret->id, data + 2, 16);
		ret->kind = BEACON_UID;
		return true;
	case 0x10:
		return read_url(data, length, ret);
	case 0x20:
		return read_tlm(data, length, ret);
	case 0x30:
		if (length < 10)
			return false;
		ret->power = (int8_t)data[1];
		memcpy(ret->id, data + 2, 8);
		ret->kind = BEACON_EID;
		return true;
	default:
		return false;
	}
}

const char *beacon_name(BeaconKind kind)
{
	return kinds[kind];
}
