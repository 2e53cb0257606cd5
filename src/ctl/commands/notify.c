/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl notify: the notifications of a characteristic, as they come. */
#include "client/boottime.h"
#include "client/fail.h"
#include "client/gatt-print.h"
#include "client/heard.h"
#include "client/output.h"
#include "client/value-print.h"
#include "ctl/commands.h"
#include "ctl/commands/attribute.h"
#include "meaning/constants.h"

typedef struct Notify {
	const Options *options;
	Link *link;
	const GattAttr *attr;
	GString *buffer;
	uint64_t heard;
} Notify;

static void append_line(Notify *notify, uint64_t time, const uint8_t *bytes, size_t length)
{
	boottime_append_local(notify->buffer, time, boottime_to_wall());
	g_string_append_c(notify->buffer, ' ');
	if (!value_print(notify->buffer, notify->options->format,
			 &notify->attr->uuid, bytes, length)) {
		/* the value is not a whole number of integers */
		g_string_append(notify->buffer, "hex ");
		value_print(notify->buffer, VALUE_HEX, NULL, bytes, length);
	}
	g_string_append_c(notify->buffer, '\n');
}

static void append_json(Notify *notify, uint64_t time, const uint8_t *bytes, size_t length)
{
	g_autofree char *utc = boottime_format_utc(time, boottime_to_wall());
	Json json;

	json_init(&json, notify->buffer);
	json_begin_object(&json);
	json_key(&json, "time");
	json_string(&json, utc, -1);
	json_key(&json, "boottime_us");
	json_uint(&json, time);
	json_key(&json, "address");
	json_string(&json, link_address(notify->link), -1);
	gatt_print_attr_json(&json, notify->attr);
	value_print_json(&json, notify->options->format, &notify->attr->uuid, bytes, length);
	json_end_object(&json);
	g_string_append_c(notify->buffer, '\n');
}

static void on_notified(void *userdata, uint64_t time, const uint8_t *bytes, size_t length)
{
	Notify *notify = userdata;

	g_string_truncate(notify->buffer, 0);
	if (notify->options->json)
		append_json(notify, time, bytes, length);
	else
		append_line(notify, time, bytes, length);
	notify->heard++;
	if (!output_write(notify->buffer->str, notify->buffer->len) ||
	    notify->heard == notify->options->count)
		session_end(link_session(notify->link), EXIT_DONE);
}

static ExitCode listen_until_end(Notify *notify)
{
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GError) error = NULL;
	ExitCode code;

	link_listen(notify->link, notify->attr, on_notified, notify);
	reply = link_call(notify->link, notify->attr, "Callback", g_variant_new("(u)", EVENT_CHAR_NOTIFY),
			  NULL, &error);
	if (!reply)
		return session_fail(link_session(notify->link), error, "asking for notifications");
	session_watch(link_session(notify->link), true, true);
	code = session_run(link_session(notify->link));
	return code == EXIT_DONE && notify->heard == 0 ? EXIT_NOTHING : code;
}

ExitCode command_notify(const Options *options)
{
	ExitCode code = EXIT_FAILED;
	g_autoptr(Link) link = attribute_open(options, &code);
	g_autoptr(GString) buffer = g_string_new(NULL);
	g_autoptr(GPtrArray) tree = NULL;
	Notify notify = { .options = options, .link = link, .buffer = buffer };

	if (link)
		notify.attr = attribute_find(link, options, GATT_CHARACTERISTIC, &tree, &code);
	return notify.attr ? listen_until_end(&notify) : code;
}
