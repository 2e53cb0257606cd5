/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The radio's reports: what comes out of the daemon's stream, and the filter that it is asked to apply. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "build-config.h"
#include "client/boottime.h"
#include "mqtt/radio-private.h"
#include "mqtt/variant.h"
#include "util/log.h"

static void take_datagram(Radio *radio, size_t length)
{
	const int64_t to_unix = boottime_to_wall();
	bb_stream_iter iter;
	Heard heard;

	if (bb_stream_open(radio->datagram, length, &iter) < 0) {
		log_limited(LOG_ERR, "the daemon's stream is of another version");
		return;
	}
	radio->lost = radio->lost_before + iter.lost;
	while (bb_stream_next(&iter, &heard.report) > 0) {
		heard.unix_us = (uint64_t)((int64_t)heard.report.time + to_unix);
		heard.sequence = radio->last = radio->base + heard.report.sequence;
		heard.lost = radio->lost;
		radio->heard++;
		radio->handlers->heard(&heard, radio->userdata);
	}
	radio->handlers->heard_all(radio->userdata);
}

int radio_on_stream(sd_event_source *source UNUSED, int fd, uint32_t revents UNUSED, void *userdata)
{
	Radio *radio = userdata;
	ssize_t n = recv(fd, radio->datagram, sizeof(radio->datagram), MSG_DONTWAIT);

	if (n > 0)
		take_datagram(radio, (size_t)n);
	else if (n == 0)
		radio_fail(radio, "the daemon's stream", "it has ended");
	else if (errno != EAGAIN && errno != EINTR)
		radio_fail(radio, "the daemon's stream", strerror(errno));
	return 0;
}

/* --- the filter --- */

typedef struct FilterCall {
	Radio *radio;
	GVariant *filter;
	RadioDone done;
	void *userdata;
} FilterCall;

static void filter_call_free(void *userdata)
{
	FilterCall *call = userdata;

	g_clear_pointer(&call->filter, g_variant_unref);
	g_free(call);
}

static void keep_filter(Radio *radio, GVariant *filter)
{
	g_clear_pointer(&radio->filter, g_variant_unref);
	radio->filter = filter ? g_variant_ref(filter) : NULL;
}

static int on_filter_set(sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	FilterCall *call = userdata;

	/* a filter that the daemon does not take must not keep us from scanning at its next start */
	if (!sd_bus_message_is_method_error(reply, NULL))
		keep_filter(call->radio, call->filter);
	if (call->done)
		call->done(call->userdata, sd_bus_message_get_error(reply));
	return 0;
}

void radio_set_filter(Radio *radio, GVariant *filter, RadioDone done, void *userdata)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	g_autoptr(GVariant) dict = filter ? g_variant_ref_sink(filter) : config_scan_filter(radio->config);
	CLEANUP(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
	FilterCall *call;
	int r;

	if (!radio->session) {
		const sd_bus_error gone = SD_BUS_ERROR_MAKE_CONST("com.example.Bluetooth.Error.NotReady",
								  "the daemon is not there, or its radio");
		if (done)
			done(userdata, &gone);
		return;
	}
	call = g_new0(FilterCall, 1);
	*call = (FilterCall){ radio, filter ? g_variant_ref(dict) : NULL, done, userdata };
	r = sd_bus_message_new_method_call(radio->bus, &message, BUS_NAME, radio->session, SESSION,
					   "SetScanFilter");
	if (r >= 0)
		r = sd_bus_message_set_auto_start(message, false);
	if (r >= 0)
		r = variant_append(message, dict);
	if (r >= 0)
		r = sd_bus_call_async(radio->bus, &slot, message, on_filter_set, call, RADIO_CALL_MAX);
	if (r >= 0)
		r = sd_bus_slot_set_destroy_callback(slot, filter_call_free);
	if (r >= 0)
		r = sd_bus_slot_set_floating(slot, true);
	if (r < 0)
		log_error("cannot call the daemon: %s", strerror(-r));
}
