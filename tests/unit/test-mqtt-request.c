/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands say, as JSON of ours and OpenMQTTGateway's; where their answers go, and what is in them. */
#include <errno.h>
#include <string.h>

#include "mqtt/answer.h"
#include "mqtt/json-input.h"
#include "mqtt/omg.h"
#include "mqtt/replay.h"
#include "mqtt/request.h"
#include "mqtt/route.h"
#include "unit.h"

#define MAC "\"address\":\"AA:BB:CC:DD:EE:FF\""

static int parse(Request *request, const char *text, Reason *reason)
{
	*reason = (Reason){ "" };
	return request_parse(request, text, strlen(text), reason);
}

START_TEST(test_good)
{
	Reason reason;
	Request request;

	ck_assert_int_eq(
		parse(&request,
		      "{\"command\":\"write\",\"requester\":\"node-red.1\"," MAC ",\"timeout\":20,"
		      "\"service\":\"180d\",\"uuid\":\"2A39\",\"value\":\"01 ff\",\"write_type\":\"command\","
		      "\"response_topic\":\"site/answers\",\"correlation\":\"7\"}",
		      &reason),
		0);
	ck_assert_int_eq(request.kind, REQUEST_WRITE);
	ck_assert_str_eq(request.requester, "node-red.1");
	ck_assert_int_eq(request.addr.bytes[5], 0xff);
	ck_assert_uint_eq(request.timeout_seconds, 20);
	ck_assert(request.attr.has_service && request.attr.has_uuid && !request.attr.has_descriptor);
	ck_assert_uint_eq(request.value_length, 2);
	ck_assert_mem_eq(request.value, "\x01\xff", 2);
	ck_assert_str_eq(request.write_type, "command");
	ck_assert_str_eq(request.response_topic, "site/answers");
	ck_assert_str_eq(request.correlation, "7");
	ck_assert(request_is_of_device(&request));
	request_clear(&request);

	ck_assert_int_eq(parse(&request,
			       "{\"command\":\"notify\"," MAC
			       ",\"handle\":\"0x0014\",\"auto_reconnect\":true}",
			       &reason),
			 0);
	ck_assert(request.on && request.auto_reconnect);
	ck_assert_uint_eq(request.attr.handle, 0x14);
	request_clear(&request);
	ck_assert_int_eq(parse(&request,
			       "{\"command\":\"read\"," MAC ",\"handle\":20,\"address_type\":\"random\"}",
			       &reason),
			 0);
	ck_assert_uint_eq(request.attr.handle, 20);
	ck_assert_int_eq(request.addr_type, ADDR_RANDOM);
	request_clear(&request);
	ck_assert_int_eq(parse(&request, "{\"command\":\"pair\"," MAC ",\"passkey\":0}", &reason), 0);
	ck_assert_int_eq(request.passkey, 0);
	request_clear(&request);
}
END_TEST

