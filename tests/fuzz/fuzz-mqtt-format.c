/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any datagram as messages of every format: what is published is valid, and goes where it belongs. */
#include <json-c/json.h>
#include <string.h>

#include "fuzz.h"
#include "meaning/ad.h"
#include "mqtt/format.h"
#include "mqtt/topic.h"

static FormatContext context = { .prefix = "bb/site", .gateway = "gw1", .radio = "C8:25:2D:8E:9C:2C" };

/* JSON, and nothing behind it. */
static void check_json(const GString *payload)
{
	json_tokener *tokener = json_tokener_new();
	g_autofree char *ascii = g_strdup(payload->str);

	/* where it is strict, json-c 0.18 takes bytes above ASCII for control characters */
	for (char *at = ascii; *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = 'x';
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	json_object_put(json_tokener_parse_ex(tokener, ascii, (int)payload->len + 1));
	PROMISE(json_tokener_get_error(tokener) == json_tokener_success);
	PROMISE(json_tokener_get_parse_end(tokener) == payload->len);
	json_tokener_free(tokener);
}

/* An object. Free with json_object_put. */
static json_object *parse(const GString *payload)
{
	json_object *object;

	PROMISE(strlen(payload->str) == payload->len);
	PROMISE(g_utf8_validate(payload->str, (gssize)payload->len, NULL));
	for (const char *at = payload->str; *at; at++)
		PROMISE((unsigned char)*at >= 0x20 && *at != 0x7f);
	check_json(payload);
	object = json_tokener_parse(payload->str);
	PROMISE(json_object_is_type(object, json_type_object));
	return object;
}

static const char *text_of(json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

/* start, and behind it the report's address if it belongs there */
static void check_topic(const GString *topic, const char *start, const char *address)
{
	g_autofree char *wanted = g_strconcat(start, address, NULL);

	PROMISE(topic_is_publishable(topic->str, topic->len));
	PROMISE(strcmp(topic->str, wanted) == 0);
}

/* All the bytes are there, in hex of either case. */
static void check_data(json_object *object, const Heard *heard, const char *digits)
{
	const char *hex = text_of(object, "data");

	PROMISE(strlen(hex) == 2 * (size_t)heard->report.length);
	for (size_t i = 0; i < heard->report.length; i++) {
		PROMISE(hex[2 * i] == digits[heard->report.data[i] >> 4]);
		PROMISE(hex[2 * i + 1] == digits[heard->report.data[i] & 15]);
	}
}

static void check_texts(const Heard *heard, const char *address, GString *topic, GString *payload)
{
	json_object *object;

	format_json(&context, heard, topic, payload);
	check_topic(topic, "bb/site/gw1/report/", address);
	object = parse(payload);
	check_data(object, heard, "0123456789abcdef");
	PROMISE(strcmp(text_of(object, "address"), address) == 0);
	PROMISE(json_object_get_uint64(json_object_object_get(object, "sequence")) == heard->sequence);
	json_object_put(object);

	format_ruuvi(&context, heard, heard->unix_us, topic, payload);
	check_topic(topic, "ruuvi/C8:25:2D:8E:9C:2C/", address);
	object = parse(payload);
	check_data(object, heard, "0123456789ABCDEF");
	json_object_put(object);

	for (unsigned i = 0; format_theengs(&context, heard, i, topic, payload); i++) {
		PROMISE(i <= heard->report.length / 4U);
		check_topic(topic, "home/gw1/BTtoMQTT/undecoded", NULL);
		object = parse(payload);
		PROMISE(strcmp(text_of(object, "id"), address) == 0);
		json_object_put(object);
	}
}

/* What is in the message is what was heard. */
static void check_binary(FormatBinary *binary, const Heard *heard)
{
	bb_stream_report found;
	bb_stream_iter iter;

	format_binary_restart(binary);
	PROMISE(format_binary_add(binary, heard, 0));
	PROMISE(bb_stream_open(binary->payload->data, binary->payload->len, &iter) == 0);
	PROMISE(iter.lost == heard->lost && heard->report.time + (uint64_t)iter.to_unix == heard->unix_us);
	PROMISE(bb_stream_next(&iter, &found) == 1 && iter.left == 0);
	PROMISE(found.time == heard->report.time && found.sequence == heard->sequence);
	PROMISE(memcmp(found.address, heard->report.address, 6) == 0);
	PROMISE(found.addr_type == heard->report.addr_type && found.adv_type == heard->report.adv_type);
	PROMISE(found.rssi == heard->report.rssi && found.tx_power == heard->report.tx_power);
	PROMISE(found.primary_phy == heard->report.primary_phy);
	PROMISE(found.secondary_phy == heard->report.secondary_phy);
	PROMISE(found.sid == heard->report.sid && found.flags == heard->report.flags);
	PROMISE(found.length == heard->report.length);
	PROMISE(found.length == 0 || memcmp(found.data, heard->report.data, found.length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	GString *topic, *payload;
	FormatBinary binary;
	bb_stream_iter iter;
	Heard heard = { 0 };

	if (bb_stream_open(data, size, &iter) < 0)
		return 0;
	context.names = device_names_new(2);
	format_binary_init(&binary);
	topic = g_string_new(NULL);
	payload = g_string_new(NULL);
	while (bb_stream_next(&iter, &heard.report) > 0) {
		char address[ADDR_STRING_SIZE];
		Addr addr;

		memcpy(addr.bytes, heard.report.address, sizeof(addr.bytes));
		addr_format(&addr, address);
		heard.unix_us = heard.report.time + (uint64_t)iter.to_unix;
		heard.sequence = heard.report.sequence;
		heard.lost = iter.lost;
		device_names_learn(context.names, &addr, heard.report.data, heard.report.length);
		check_texts(&heard, address, topic, payload);
		check_binary(&binary, &heard);
	}
	g_string_free(topic, TRUE);
	g_string_free(payload, TRUE);
	format_binary_clear(&binary);
	device_names_free(context.names);
	return 0;
}
