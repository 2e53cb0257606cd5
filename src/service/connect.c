/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1.Connect: a link for a session. */
#include "service/connect.h"

#include <stddef.h>

#include "core/links.h"
#include "core/session.h"
#include "bus/options.h"
#include "service/path.h"
#include "service/service.h"

typedef struct ConnectOptions {
	uint32_t timeout_ms;
	uint8_t addr_type;
	uint8_t priority;
	bool auto_reconnect;
} ConnectOptions;

static int read_timeout(sd_bus_message *m, void *userdata, Reason *reason)
{
	ConnectOptions *options = userdata;
	int r = sd_bus_message_read_basic(m, 'u', &options->timeout_ms);

	if (r < 0)
		return r;
	if (options->timeout_ms == 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "timeout: at least 1 ms");
	return 0;
}

static int read_addr_type(sd_bus_message *m, void *userdata, Reason *reason)
{
	ConnectOptions *options = userdata;
	int r = sd_bus_message_read_basic(m, 'y', &options->addr_type);

	if (r < 0)
		return r;
	if (options->addr_type > ADDR_RANDOM_RPA)
		return reason_set(reason, E_INVALID_ARGUMENTS, "addr_type: 0 to 3, not %u",
				  options->addr_type);
	return 0;
}

static int read_priority(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'y', &((ConnectOptions *)userdata)->priority);

	return r < 0 ? r : 0;
}

static int read_auto_reconnect(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	return options_read_flag(m, &((ConnectOptions *)userdata)->auto_reconnect);
}

static int reply_link(Call *call, const Radio *radio, const Addr *addr)
{
	const Link *link = link_find(radio, addr);
	char path[PATH_SIZE];

	if (!link)
		return E_NOT_CONNECTED;
	return call_reply(call, "o", path_of_link(link, path));
}

static void on_connected(Wait *wait, int error, const Reason *reason)
{
	Call *call = CONTAINER_OF(wait, Call, wait);
	Addr addr = { 0 };
	const char *mac;

	if (error == 0) {
		(void)sd_bus_message_rewind(call->message, true);
		if (sd_bus_message_read(call->message, "s", &mac) >= 0 && addr_parse(mac, &addr) == 0)
			error = reply_link(call, wait->session->radio, &addr);
	}
	call_finish(call, error, reason);
}

int connect_device(Call *call, void *object UNUSED, Reason *reason)
{
	static const Option table[] = {
		{ "timeout", "u", read_timeout },
		{ "addr_type", "y", read_addr_type },
		{ "priority", "y", read_priority },
		{ "auto_reconnect", "b", read_auto_reconnect },
		{ 0 }
	};
	const uint64_t now = service_now(call->service);
	Session *session = call->session;
	ConnectOptions options = { 0 };
	const char *mac;
	Addr addr = { 0 };
	int r;

	r = sd_bus_message_rewind(call->message, true);
	if (r >= 0)
		r = sd_bus_message_read(call->message, "s", &mac);
	if (r < 0)
		return r;
	options.timeout_ms = call->service->broker->config.connect_timeout_seconds * 1000;
	r = options_parse_addr(mac, "mac", &addr, reason);
	if (r == 0)
		r = options_read(call->message, table, &options, reason);
	if (r != 0)
		return r;
	addr.type = options.addr_type;

	r = call_keep(call, reason);
	if (r != 0)
		return r;
	call_wait(call, on_connected);
	call->wait.session = session;
	call->connect.deadline = now + options.timeout_ms * USEC_PER_MSEC;
	call->connect.priority = options.priority;
	call->connect.auto_reconnect = options.auto_reconnect;
	r = links_connect(session->radio, &addr, &call->connect, now, reason);
	if (r == 1)
		return CALL_DEFERRED;
	return r != 0 ? r : reply_link(call, session->radio, &addr);
}