/* Each format gives the bytes that it stands for. */
START_TEST(test_values)
{
	static const struct {
		const char *words;
		const char *bytes;
		size_t length;
	} rows[] = {
		{ "\"value\":\"\"", "", 0 },
		{ "\"value\":\"0x00ff\"", "\0\xff", 2 },
		{ "\"format\":\"text\",\"value\":\"\\u00e4b\"", "\303\244b", 3 },
		{ "\"format\":\"text\",\"value\":\"\303\244\\\\\303\244\"", "\303\244\\\303\244", 5 },
		{ "\"format\":\"text\",\"value\":\"\342\202\254\360\235\204\236\"",
		  "\342\202\254\360\235\204\236", 7 },
		{ "\"format\":\"u16\",\"value\":513", "\1\2", 2 },
		{ "\"value\":-2,\"format\":\"i32\"", "\xfe\xff\xff\xff", 4 },
		{ "\"format\":\"u8\",\"value\":\"1, 2 0x10\"", "\1\2\x10", 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autofree char *text = g_strdup_printf(
			"{\"command\":\"write\"," MAC ",\"uuid\":\"2a39\",%s}", rows[i].words);
		Reason reason;
		Request request;

		ck_assert_msg(parse(&request, text, &reason) == 0, "row %zu: %s", i, reason.text);
		ck_assert_uint_eq(request.value_length, rows[i].length);
		ck_assert(memcmp(request.value, rows[i].bytes, rows[i].length) == 0);
		request_clear(&request);
	}
}
END_TEST

/* What is wrong, and what has to be named. */
static const struct {
	const char *text;
	const char *says;
} wrong[] = {
	{ "", "not text in UTF-8" },
	{ "{", "not JSON: it ends too early" },
	{ "{\"command\":\"renew\"}x", "not JSON" },
	{ "{'command':'renew'}", "not JSON" },
	{ "{\"command\":\"renew\",}", "not JSON" },
	{ "/* */{\"command\":\"renew\"}", "not JSON" },
	{ "[]", "not an object" },
	{ "7", "not JSON" },
	{ "\"renew\"", "not an object" },
	{ "{}", "command: is missing" },
	{ "{\"command\":\"reboot\"}", "command: \"reboot\" is not connect, disconnect" },
	{ "{\"command\":3}", "command: 3 is not connect" },
	{ "{\"command\":\"renew\",\"command\":\"scan\"}", "command: is there twice" },
	{ "{\"command\":\"renew\",\"comm\\u0061nd\":\"scan\"}", "\"comm\\u0061nd\" is no key that is known" },
	{ "{\"command\":\"renew\",\"Command\":\"scan\"}", "\"Command\" is no key that is known" },
	{ "{\"command\":\"renew\"," MAC "}", "address: is not for \"renew\"" },
	{ "{\"command\":\"read\",\"requester\":\"a\",\"uuid\":\"2a39\"}", "address: is missing" },
	{ "{\"command\":\"read\",\"address\":\"AA:BB:CC:DD:EE\",\"uuid\":\"2a39\"}",
	  "address: \"AA:BB:CC:DD:EE\" is not an address" },
	{ "{\"command\":\"read\",\"address\":null,\"uuid\":\"2a39\"}", "address: null is not an address" },
	{ "{\"command\":\"read\"," MAC "}", "uuid: is missing, and so is handle" },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"heart\"}", "uuid: \"heart\" is not a UUID" },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"handle\":3}", "handle: says all" },
	{ "{\"command\":\"read\"," MAC ",\"handle\":0}", "handle: 0 is not a handle" },
	{ "{\"command\":\"read\"," MAC ",\"handle\":65536}", "handle: 65536 is not" },
	{ "{\"command\":\"read\"," MAC ",\"handle\":\"0x12345\"}", "handle: \"0x12345\" is not" },
	{ "{\"command\":\"read\"," MAC ",\"handle\":1.5}", "handle: 1.5 is not" },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"value\":\"00\"}", "value: is not for \"read\"" },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"format\":\"float\"}",
	  "format: \"float\" is not a format (hex" },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"timeout\":0}",
	  "timeout: 0 is not a number of seconds (1 to 300)" },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"timeout\":301}", "timeout: 301 is not" },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"timeout\":\"5\"}", "timeout: \"5\" is not" },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"timeout\":1e400}", "timeout: " },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"timeout\":99999999999999999999}", " is not " },	/* some json-c say: JSON */
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"requester\":\"a/b\"}",
	  "requester: \"a/b\" is not 1 to 32 letters" },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"requester\":\"\"}", "requester: \"\" is not" },
	{ "{\"command\":\"read\"," MAC ",\"uuid\":\"2a39\",\"requester\":\"a\\u0000\"}", "requester: " },
	{ "{\"command\":\"renew\",\"requester\":\"123456789012345678901234567890123\"}", "requester: " },
	{ "{\"command\":\"renew\",\"response_topic\":\"a/#\"}", "response_topic: \"a/#\" is not a topic" },
	{ "{\"command\":\"renew\",\"correlation\":7}", "correlation: 7 is not a text" },
	{ "{\"command\":\"write\"," MAC ",\"uuid\":\"2a39\"}", "value: is missing" },
	{ "{\"command\":\"write\"," MAC ",\"uuid\":\"2a39\",\"value\":\"0g\"}",
	  "value: half a byte at character 1" },
	{ "{\"command\":\"write\"," MAC ",\"uuid\":\"2a39\",\"value\":7}", "value: 7 is not a string" },
	{ "{\"command\":\"write\"," MAC ",\"uuid\":\"2a39\",\"value\":256,\"format\":\"u8\"}",
	  "value: \"256\" is not u8" },
	{ "{\"command\":\"write\"," MAC ",\"uuid\":\"2a39\",\"value\":\"a\\u0000b\",\"format\":\"text\"}",
	  "value: " },
	{ "{\"command\":\"write\"," MAC ",\"uuid\":\"2a39\",\"value\":{\"a\":1}}", "value: " },
	{ "{\"command\":\"write\"," MAC ",\"uuid\":\"2a39\",\"value\":\"\",\"write_type\":\"fast\"}",
	  "write_type: \"fast\" is not" },
	{ "{\"command\":\"notify\"," MAC ",\"uuid\":\"2a39\",\"on\":1}", "on: 1 is not true or false" },
	{ "{\"command\":\"notify\"," MAC ",\"uuid\":\"2a39\",\"descriptor\":\"2902\"}",
	  "descriptor: is not for \"notify\"" },
	{ "{\"command\":\"notify\"," MAC ",\"uuid\":\"2a39\",\"on\":false,\"auto_reconnect\":true}",
	  "auto_reconnect: not with" },
	{ "{\"command\":\"pair\"," MAC ",\"passkey\":1000000}", "passkey: 1000000 is not a number from 0" },
	{ "{\"command\":\"pair\"," MAC ",\"passkey\":-1}", "passkey: -1 is not" },
	{ "{\"command\":\"connect\"," MAC ",\"address_type\":\"static\"}",
	  "address_type: \"static\" is not" },
	{ "{\"command\":\"scan\",\"name\":\"a\\nActive=1\"}", "name: " },
	{ "{\"command\":\"renew\",\"correlation\":\"\\\303\251\"}", "not JSON: " },
	{ "{\"command\":\"renew\",\303\251}", "not JSON: " },
	{ "{\"command\":\"scan\",\"addresses\":[[]]}", "addresses: " },
	{ "{\"command\":\"scan\",\"addresses\":[[[[[[]]]]]]}", "not JSON: nesting too deep" },
};

