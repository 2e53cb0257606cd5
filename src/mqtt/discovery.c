/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Home Assistant's MQTT discovery. */
#include "mqtt/discovery.h"

#include <string.h>

#include "build-config.h"
#include "client/json.h"

typedef struct Entity {
	const char *component;
	const char *object;		/* its id below the gateway's */
	const char *name;
	const char *template;		/* of the health message; NULL: the status is meant */
	const char *device_class;	/* NULL: none, likewise below */
	const char *state_class;
	const char *unit;
} Entity;

static const Entity entities[] = {
	{ "binary_sensor", "status", "Status", NULL, "connectivity", NULL, NULL },
	{ "binary_sensor", "scanning", "Scanning", "{{ 'ON' if value_json.scanning else 'OFF' }}",
	  "running", NULL, NULL },
	{ "sensor", "reports", "Reports heard", "{{ value_json.reports.heard }}", NULL, "total_increasing",
	  "reports" },
	{ "sensor", "lost", "Reports lost", "{{ value_json.lost.daemon + value_json.lost.queue }}", NULL,
	  "total_increasing", "reports" },
	{ "sensor", "queue", "Reports waiting", "{{ value_json.queue.reports }}", NULL, "measurement",
	  "reports" },
	{ "sensor", "links", "Links", "{{ value_json.adapter.ActiveLinks if value_json.adapter else 0 }}",
	  NULL, "measurement", "links" },
	{ "sensor", "uptime", "Uptime", "{{ value_json.uptime }}", "duration", "total_increasing", "s" },
};

/* Letters, digits, '_' and '-' only. */
static char *node_id(const char *gateway)
{
	char *id = g_strconcat("bluebroker_", gateway, NULL);

	return g_strcanon(id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-", '_');
}

static void add(Json *json, const char *key, const char *value)
{
	if (!value)
		return;
	json_key(json, key);
	json_string(json, value, -1);
}

static void add_device(Json *json, const char *gateway, const char *node)
{
	json_key(json, "device");
	json_begin_object(json);
	json_key(json, "identifiers");
	json_begin_array(json);
	json_string(json, node, -1);
	json_end_array(json);
	g_autofree char *name = g_strconcat("Bluetooth gateway ", gateway, NULL);
	add(json, "name", name);
	add(json, "manufacturer", "bluebroker");
	add(json, "model", "bluebroker-mqtt");
	add(json, "sw_version", VERSION);
	json_end_object(json);
}

static void describe(GString *text, const Entity *entity, const Config *config, const char *gateway,
		     const char *node)
{
	g_autofree char *status = g_strdup_printf("%s/%s/status", config->prefix, gateway);
	g_autofree char *health = g_strdup_printf("%s/%s/health", config->prefix, gateway);
	g_autofree char *id = g_strdup_printf("%s_%s", node, entity->object);
	Json json;

	g_string_truncate(text, 0);
	json_init(&json, text);
	json_begin_object(&json);
	add(&json, "name", entity->name);
	add(&json, "unique_id", id);
	add(&json, "state_topic", entity->template ? health : status);
	add(&json, "value_template", entity->template);
	add(&json, "payload_on", entity->template ? NULL : "online");
	add(&json, "payload_off", entity->template ? NULL : "offline");
	add(&json, "availability_topic", entity->template ? status : NULL);
	add(&json, "device_class", entity->device_class);
	add(&json, "state_class", entity->state_class);
	add(&json, "unit_of_measurement", entity->unit);
	add(&json, "entity_category", "diagnostic");
	add_device(&json, gateway, node);
	json_end_object(&json);
}

void discovery_publish(Connection *connection, const Config *config, const char *gateway)
{
	g_autofree char *node = node_id(gateway);
	g_autoptr(GString) text = g_string_new(NULL);

	for (size_t i = 0; i < ARRAY_SIZE(entities); i++) {
		g_autofree char *topic = g_strdup_printf("%s/%s/%s/%s/config", config->discovery_prefix,
							 entities[i].component, node, entities[i].object);

		describe(text, &entities[i], config, gateway, node);
		(void)connection_publish(connection, topic, text->str, text->len, true, NULL);
	}
}
