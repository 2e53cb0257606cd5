/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a device advertises, as a group of the file: as much as bluetoothd's advertisement has room for. */
#include <string.h>

#include "client/describe.h"
#include "client/text.h"
#include "ctl/clone/file.h"
#include "meaning/decode.h"

#define FLAGS_SIZE 3
#define NAME_BYTES_MAX 29	/* in the scan response, which has nothing else */
#define FLAGS_DISCOVERABLE 0x03
#define APPEARANCE_NONE 0xffff

typedef struct Advertised {
	GString *comments;
	GString *services;	/* lists; empty: none */
	GString *manufacturers;
	GString *service_data;
	GString *name;
	bool name_complete;
	bool has_appearance;
	unsigned appearance;
	bool tx_power;
	bool has_flags;
	bool discoverable;
	size_t length;		/* of the structures, without the name's */
	unsigned widths;	/* of the UUID lists that are there, as a mask */
} Advertised;

static void leave_out(Advertised *all, const Decoded *decoded, const char *why)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const FactWriter writer = { .text = text };

	describe_structure(&writer, decoded);
	clone_append_comment(all->comments, "Left out, %s: type 0x%02x: %s", why, decoded->field.type,
			     text->str);
}

/* Takes room for so many bytes. False: there is not so much left. */
static bool take_room(Advertised *all, size_t length)
{
	if (all->length + length > AD_LEGACY_MAX)
		return false;
	all->length += length;
	return true;
}

static void append_item(GString *list, const char *item)
{
	g_string_append_printf(list, "%s%s", list->len > 0 ? ";" : "", item);
}

static bool has_item(const GString *list, const char *item)
{
	g_auto(GStrv) items = g_strsplit(list->str, ";", -1);

	return g_strv_contains((const char *const *)items, item);
}

/* The UUID in the form that has its width on air. */
static char *uuid_word(const Uuid *uuid)
{
	char buffer[UUID_STRING_SIZE];
	uint8_t air[16];
	uint32_t number;

	if (uuid_to_air(uuid, air) < 16 && uuid_short(uuid, &number))
		return g_strdup_printf(number <= UINT16_MAX ? "%04x" : "%08x", number);
	return g_strdup(uuid_format(uuid, buffer));
}

static void add_services(Advertised *all, const Decoded *decoded)
{
	size_t position = 0;
	Uuid uuid;

	while (ad_field_next_uuid(&decoded->field, &position, &uuid)) {
		g_autofree char *word = uuid_word(&uuid);
		uint8_t air[16];
		const size_t width = uuid_to_air(&uuid, air);
		const size_t room = width + (all->widths & width ? 0 : 2);

		if (has_item(all->services, word))
			continue;
		if (!take_room(all, room)) {
			clone_append_comment(all->comments, "Left out, there is no room: service %s", word);
			continue;
		}
		all->widths |= (unsigned)width;
		append_item(all->services, word);
	}
}

static bool has_key(const GString *list, const char *key)
{
	g_auto(GStrv) items = g_strsplit(list->str, ";", -1);
	const size_t length = strlen(key);

	for (char **item = items; *item; item++)
		if (strncmp(*item, key, length) == 0 && (*item)[length] == ':')
			return true;
	return false;
}

/* Data of a company or a service, under a key that may stand once. */
static void add_data(Advertised *all, GString *list, const char *key, const Decoded *decoded)
{
	g_autoptr(GString) item = g_string_new(key);

	g_string_append_c(item, ':');
	text_append_hex(item, decoded->rest, decoded->rest_length);
	if (has_item(list, item->str))
		return;
	if (decoded->rest_length == 0)
		leave_out(all, decoded, "bluetoothd sends none without data");
	else if (has_key(list, key))
		leave_out(all, decoded, "there is other data under that key already");
	else if (!take_room(all, 2u + decoded->field.length))
		leave_out(all, decoded, "there is no room");
	else
		append_item(list, item->str);
}

static void add_name(Advertised *all, const Decoded *decoded)
{
	const bool complete = decoded->field.type == AD_NAME;
	const char *text = (const char *)decoded->rest;
	const size_t length = decoded->rest_length;

	if (length == 0 || (all->name->len > 0 && all->name_complete >= complete))
		return;
	if (length > NAME_BYTES_MAX || !ad_name_is_text(decoded->rest, length)) {
		leave_out(all, decoded, length > NAME_BYTES_MAX ? "it is too long" : "it is not valid UTF-8");
		return;
	}
	g_string_truncate(all->name, 0);
	g_string_append_len(all->name, text, (gssize)length);
	all->name_complete = complete;
}

