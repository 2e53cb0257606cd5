/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the gateway is. */
#include "mqtt/health.h"

#include <string.h>

#include "build-config.h"
#include "client/boottime.h"
#include "client/json.h"
#include "mqtt/discovery.h"
#include "mqtt/topic.h"
#include "mqtt/variant.h"
#include "util/log.h"

#define CALL_MAX (10 * USEC_PER_SEC)	/* a daemon that takes longer is told of as one that says nothing */

struct Health {
	HealthOf of;
	sd_event_source *timer;
	uint64_t started;	/* CLOCK_BOOTTIME, microseconds */
	/* what the daemon says, asked one after the other; NULL: nothing */
	sd_bus_slot *call;
	GVariant *adapter;	/* (a{sv}), the properties of Adapter1 */
	GVariant *stats;	/* (a{sv}), of Manager1.GetStats */
};

static void add_counts(Json *json, const char *key, const char *const *names, const uint64_t *counts,
		       size_t n)
{
	json_key(json, key);
	json_begin_object(json);
	for (size_t i = 0; i < n; i++) {
		json_key(json, names[i]);
		json_uint(json, counts[i]);
	}
	json_end_object(json);
}

static void add_all_counts(Json *json, const Health *health)
{
	static const char *const report_names[] = { "heard", "published" };
	static const char *const lost_names[] = { "daemon", "queue", "unsent", "refused" };
	static const char *const queue_names[] = { "reports", "bytes", "bytes_max" };
	static const char *const broker_names[] = { "connects", "messages" };
	static const char *const command_names[] = { "waiting", "requesters", "done", "failed", "refused",
						     "notifications", "lost" };
	PublisherCounters publisher = publisher_counters(health->of.publisher);
	const ConnectionCounters *connection = connection_counters(health->of.connection);
	CommandsCounters commands = commands_counters(health->of.commands);

	add_counts(json, "reports", report_names,
		   (const uint64_t[]){ radio_heard(health->of.radio), publisher.published },
		   ARRAY_SIZE(report_names));
	add_counts(json, "lost", lost_names,
		   (const uint64_t[]){ radio_lost(health->of.radio), publisher.lost, connection->unsent,
				       connection->refused }, ARRAY_SIZE(lost_names));
	add_counts(json, "queue", queue_names,
		   (const uint64_t[]){ publisher.queued, publisher.queued_bytes,
				       health->of.config->queue_bytes },
		   ARRAY_SIZE(queue_names));
	add_counts(json, "broker", broker_names,
		   (const uint64_t[]){ connection->connects, connection->published },
		   ARRAY_SIZE(broker_names));
	add_counts(json, "commands", command_names,
		   (const uint64_t[]){ commands.waiting, commands.requesters, commands.done, commands.failed,
				       commands.refused, commands.notifications, commands.lost },
		   ARRAY_SIZE(command_names));
}

/* answer: (a{sv}); NULL: null. */
static void add_answer(Json *json, const char *key, GVariant *answer)
{
	g_autoptr(GVariant) dict = NULL;

	json_key(json, key);
	if (!answer || !g_variant_is_of_type(answer, G_VARIANT_TYPE("(a{sv})"))) {
		json_null(json);
		return;
	}
	dict = g_variant_get_child_value(answer, 0);
	json_variant(json, dict);
}

static void tell(Health *health)
{
	g_autofree char *topic = g_strdup_printf("%s/%s/health", health->of.config->prefix,
						 health->of.gateway);
	g_autoptr(GString) text = g_string_new(NULL);
	Json json;

	json_init(&json, text);
	json_begin_object(&json);
	json_key(&json, "time_ms");
	json_uint(&json, (uint64_t)g_get_real_time() / USEC_PER_MSEC);
	json_key(&json, "gateway");
	json_string(&json, health->of.gateway, -1);
	json_key(&json, "version");
	json_string(&json, VERSION, -1);
	json_key(&json, "uptime");
	json_uint(&json, (boottime_now() - health->started) / USEC_PER_SEC);
	json_key(&json, "daemon");
	json_bool(&json, radio_is_there(health->of.radio));
	json_key(&json, "scanning");
	json_bool(&json, radio_is_scanning(health->of.radio));
	add_all_counts(&json, health);
	add_answer(&json, "adapter", health->adapter);
	add_answer(&json, "stats", health->stats);
	json_end_object(&json);
	(void)connection_publish(health->of.connection, topic, text->str, text->len, false, NULL);
}