START_TEST(test_wrong)
{
	Reason reason;
	Request request;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		ck_assert_msg(parse(&request, wrong[i].text, &reason) == E_INVALID_ARGUMENTS, "%s",
			      wrong[i].text);
		ck_assert_msg(strstr(reason.text, wrong[i].says), "%s: %s", wrong[i].text, reason.text);
		ck_assert(g_utf8_validate(reason.text, -1, NULL));
		request_clear(&request);
	}
}
END_TEST

/* Bytes that no string of C holds, and too many of them. */
START_TEST(test_raw)
{
	static const char nul[] = "{\"command\":\"renew\"}\0", latin[] = "{\"command\":\"\344\"}";
	g_autofree char *longest = g_strnfill(JSON_INPUT_MAX + 1, ' ');
	Request request;
	Reason reason;

	ck_assert_int_eq(request_parse(&request, nul, sizeof(nul), &reason), E_INVALID_ARGUMENTS);
	request_clear(&request);
	ck_assert_int_eq(request_parse(&request, latin, sizeof(latin) - 1, &reason), E_INVALID_ARGUMENTS);
	request_clear(&request);
	memcpy(longest, nul, strlen(nul));
	ck_assert_int_eq(request_parse(&request, longest, JSON_INPUT_MAX, &reason), 0);
	request_clear(&request);
	ck_assert_int_eq(request_parse(&request, longest, JSON_INPUT_MAX + 1, &reason), E_INVALID_ARGUMENTS);
	ck_assert(strstr(reason.text, "16385 bytes"));
	request_clear(&request);
}
END_TEST

