/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to the daemon. */
#include "mqtt/radio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "build-config.h"
#include "meaning/number.h"
#include "mqtt/backoff.h"
#include "mqtt/radio-private.h"
#include "mqtt/variant.h"
#include "util/fd.h"
#include "util/log.h"

#define MANAGER_PATH "/com/example/Bluetooth"
#define MANAGER "com.example.Bluetooth.Manager1"
#define ADAPTER "com.example.Bluetooth.Adapter1"

#define RETRY_MIN (1 * USEC_PER_SEC)
#define RETRY_MAX (30 * USEC_PER_SEC)
#define FIFO_DEPTH 1024	/* reports that wait for us at the daemon, if its configuration allows as many */

static void begin(Radio *radio);

/* --- failing, and trying again --- */

static void forget_session(Radio *radio)
{
	radio->call = sd_bus_slot_unref(radio->call);
	radio->stream = sd_event_source_disable_unref(radio->stream);
	fd_closep(&radio->fd);
	radio->fd = -1;
	radio->scanning = false;
	g_clear_pointer(&radio->session, g_free);
	radio->base = radio->last + 1;
	radio->lost_before = radio->lost;
}

/* Nobody waits for the answer. It may be that the daemon has just gone, which this must not start again. */
static void close_session(Radio *radio)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;

	if (radio->session &&
	    sd_bus_message_new_method_call(radio->bus, &call, BUS_NAME, radio->session, SESSION,
					   "Close") >= 0 &&
	    sd_bus_message_set_auto_start(call, false) >= 0)
		(void)sd_bus_call_async(radio->bus, NULL, call, NULL, NULL, 0);
	forget_session(radio);
}

void radio_fail(Radio *radio, const char *doing, const char *why)
{
	uint64_t wait;

	close_session(radio);
	radio->failures++;
	wait = backoff_wait(radio->failures, RETRY_MIN, RETRY_MAX, g_random_int());
	log_limited(LOG_WARNING, "%s: %s; trying again", doing, why);
	(void)sd_event_source_set_time_relative(radio->retry, wait);
	(void)sd_event_source_set_enabled(radio->retry, SD_EVENT_ONESHOT);
}

static int on_retry(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	begin(userdata);
	return 0;
}

static void lose_daemon(Radio *radio)
{
	forget_session(radio);
	if (!radio->there)
		return;
	radio->there = false;
	radio->handlers->lost(radio, radio->userdata);
}

/* True: it is an error, and has been dealt with. */
static bool failed(Radio *radio, sd_bus_message *reply, const char *doing)
{
	radio->call = sd_bus_slot_unref(radio->call);
	if (!sd_bus_message_is_method_error(reply, NULL))
		return false;
	radio_fail(radio, doing, sd_bus_message_get_error(reply)->message);
	return true;
}

/* --- the steps, each begun by the answer to the one before --- */

/* A call with arguments: a tuple, consumed if floating; NULL: none. */
static void step(Radio *radio, const char *path, const char *interface, const char *method,
		 GVariant *arguments, sd_bus_message_handler_t done)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	g_autoptr(GVariant) owned = arguments ? g_variant_ref_sink(arguments) : NULL;
	int r = sd_bus_message_new_method_call(radio->bus, &call, BUS_NAME, path, interface, method);

	for (size_t i = 0; owned && i < g_variant_n_children(owned) && r >= 0; i++) {
		g_autoptr(GVariant) child = g_variant_get_child_value(owned, i);

		r = variant_append(call, child);
	}
	if (r >= 0)
		r = sd_bus_call_async(radio->bus, &radio->call, call, done, radio, RADIO_CALL_MAX);
	if (r < 0)
		radio_fail(radio, method, strerror(-r));
}

static int on_scanning(sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Radio *radio = userdata;

	if (failed(radio, reply, "starting the scan"))
		return 0;
	radio->scanning = true;
	radio->failures = 0;
	log_info("scanning on %s (%s)", strrchr(radio->path, '/') + 1, radio->address);
	return 0;
}