/* --- asking the daemon --- */

/* NULL, or what it answered. */
static GVariant *take_answer(Health *health, sd_bus_message *reply)
{
	GVariant *answer = NULL;

	health->call = sd_bus_slot_unref(health->call);
	if (!sd_bus_message_is_method_error(reply, NULL))
		(void)variant_read(reply, &answer);
	return answer;
}

static int on_stats(sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Health *health = userdata;

	health->stats = take_answer(health, reply);
	tell(health);
	return 0;
}

static int on_adapter(sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Health *health = userdata;
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r;

	health->adapter = take_answer(health, reply);
	r = sd_bus_message_new_method_call(health->of.bus, &call, BUS_NAME, "/com/example/Bluetooth",
					   "com.example.Bluetooth.Manager1", "GetStats");
	if (r >= 0)
		r = sd_bus_message_set_auto_start(call, false);
	if (r >= 0)
		r = sd_bus_call_async(health->of.bus, &health->call, call, on_stats, health, CALL_MAX);
	if (r < 0)
		tell(health);
	return 0;
}

static void ask(Health *health)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	int r;

	health->call = sd_bus_slot_unref(health->call);
	g_clear_pointer(&health->adapter, g_variant_unref);
	g_clear_pointer(&health->stats, g_variant_unref);
	if (!radio_is_there(health->of.radio)) {
		tell(health);
		return;
	}
	r = sd_bus_message_new_method_call(health->of.bus, &call, BUS_NAME, radio_path(health->of.radio),
					   "org.freedesktop.DBus.Properties", "GetAll");
	if (r >= 0)
		r = sd_bus_message_set_auto_start(call, false);
	if (r >= 0)
		r = sd_bus_message_append(call, "s", "com.example.Bluetooth.Adapter1");
	if (r >= 0)
		r = sd_bus_call_async(health->of.bus, &health->call, call, on_adapter, health, CALL_MAX);
	if (r < 0)
		tell(health);
}

static int on_timer(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	Health *health = userdata;

	(void)sd_event_source_set_time_relative(health->timer,
						health->of.config->health_seconds * USEC_PER_SEC);
	(void)sd_event_source_set_enabled(health->timer, SD_EVENT_ONESHOT);
	ask(health);
	return 0;
}

void health_up(Health *health)
{
	if (*health->of.config->discovery_prefix)
		discovery_publish(health->of.connection, health->of.config, health->of.gateway);
	(void)on_timer(health->timer, 0, health);
}

void health_down(Health *health)
{
	health->call = sd_bus_slot_unref(health->call);
	(void)sd_event_source_set_enabled(health->timer, SD_EVENT_OFF);
}

int health_new(Health **ret, const HealthOf *of)
{
	Health *health = g_new0(Health, 1);
	int r;

	health->of = *of;
	health->started = boottime_now();
	r = sd_event_add_time_relative(of->event, &health->timer, CLOCK_BOOTTIME, 0, USEC_PER_SEC, on_timer,
				       health);
	if (r >= 0)
		r = sd_event_source_set_enabled(health->timer, SD_EVENT_OFF);
	if (r < 0) {
		g_free(health);
		return r;
	}
	*ret = health;
	return 0;
}

void health_free(Health *health)
{
	sd_bus_slot_unref(health->call);
	sd_event_source_disable_unref(health->timer);
	g_clear_pointer(&health->adapter, g_variant_unref);
	g_clear_pointer(&health->stats, g_variant_unref);
	g_free(health);
}