/* Whoever asked wrongly is told, where he wanted to be told. */
START_TEST(test_wrong_is_routed)
{
	Reason reason;
	Request request;

	ck_assert_int_eq(
		parse(&request,
		      "{\"command\":\"read\",\"address\":7,\"requester\":\"me\","
		      "\"response_topic\":\"my/answers\","
		      "\"correlation\":\"c\",\"zzz\":1}",
		      &reason),
		E_INVALID_ARGUMENTS);
	ck_assert_str_eq(request.response_topic, "my/answers");
	ck_assert_str_eq(request.correlation, "c");
	ck_assert_str_eq(request.requester, "me");
	ck_assert(strstr(reason.text, "address: 7 is not"));
	ck_assert(!request_is_of_device(&request));
	request_clear(&request);
}
END_TEST

START_TEST(test_scan)
{
	Reason reason;
	Request request;

	ck_assert_int_eq(parse(&request, "{\"command\":\"scan\"}", &reason), 0);
	ck_assert_ptr_null(request.scan);
	request_clear(&request);
	ck_assert_int_eq(
		parse(&request,
		      "{\"command\":\"scan\",\"rssi\":-70,\"active\":true,\"uuids\":[\"180d\",\"fcd2\"],"
		      "\"name\":\" a\\\\*\"}",
		      &reason),
		0);
	ck_assert_str_eq(request.scan, "Active=1\nUuids=180d fcd2\nName=\\sa\\\\*\nRssi=-70\n");
	request_clear(&request);
}
END_TEST

/* --- OpenMQTTGateway --- */

#define OMG_READ                                                                                             \
	"\"ble_read_address\":\"AA:BB:CC:DD:EE:FF\",\"ble_read_service\":\"180f\",\"ble_read_char\":\"2a19\""
#define OMG_WRITE                                                                                            \
	"\"ble_write_address\":\"AA:BB:CC:DD:EE:FF\",\"ble_write_service\":\"180f\",\"ble_write_char\":\"2a19\""

static int parse_omg(Request *request, const char *text, Reason *reason)
{
	*reason = (Reason){ "" };
	return omg_parse(request, text, strlen(text), reason);
}

static void assert_json(json_object *object, const char *text)
{
	ck_assert_str_eq(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN), text);
	json_object_put(object);
}