static int on_acquired(sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Radio *radio = userdata;
	uint32_t version;
	int fd, r;

	if (failed(radio, reply, "asking for the stream of reports"))
		return 0;
	r = sd_bus_message_read(reply, "hu", &fd, &version);
	if (r >= 0) {
		radio->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		r = radio->fd < 0 ? -errno : sd_event_add_io(radio->event, &radio->stream, radio->fd, EPOLLIN,
							     radio_on_stream, radio);
	}
	if (r < 0)
		radio_fail(radio, "the daemon's stream", strerror(-r));
	else
		step(radio, radio->session, SESSION, "StartScan", g_variant_new("(i)", -1), on_scanning);
	return 0;
}

static int on_filtered(sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Radio *radio = userdata;
	g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);

	if (failed(radio, reply, "setting the scan's filter"))
		return 0;
	g_variant_dict_insert(&options, "batch_ms", "u", radio->config->batch_ms);
	g_variant_dict_insert(&options, "batch_max", "u", radio->fifo);
	step(radio, radio->session, SESSION, "AcquireAdvertisements",
	     g_variant_new("(@a{sv})", g_variant_dict_end(&options)), on_acquired);
	return 0;
}

static int on_opened(sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Radio *radio = userdata;
	g_autoptr(GVariant) filter = NULL;
	const char *path;

	if (failed(radio, reply, "opening a session"))
		return 0;
	if (sd_bus_message_read(reply, "o", &path) < 0) {
		radio_fail(radio, "opening a session", "the answer cannot be understood");
		return 0;
	}
	radio->session = g_strdup(path);
	filter = radio->filter ? g_variant_ref(radio->filter) : config_scan_filter(radio->config);
	step(radio, radio->session, SESSION, "SetScanFilter", g_variant_new("(@a{sv})", filter), on_filtered);
	return 0;
}

static int on_address(sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Radio *radio = userdata;
	const char *address;
	GVariantBuilder init;

	if (failed(radio, reply, "asking for the radio's address"))
		return 0;
	if (sd_bus_message_read(reply, "v", "s", &address) < 0) {
		radio_fail(radio, "asking for the radio's address", "the answer cannot be understood");
		return 0;
	}
	g_free(radio->address);
	radio->address = g_strdup(address);
	radio->there = true;
	radio->handlers->found(radio, radio->userdata);
	g_variant_builder_init(&init, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&init, "{sv}", "fifo", g_variant_new_uint32(radio->fifo));
	step(radio, MANAGER_PATH, MANAGER, "OpenSession",
	     g_variant_new("(ua{sv})", radio_number(radio), &init), on_opened);
	return 0;
}

/* The wanted radio, or the first. NULL: it is not there. */
static const char *choose(const Radio *radio, const char *const *paths)
{
	const char *chosen = NULL;
	int64_t number, least = INT64_MAX;

	for (; paths && *paths; paths++) {
		const char *last = strrchr(*paths, '/');

		if (!last || !g_str_has_prefix(last, "/hci") ||
		    !number_parse(last + 4, 0, UINT32_MAX, &number))
			continue;
		if (*radio->config->adapter ? strcmp(last + 1, radio->config->adapter) == 0 :
					      number < least) {
			least = number;
			chosen = *paths;
		}
	}
	return chosen;
}

/* The properties of the manager. */
static void take_manager(Radio *radio, GVariant *properties)
{
	g_autoptr(GVariant) limits = g_variant_lookup_value(properties, "Limits", G_VARIANT_TYPE("a{su}"));
	g_autoptr(GVariant) adapters = g_variant_lookup_value(properties, "Adapters", G_VARIANT_TYPE("ao"));
	g_autofree const char **paths = adapters ? g_variant_get_objv(adapters, NULL) : NULL;
	const char *path = choose(radio, paths);
	uint32_t most = FIFO_DEPTH;

	if (limits)
		(void)g_variant_lookup(limits, "MaxFifoDepth", "u", &most);
	radio->fifo = MIN(most, FIFO_DEPTH);
	if (!path) {
		radio_fail(radio, *radio->config->adapter ? radio->config->adapter : "looking for a radio",
			   "there is no such radio");
		return;
	}
	g_free(radio->path);
	radio->path = g_strdup(path);
	step(radio, radio->path, "org.freedesktop.DBus.Properties", "Get",
	     g_variant_new("(ss)", ADAPTER, "Address"), on_address);
}

