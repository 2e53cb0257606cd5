/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the queue to the broker. */
#include "mqtt/publisher.h"

#include "mqtt/report-queue.h"
#include "util/log.h"

#define NAMES_MAX 512	/* of devices near here at a time */

struct Publisher {
	const Config *config;
	Connection *connection;
	FormatContext context;
	ReportQueue *queue;
	FormatBinary binary;
	uint64_t published;
	GString *topic;
	GString *payload;
};

static void send_text(Publisher *publisher)
{
	(void)connection_publish(publisher->connection, publisher->topic->str, publisher->payload->str,
				 publisher->payload->len, false, NULL);
}

static void send_batch(Publisher *publisher)
{
	const GByteArray *batch = publisher->binary.payload;

	format_binary_topic(&publisher->context, publisher->topic);
	(void)connection_publish(publisher->connection, publisher->topic->str, batch->data, batch->len,
				 false, NULL);
	format_binary_restart(&publisher->binary);
}

/* False: the batch went instead, and took the room. */
static bool add_to_batch(Publisher *publisher, const Heard *heard)
{
	if (format_binary_add(&publisher->binary, heard, publisher->config->batch_bytes))
		return true;
	send_batch(publisher);
	return false;
}

static void send_report(Publisher *publisher, const Heard *heard)
{
	unsigned formats = publisher->config->formats;

	if (formats & FORMAT_JSON) {
		format_json(&publisher->context, heard, publisher->topic, publisher->payload);
		send_text(publisher);
	}
	if (formats & FORMAT_RUUVI) {
		format_ruuvi(&publisher->context, heard, (uint64_t)g_get_real_time(), publisher->topic,
			     publisher->payload);
		send_text(publisher);
	}
	for (unsigned i = 0; formats & FORMAT_THEENGS; i++) {
		if (!format_theengs(&publisher->context, heard, i, publisher->topic, publisher->payload))
			break;
		send_text(publisher);
	}
}

void publisher_run(Publisher *publisher)
{
	Heard heard;

	if (!publisher->connection)
		return;
	while (connection_has_room(publisher->connection) && report_queue_peek(publisher->queue, &heard)) {
		/* those that our queue lost came before all that is in it */
		heard.lost += report_queue_lost(publisher->queue);
		if (publisher->config->formats & FORMAT_BINARY && !add_to_batch(publisher, &heard))
			continue;
		send_report(publisher, &heard);
		report_queue_pop(publisher->queue);
		publisher->published++;
	}
	/* the daemon has let them gather */
	if (publisher->binary.count > 0 && connection_has_room(publisher->connection))
		send_batch(publisher);
}

bool publisher_drain(Publisher *publisher)
{
	publisher_run(publisher);
	return report_queue_length(publisher->queue) == 0 && publisher->binary.count == 0;
}

void publisher_heard(Publisher *publisher, const Heard *heard)
{
	const Addr addr = heard_addr(heard);

	device_names_learn(publisher->context.names, &addr, heard->report.data, heard->report.length);
	report_queue_push(publisher->queue, heard);
}

PublisherCounters publisher_counters(const Publisher *publisher)
{
	return (PublisherCounters){
		.published = publisher->published,
		.lost = report_queue_lost(publisher->queue),
		.queued = report_queue_length(publisher->queue) + publisher->binary.count,
		.queued_bytes = report_queue_bytes(publisher->queue) + publisher->binary.payload->len,
	};
}

void publisher_start(Publisher *publisher, Connection *connection, const char *gateway, const char *radio)
{
	publisher->connection = connection;
	publisher->context.prefix = publisher->config->prefix;
	publisher->context.gateway = gateway;
	publisher->context.radio = radio;
}

Publisher *publisher_new(const Config *config)
{
	Publisher *publisher = g_new0(Publisher, 1);

	publisher->config = config;
	publisher->context.names = device_names_new(NAMES_MAX);
	publisher->queue = report_queue_new(config->queue_bytes);
	publisher->topic = g_string_new(NULL);
	publisher->payload = g_string_new(NULL);
	format_binary_init(&publisher->binary);
	return publisher;
}

void publisher_free(Publisher *publisher)
{
	format_binary_clear(&publisher->binary);
	g_string_free(publisher->topic, TRUE);
	g_string_free(publisher->payload, TRUE);
	report_queue_free(publisher->queue);
	device_names_free(publisher->context.names);
	g_free(publisher);
}