START_TEST(test_omg_write)
{
	static const struct {
		const char *words;
		const char *bytes;
		size_t length;
	} rows[] = {
		{ "\"ble_write_value\":\"TEST\",\"value_type\":\"STRING\",\"ttl\":4,\"immediate\":true",
		  "TEST", 4 },
		{ "\"ble_write_value\":\"TEST\"", "TEST", 4 },
		{ "\"ble_write_value\":\"570101\",\"value_type\":\"hex\"", "\x57\1\1", 3 },
		{ "\"ble_write_value\":\"-2\",\"value_type\":\"INT\"", "\xfe\xff\xff\xff", 4 },
		{ "\"ble_write_value\":513,\"value_type\":\"INT\"", "\1\2\0\0", 4 },
		{ "\"ble_write_value\":\"1.5\",\"value_type\":\"FLOAT\",\"mac_type\":1",
		  "\0\0\0\0\0\0\xf8\x3f", 8 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autofree char *text = g_strdup_printf("{" OMG_WRITE ",%s}", rows[i].words);
		Reason reason;
		Request request;

		ck_assert_msg(parse_omg(&request, text, &reason) == 0, "row %zu: %s", i, reason.text);
		ck_assert_int_eq(request.kind, REQUEST_WRITE);
		ck_assert_uint_eq(request.value_length, rows[i].length);
		ck_assert_mem_eq(request.value, rows[i].bytes, rows[i].length);
		ck_assert_uint_eq(request.attempts, i == 0 ? 4 : 1);
		ck_assert_int_eq(request.addr_type, i == 5 ? ADDR_RANDOM : -1);
		if (i == 0)
			assert_json(
				omg_answer(&request, NULL, NULL, NULL, 0),
				"{\"id\":\"AA:BB:CC:DD:EE:FF\",\"service\":\"180f\",\"characteristic\":\"2a19\","
				"\"write\":\"TEST\",\"success\":true}");
		request_clear(&request);
	}
}
END_TEST

START_TEST(test_omg_read)
{
	static const struct {
		const char *type;
		const char *bytes;
		size_t length;
		const char *told;
	} rows[] = {
		{ "STRING", "ab\0c", 4, "\"read\":\"ab\",\"success\":true" },
		{ "STRING", "\377", 1, "\"read\":\"\357\277\275\",\"success\":true" },
		{ "HEX", "\x0a\xff", 2, "\"read\":\"0aff\",\"success\":true" },
		{ "INT", "\xfe\xff\xff\xff", 4, "\"read\":-2,\"success\":true" },
		{ "INT", "\x64", 1, "\"read\":100,\"success\":true" },
		{ "FLOAT", "\0\0\0\0\0\0\xf8\x3f", 8, "\"read\":1.5,\"success\":true" },
		{ "FLOAT", "\0\0\xc0\x3f", 4, "\"read\":1.5,\"success\":true" },
		{ "FLOAT", "\0\0\x80\x7f", 4, "\"success\":false,\"error\":\"Failed\"," }, /* infinite */
		{ "FLOAT", "\1", 1, "\"success\":false,\"error\":\"Failed\"," },
		{ "INT", "", 0, "\"success\":false,\"error\":\"Failed\"," },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		g_autofree char *text = g_strdup_printf("{" OMG_READ ",\"value_type\":\"%s\"}", rows[i].type);
		Reason reason;
		Request request;
		json_object *answer;
		const char *told;

		ck_assert_int_eq(parse_omg(&request, text, &reason), 0);
		ck_assert_int_eq(request.kind, REQUEST_READ);
		answer = omg_answer(&request, NULL, NULL, (const uint8_t *)rows[i].bytes, rows[i].length);
		told = json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN);
		ck_assert(g_str_has_prefix(
			told,
			"{\"id\":\"AA:BB:CC:DD:EE:FF\",\"service\":\"180f\",\"characteristic\":\"2a19\","));
		ck_assert_msg(strstr(told, rows[i].told), "row %zu: %s", i, told);
		json_object_put(answer);
		request_clear(&request);
	}
}
END_TEST