static void add_appearance(Advertised *all, const Decoded *decoded)
{
	if (all->has_appearance)
		return;
	if (decoded->number == APPEARANCE_NONE || !take_room(all, 4)) {
		leave_out(all, decoded, decoded->number == APPEARANCE_NONE ? "bluetoothd takes it for none" :
									     "there is no room");
		return;
	}
	all->has_appearance = true;
	all->appearance = decoded->number;
}

static void add_structure(Advertised *all, const AdField *field)
{
	g_autofree char *key = NULL;
	Decoded decoded;

	decode_field(field, &decoded);
	switch (decoded.kind) {
	case DECODED_FLAGS:
		all->has_flags = true;
		all->discoverable |= (decoded.number & FLAGS_DISCOVERABLE) != 0;
		return;
	case DECODED_NAME:
		add_name(all, &decoded);
		return;
	case DECODED_APPEARANCE:
		add_appearance(all, &decoded);
		return;
	case DECODED_TX_POWER:
		all->tx_power = all->tx_power || take_room(all, 3);
		return;
	case DECODED_MANUFACTURER:
		key = g_strdup_printf("0x%04x", decoded.number);
		add_data(all, all->manufacturers, key, &decoded);
		return;
	case DECODED_SERVICE_DATA:
		key = uuid_word(&decoded.uuid);
		add_data(all, all->service_data, key, &decoded);
		return;
	case DECODED_UUIDS:
		if (field->type >= AD_UUID16_PART && field->type <= AD_UUID128) {
			add_services(all, &decoded);
			return;
		}
		break;
	default:
		break;
	}
	leave_out(all, &decoded, "the file has no key for it");
}

static void add_structures(Advertised *all, const uint8_t *data, size_t length)
{
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, data, length);
	while (ad_iter_next(&iter, &field))
		add_structure(all, &field);
}

/* A value as g_key_file_get_string() reads it. */
static void append_escaped(GString *out, const char *text)
{
	for (const char *at = text; *at; at++) {
		const char *escape = *at == '\\' ? "\\\\" : *at == '\n' ? "\\n" : *at == '\r' ? "\\r" :
				     *at == '\t' ? "\\t" : *at == ' ' ? "\\s" : NULL;

		/* blanks are only lost at the beginning */
		if (escape && (*at != ' ' || at == text))
			g_string_append(out, escape);
		else
			g_string_append_c(out, *at);
	}
}

static void append_list(GString *out, const char *key, const GString *list)
{
	if (list->len > 0)
		g_string_append_printf(out, "%s=%s\n", key, list->str);
}

static void advertised_clear(Advertised *all)
{
	g_string_free(all->comments, TRUE);
	g_string_free(all->services, TRUE);
	g_string_free(all->manufacturers, TRUE);
	g_string_free(all->service_data, TRUE);
	g_string_free(all->name, TRUE);
}

/* How it advertises. What BlueZ lets nobody choose is a comment. */
static void append_params(GString *out, const CloneHeard *heard)
{
	if (heard->connectable)
		g_string_append(out, "AdvType=connectable\n");
	if (g_strcmp0(heard->addr_type, "public") == 0)
		g_string_append(out, "OwnAddrType=public\n");
	else if (heard->addr_type)
		clone_append_comment(out,
				     "OwnAddrType=%s: left out, BlueZ sends from the radio's own address",
				     heard->addr_type);
}

void clone_append_advertisement(GString *out, const CloneHeard *heard)
{
	CLEANUP(advertised_clear) Advertised all = {
		.comments = g_string_new(NULL),
		.services = g_string_new(NULL),
		.manufacturers = g_string_new(NULL),
		.service_data = g_string_new(NULL),
		.name = g_string_new(NULL),
		.length = FLAGS_SIZE,
	};

	add_structures(&all, heard->data, heard->length);
	add_structures(&all, heard->response, heard->response_length);
	if (heard->length + heard->response_length == 0)
		clone_append_comment(out, "What it advertises was not heard.");
	g_string_append(out, all.comments->str);
	g_string_append(out, "[Advertisement]\n");
	if (all.name->len > 0) {
		g_string_append(out, "Name=");
		append_escaped(out, all.name->str);
		g_string_append_c(out, '\n');
	}
	append_list(out, "Services", all.services);
	append_list(out, "Manufacturer", all.manufacturers);
	append_list(out, "ServiceData", all.service_data);
	if (all.has_appearance)
		g_string_append_printf(out, "Appearance=0x%04x\n", all.appearance);
	if (all.tx_power)
		g_string_append(out, "TxPower=true\n");
	if (all.has_flags && !all.discoverable)
		g_string_append(out, "Discoverable=false\n");
	append_params(out, heard);
}
