/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a command of ours, or of OpenMQTTGateway's. The first byte says which. */
#include <string.h>

#include "fuzz.h"
#include "mqtt/answer.h"
#include "mqtt/omg.h"
#include "mqtt/topic.h"

static void check_text(const char *text, size_t max)
{
	PROMISE(!text || (*text && strlen(text) <= max && g_utf8_validate(text, -1, NULL)));
}

/* What is answered is JSON, and says what was asked. */
static void check_answer(json_object *answer)
{
	const char *text = json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN |
									  JSON_C_TO_STRING_NOSLASHESCAPE);
	json_object *again = json_tokener_parse(text);

	PROMISE(g_utf8_validate(text, -1, NULL));
	PROMISE(json_object_equal(answer, again));
	json_object_put(again);
	json_object_put(answer);
}

/* Lines of a configuration: each has a key of ours, and nothing of the value begins another. */
static void check_scan(const char *scan)
{
	g_auto(GStrv) lines = g_strsplit(scan, "\n", -1);
	size_t count = g_strv_length(lines);

	PROMISE(count >= 2 && *lines[count - 1] == '\0');
	for (size_t i = 0; i + 1 < count; i++)
		PROMISE(g_ascii_isupper(*lines[i]) && strchr(lines[i], '='));
}

static void check_good(const Request *request)
{
	PROMISE(request->kind > REQUEST_NONE && request->kind < REQUEST_KINDS);
	PROMISE(request->timeout_seconds <= TIMEOUT_MAX);
	PROMISE(request->value_length <= VALUE_MAX);
	PROMISE(request->passkey >= -1 && request->passkey <= 999999);
	PROMISE(request->addr_type >= -1 && request->addr_type <= ADDR_RANDOM_RPA);
	PROMISE(request->attempts >= 1 && request->attempts <= ATTEMPTS_MAX);
	PROMISE(!request_is_of_device(request) || request->has_address);
	if (request->kind == REQUEST_READ || request->kind == REQUEST_WRITE ||
	    request->kind == REQUEST_NOTIFY)
		PROMISE((request->attr.handle != 0) != request->attr.has_uuid);
	if (request->scan)
		check_scan(request->scan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const Failure failure = { "Failed", "why" };
	Reason reason = { "" };
	Request request;
	bool omg;
	int r;

	if (size < 1)
		return 0;
	omg = data[0] == 'o';
	r = omg ? omg_parse(&request, data + 1, size - 1, &reason)
		: request_parse(&request, data + 1, size - 1, &reason);
	PROMISE(r == 0 || r == E_INVALID_ARGUMENTS || (omg && r == E_NOT_SUPPORTED));
	PROMISE(r == 0 || *reason.text);
	PROMISE(g_utf8_validate(reason.text, -1, NULL));
	check_text(request.response_topic, TOPIC_MAX);
	check_text(request.correlation, CORRELATION_MAX);
	PROMISE(!request.response_topic ||
		topic_is_publishable(request.response_topic, strlen(request.response_topic)));
	PROMISE(strlen(request.requester) <= REQUESTER_MAX && !strpbrk(request.requester, "/+#$"));
	if (r == 0)
		check_good(&request);
	check_answer(answer_failure(&request, &failure));
	if (omg) {
		check_answer(omg_answer(&request, NULL, NULL, data, size));
		check_answer(omg_answer(&request, failure.name, failure.words, NULL, 0));
	}
	request_clear(&request);
	return 0;
}