START_TEST(test_omg_wrong)
{
	static const struct {
		const char *text;
		int error;
		const char *says;
	} rows[] = {
		{ "{\"interval\":0}", E_NOT_SUPPORTED, "only reads and writes" },
		{ "{" OMG_READ ",\"ble_write_value\":\"1\"}", E_INVALID_ARGUMENTS,
		  "\"ble_write_value\" is no key" },
		{ "{" OMG_WRITE "," OMG_READ ",\"ble_write_value\":\"1\"}", E_INVALID_ARGUMENTS,
		  "\"ble_read_address\" is no key" },
		{ "{" OMG_WRITE "}", E_INVALID_ARGUMENTS, "ble_write_value: is missing" },
		{ "{" OMG_WRITE ",\"ble_write_value\":\"x\",\"value_type\":\"INT\"}", E_INVALID_ARGUMENTS,
		  "ble_write_value: \"x\"" },
		{ "{" OMG_WRITE ",\"ble_write_value\":\"1x\",\"value_type\":\"FLOAT\"}", E_INVALID_ARGUMENTS,
		  "ble_write_value:" },
		{ "{" OMG_WRITE ",\"ble_write_value\":\"123\",\"value_type\":\"HEX\"}", E_INVALID_ARGUMENTS,
		  "half a byte" },
		{ "{" OMG_READ ",\"value_type\":\"BLOB\"}", E_INVALID_ARGUMENTS,
		  "value_type: \"BLOB\" is not STRING" },
		{ "{" OMG_READ ",\"ttl\":0}", E_INVALID_ARGUMENTS, "ttl: 0 is not a number of attempts" },
		{ "{" OMG_READ ",\"immediate\":1}", E_INVALID_ARGUMENTS, "immediate: 1" },
		{ "{" OMG_READ ",\"mac_type\":4}", E_INVALID_ARGUMENTS, "mac_type: 4" },
		{ "{\"ble_read_address\":\"x\"}", E_INVALID_ARGUMENTS,
		  "ble_read_address: \"x\" is not an address" },
		{ "{\"ble_read_address\":\"AABBCCDDEEFF\"}", E_INVALID_ARGUMENTS,
		  "ble_read_service: is missing" },
		{ "[1]", E_INVALID_ARGUMENTS, "not an object" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		Reason reason;
		Request request;

		ck_assert_int_eq(parse_omg(&request, rows[i].text, &reason), rows[i].error);
		ck_assert_msg(strstr(reason.text, rows[i].says), "row %zu: %s", i, reason.text);
		request_clear(&request);
	}
}
END_TEST

/* --- answers --- */

START_TEST(test_answer)
{
	const Failure failure = { "NotConnected", "no \"link\"" };
	Reason reason;
	Request request;
	json_object *answer;

	ck_assert_int_eq(
		parse(&request,
		      "{\"command\":\"read\",\"requester\":\"a\",\"address\":\"aabbccddeeff\",\"uuid\":\"2a19\","
		      "\"correlation\":\"x\"}",
		      &reason),
		0);
	assert_json(answer_failure(&request, &failure),
		    "{\"command\":\"read\"," MAC
		    ",\"requester\":\"a\",\"correlation\":\"x\",\"error\":\"NotConnected\","
		    "\"message\":\"no \\\"link\\\"\"}");
	request_clear(&request);
	request_init(&request);
	assert_json(answer_failure(&request, &failure),
		    "{\"error\":\"NotConnected\",\"message\":\"no \\\"link\\\"\"}");

	answer = json_object_new_object();
	answer_add_value(answer, VALUE_HEX, (const uint8_t *)"\0\xff", 2);
	assert_json(answer, "{\"format\":\"hex\",\"value\":\"00ff\"}");
	answer = json_object_new_object();
	answer_add_value(answer, VALUE_TEXT, (const uint8_t *)"\303\244", 2);
	assert_json(answer, "{\"format\":\"text\",\"value\":\"\303\244\"}");
	answer = json_object_new_object();
	answer_add_value(answer, VALUE_TEXT, (const uint8_t *)"\303", 1);
	assert_json(answer, "{\"format\":\"hex\",\"value\":\"c3\"}");
	answer = json_object_new_object();
	answer_add_value(answer, VALUE_I16, (const uint8_t *)"\xfe\xff", 2);
	assert_json(answer, "{\"format\":\"i16\",\"value\":-2}");
	answer = json_object_new_object();
	answer_add_value(answer, VALUE_U16, (const uint8_t *)"\1\0\2\0", 4);
	assert_json(answer, "{\"format\":\"u16\",\"value\":[1,2]}");
	answer = json_object_new_object();
	answer_add_value(answer, VALUE_U16, (const uint8_t *)"\1\0\2", 3);
	assert_json(answer, "{\"format\":\"hex\",\"value\":\"010002\"}");
}
END_TEST

START_TEST(test_failure)
{
	const Reason reason = { "why" };
	Failure failure = failure_of(E_LIMIT_REACHED, &reason);

	ck_assert_str_eq(failure.name, "LimitReached");
	ck_assert_str_eq(failure.words, "why");
	failure = failure_of(-ETIMEDOUT, NULL);
	ck_assert_str_eq(failure.name, "TimedOut");
	ck_assert(*failure.words);
}
END_TEST

/* Where a gateway or its listeners live, nobody can have us publish. */
START_TEST(test_route)
{
	static const struct {
		const char *topic;	/* NULL: none was said */
		int error;
	} rows[] = {
		{ NULL, 0 },
		{ "my/answers", 0 },
		{ "site/bbx/gw1/command", 0 },
		{ "home2/x", 0 },
		{ "site/bb/gw1/response", 0 },
		{ "site/bb/gw1/response/me/7", 0 },
		{ "site/bb", E_ACCESS_DENIED },
		{ "site/bb/gw1/command", E_ACCESS_DENIED },
		{ "site/bb/gw1/responses", E_ACCESS_DENIED },
		{ "site/bb/gw2/response", E_ACCESS_DENIED },
		{ "site/bb/gw1", E_ACCESS_DENIED },
		{ "site/bb/gw1/status", E_ACCESS_DENIED },
		{ "home/gw1/commands/MQTTtoBT/config", E_ACCESS_DENIED },
		{ "home", E_ACCESS_DENIED },
		{ "ruuvi/AA/BB", E_ACCESS_DENIED },
		{ "homeassistant/x", E_ACCESS_DENIED },
		{ "ha/sensor/x", E_ACCESS_DENIED },
		{ "a/+", E_INVALID_ARGUMENTS },
		{ "a/#", E_INVALID_ARGUMENTS },
		{ "$SYS/broker", E_INVALID_ARGUMENTS },
		{ "", E_INVALID_ARGUMENTS },
		{ "a\nb", E_INVALID_ARGUMENTS },
	};
	const Config config = { .prefix = "site/bb", .discovery_prefix = "ha" };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const Message message = { .response_topic = rows[i].topic,
					  .correlation = "c\0d",
					  .correlation_length = 3 };
		Request request;
		Reason reason;
		Route route;
		int r;

		request_init(&request);
		r = route_set(&route, &config, "gw1", &request, &message, &reason);
		ck_assert_msg(r == rows[i].error, "row %zu: %d", i, r);
		ck_assert_str_eq(route.topic,
				 r == 0 && rows[i].topic ? rows[i].topic : "site/bb/gw1/response");
		ck_assert_uint_eq(route.correlation_length, 3);
		ck_assert_mem_eq(route.correlation, "c\0d", 3);
		route_clear(&route);
	}
}
END_TEST

