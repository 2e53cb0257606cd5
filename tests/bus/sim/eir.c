/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AD structures of one report, taken apart as bluetoothd does it. */
#include <ctype.h>
#include <string.h>

#include <glib.h>

#include "eir.h"

/* AD types by the Bluetooth SIG's Assigned Numbers, section 2.3 */
enum {
	AD_FLAGS = 0x01,
	AD_UUID16_SOME = 0x02,
	AD_UUID16_ALL = 0x03,
	AD_UUID32_SOME = 0x04,
	AD_UUID32_ALL = 0x05,
	AD_UUID128_SOME = 0x06,
	AD_UUID128_ALL = 0x07,
	AD_NAME_SHORT = 0x08,
	AD_NAME_COMPLETE = 0x09,
	AD_TX_POWER = 0x0a,
	AD_CLASS = 0x0d,
	AD_SSP_HASH = 0x0e,
	AD_SSP_RANDOMIZER = 0x0f,
	AD_DEVICE_ID = 0x10,
	AD_SERVICE_DATA16 = 0x16,
	AD_APPEARANCE = 0x19,
	AD_SERVICE_DATA32 = 0x20,
	AD_SERVICE_DATA128 = 0x21,
	AD_MANUFACTURER = 0xff,
};

static void uuid_format(char *ret, const uint8_t *le, size_t len)
{
	static const uint8_t base[16] = { 0xfb, 0x34, 0x9b, 0x5f, 0x80, 0x00, 0x00, 0x80,
					  0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 };
	static const char digits[] = "0123456789abcdef";
	uint8_t full[16];
	char *at = ret;

	memcpy(full, base, sizeof(full));
	memcpy(len == 16 ? full : full + 12, le, len);

	for (int i = 15; i >= 0; i--) {
		*at++ = digits[full[i] >> 4];
		*at++ = digits[full[i] & 15];
		if (i == 12 || i == 10 || i == 8 || i == 6)
			*at++ = '-';
	}
	*at = '\0';
}

static void eir_add_uuids(Eir *eir, const uint8_t *data, size_t len, size_t width)
{
	for (; len >= width && eir->n_uuids < G_N_ELEMENTS(eir->uuids); data += width, len -= width)
		uuid_format(eir->uuids[eir->n_uuids++], data, width);
}

static void eir_add_service(Eir *eir, const uint8_t *data, size_t len, size_t width)
{
	EirPart *part;

	if (len < width || eir->n_services == EIR_PARTS_MAX)
		return;

	part = &eir->services[eir->n_services++];
	uuid_format(part->uuid, data, width);
	part->data = data + width;
	part->len = (uint8_t)(len - width);
}

static void eir_add_part(EirPart *parts, size_t *n, uint16_t id, const uint8_t *data, size_t len)
{
	if (*n == EIR_PARTS_MAX)
		return;

	parts[*n].id = id;
	parts[*n].data = data;
	parts[*n].len = (uint8_t)len;
	(*n)++;
}

/* A name that is no UTF-8 is taken for ASCII, with a blank for each byte that is not. */
static void eir_set_name(Eir *eir, const uint8_t *data, size_t len, bool complete)
{
	while (len > 0 && data[len - 1] == '\0')
		len--;
	len = MIN(len, EIR_NAME_MAX);

	memset(eir->name, 0, sizeof(eir->name));
	memcpy(eir->name, data, len);
	if (!g_utf8_validate((const char *)data, (gssize)len, NULL)) {
		for (char *at = eir->name; *at != '\0'; at++)
			if (!isascii((unsigned char)*at))
				*at = ' ';
		g_strstrip(eir->name);
	}
	eir->has_name = true;
	eir->name_complete = complete;
}

static void eir_take(Eir *eir, uint8_t type, const uint8_t *data, size_t len)
{
	switch (type) {
	case AD_FLAGS:
		if (len > 0)
			eir->flags = data[0];
		break;
	case AD_UUID16_SOME:
	case AD_UUID16_ALL:
		eir_add_uuids(eir, data, len, 2);
		break;
	case AD_UUID32_SOME:
	case AD_UUID32_ALL:
		eir_add_uuids(eir, data, len, 4);
		break;
	case AD_UUID128_SOME:
	case AD_UUID128_ALL:
		eir_add_uuids(eir, data, len, 16);
		break;
	case AD_NAME_SHORT:
	case AD_NAME_COMPLETE:
		eir_set_name(eir, data, len, type == AD_NAME_COMPLETE);
		break;
	case AD_TX_POWER:
		if (len >= 1)
			eir->tx_power = (int8_t)data[0];
		break;
	case AD_CLASS:
		if (len >= 3)
			eir->class = (uint32_t)(data[0] | data[1] << 8 | data[2] << 16);
		break;
	case AD_APPEARANCE:
		if (len >= 2)
			eir->appearance = (uint16_t)(data[0] | data[1] << 8);
		break;
	case AD_SSP_HASH:
	case AD_SSP_RANDOMIZER:
	case AD_DEVICE_ID:
		break;
	case AD_SERVICE_DATA16:
		eir_add_service(eir, data, len, 2);
		break;
	case AD_SERVICE_DATA32:
		eir_add_service(eir, data, len, 4);
		break;
	case AD_SERVICE_DATA128:
		eir_add_service(eir, data, len, 16);
		break;
	case AD_MANUFACTURER:
		if (len >= 2)
			eir_add_part(eir->manufacturers, &eir->n_manufacturers,
				     (uint16_t)(data[0] | data[1] << 8), data + 2, len - 2);
		break;
	default:
		eir_add_part(eir->others, &eir->n_others, type, data, len);
		break;
	}
}

void eir_parse(Eir *eir, const uint8_t *data, size_t len)
{
	size_t at = 0;

	eir->flags = 0;
	eir->tx_power = EIR_TX_POWER_NONE;
	eir->appearance = 0;
	eir->class = 0;
	eir->has_name = eir->name_complete = false;
	eir->n_uuids = eir->n_manufacturers = eir->n_services = eir->n_others = 0;

	while (at + 1 < len && data[at] != 0) {
		size_t field = data[at];

		if (at + 1 + field > len)
			break;
		eir_take(eir, data[at + 1], data + at + 2, field - 1);
		at += 1 + field;
	}
}