static int on_manager(sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Radio *radio = userdata;
	g_autoptr(GVariant) answer = NULL, properties = NULL;

	if (failed(radio, reply, "looking for the daemon"))
		return 0;
	if (variant_read(reply, &answer) < 0 || !g_variant_is_of_type(answer, G_VARIANT_TYPE("(a{sv})"))) {
		radio_fail(radio, "looking for the daemon", "the answer cannot be understood");
		return 0;
	}
	properties = g_variant_get_child_value(answer, 0);
	take_manager(radio, properties);
	return 0;
}

static void begin(Radio *radio)
{
	(void)sd_event_source_set_enabled(radio->retry, SD_EVENT_OFF);
	close_session(radio);
	step(radio, MANAGER_PATH, "org.freedesktop.DBus.Properties", "GetAll",
	     g_variant_new("(s)", MANAGER), on_manager);
}

static int on_owner(sd_bus_message *signal, void *userdata, sd_bus_error *error UNUSED)
{
	Radio *radio = userdata;
	const char *name, *old, *new;

	if (sd_bus_message_read(signal, "sss", &name, &old, &new) < 0)
		return 0;
	if (*old) {
		log_warning("the daemon is gone");
		lose_daemon(radio);
		/* not one that is started because we asked: whoever stopped it has reasons */
		(void)sd_event_source_set_enabled(radio->retry, SD_EVENT_OFF);
	}
	if (*new) {
		radio->failures = 0;
		begin(radio);
	}
	return 0;
}

/* --- what others ask --- */

bool radio_is_there(const Radio *radio)
{
	return radio->there;
}

bool radio_is_scanning(const Radio *radio)
{
	return radio->scanning;
}

const char *radio_path(const Radio *radio)
{
	return radio->path;
}

const char *radio_address(const Radio *radio)
{
	return radio->address;
}

unsigned radio_number(const Radio *radio)
{
	return (unsigned)strtoul(strrchr(radio->path, '/') + 4, NULL, 10);
}

uint64_t radio_lost(const Radio *radio)
{
	return radio->lost;
}

uint64_t radio_heard(const Radio *radio)
{
	return radio->heard;
}

/* --- beginning and end --- */

int radio_new(Radio **ret, sd_event *event, sd_bus *bus, const Config *config, const RadioHandlers *handlers,
	      void *userdata)
{
	Radio *radio = g_new0(Radio, 1);
	int r;

	*radio = (Radio){ .event = event, .bus = bus, .config = config, .handlers = handlers,
			  .userdata = userdata, .fd = -1 };
	r = sd_event_add_time_relative(event, &radio->retry, CLOCK_BOOTTIME, 0, 0, on_retry, radio);
	if (r >= 0)
		r = sd_bus_add_match_async(bus, &radio->owner,
					   "type='signal',sender='org.freedesktop.DBus',"
					   "member='NameOwnerChanged',arg0='" BUS_NAME "'",
					   on_owner, NULL, radio);
	if (r < 0) {
		radio_free(radio);
		return r;
	}
	*ret = radio;
	return 0;
}

void radio_stop(Radio *radio)
{
	close_session(radio);
	radio->owner = sd_bus_slot_unref(radio->owner);
	(void)sd_event_source_set_enabled(radio->retry, SD_EVENT_OFF);
}

void radio_free(Radio *radio)
{
	forget_session(radio);
	sd_bus_slot_unref(radio->owner);
	sd_event_source_disable_unref(radio->retry);
	g_clear_pointer(&radio->filter, g_variant_unref);
	g_free(radio->path);
	g_free(radio->address);
	g_free(radio);
}