START_TEST(test_route_of_payload)
{
	const Config config = { .prefix = "bb" };
	const Message plain = { 0 }, five = { .response_topic = "five" };
	uint8_t much[CORRELATION_MAX + 1] = { 0 };
	const Message too_much = { .correlation = much, .correlation_length = sizeof(much) };
	Request request;
	Reason reason;
	Route route;

	request_init(&request);
	request.response_topic = g_strdup("three");
	ck_assert_int_eq(route_set(&route, &config, "gw", &request, &plain, &reason), 0);
	ck_assert_str_eq(route.topic, "three");
	route_clear(&route);
	ck_assert_int_eq(route_set(&route, &config, "gw", &request, &five, &reason), 0);
	ck_assert_str_eq(route.topic, "five");
	route_clear(&route);
	ck_assert_int_eq(route_set(&route, &config, "gw", &request, &too_much, &reason), E_INVALID_ARGUMENTS);
	ck_assert_uint_eq(route.correlation_length, 0);
	route_clear(&route);
	request_clear(&request);
}
END_TEST

/* It is remembered for ten minutes, or until a thousand others have come. */
START_TEST(test_replay)
{
	Replay *replay = replay_new();
	uint64_t key = replay_key("a", "bc", 2);

	ck_assert(key != replay_key("ab", "c", 1));
	ck_assert(key == replay_key("a", "bc", 2));
	ck_assert(!replay_has(replay, key, 5));
	replay_add(replay, key, 5);
	ck_assert(replay_has(replay, key, 5));
	ck_assert(replay_has(replay, key, 4 + REPLAY_TIME));
	ck_assert(!replay_has(replay, key, 5 + REPLAY_TIME));
	for (unsigned i = 1; i < REPLAY_ENTRIES; i++)
		replay_add(replay, replay_key("x", &i, sizeof(i)), 5);
	ck_assert(replay_has(replay, key, 6));
	replay_add(replay, 1, 6);
	ck_assert(!replay_has(replay, key, 6));
	replay_free(replay);
}
END_TEST

UNIT_MAIN("mqtt-request", test_good, test_values, test_wrong, test_raw, test_wrong_is_routed, test_scan,
	  test_omg_write, test_omg_read, test_omg_wrong, test_answer, test_failure, test_route,
	  test_route_of_payload, test_replay)
