/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The radios on /dev/vhci: what the air does with them, and when. */

#include <errno.h>
#include <string.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <glib-unix.h>

#include "emitter.h"
#include "radio-backend.h"
#include "radio-hci.h"
#include "radio-rfkill.h"

#define RADIOS_MAX 16
#define BATCH (2 * MILLISECOND)	/* what falls due within this time goes out together */
#define SUPERVISION_INTERVAL SECOND
#define NOTIFICATIONS_MAX 8	/* in one turn, as a connection event has room for few */
#define EVENT_MAX 255		/* bytes of an event's parameters */

/* The host has something to say. */
static int on_host(int fd, GIOCondition condition, void *data)
{
	Controller *controller = data;
	int r = controller_process(controller);

	(void)fd;
	(void)condition;
	if (r >= 0)
		return G_SOURCE_CONTINUE;
	g_printerr("bluebroker-radio: hci%u: %s, unplugged\n", controller_index(controller), g_strerror(-r));
	air_unplug(controller_air(controller), controller);
	return G_SOURCE_CONTINUE;	/* it is removed already */
}

static int plug(Air *air, uint64_t addr, bool twin, Radio **ret)
{
	const Backend *backend = air->backend;
	int r;

	if (twin || air->radios->len == RADIOS_MAX)
		return twin ? -EEXIST : -ENOSPC;
	r = controller_new(ret, air, addr, backend->filter_duplicates, (uint8_t)air_sets(air, addr));
	if (r >= 0)
		controller_watch(*ret, g_unix_fd_add(controller_fd(*ret), G_IO_IN | G_IO_ERR | G_IO_HUP,
						     on_host, *ret));
	return r;
}

static void unplug(Radio *radio)
{
	controller_free(radio);
}

static void get_status(const Radio *radio, RadioStatus *ret)
{
	bool up = controller_powered(radio);

	*ret = (RadioStatus){ .scanning = up && controller_scanning(radio),
			      .active = up && controller_scanning_actively(radio),
			      .filter_duplicates = up && controller_filter_wanted(radio),
			      .powered = up,
			      .sent = controller_sent(radio) };
}

static int block(Radio *radio, bool blocked)
{
	return rfkill_block((int)controller_index(radio), blocked);
}

static void print_onair(Radio *radio, GString *text)
{
	if (controller_powered(radio))
		advert_print(controller_advert(radio), text);
}

static void print_airtime(Radio *radio, GString *text)
{
	controller_supervise(radio);
	advert_print_airtime(controller_advert(radio), text);
}

static void forget_airtime(Radio *radio)
{
	controller_supervise(radio);
	advert_forget_airtime(controller_advert(radio));
}

/* A scan response comes only where the radio asks for it. */
static void hear_response(Radio *radio, const Report *response)
{
	if (controller_scanning_actively(radio))
		(void)controller_report(radio, response);
}

int backend_send_event(Air *air, uint64_t target, const uint8_t *parameters, size_t length)
{
	int sent = 0, r;

	for (unsigned int i = 0; i < air->radios->len; i++) {
		if (!air_matches(air, target, air->radios->pdata[i]))
			continue;
		r = controller_event(air->radios->pdata[i], parameters, length);
		if (r < 0)
			return r;
		sent += r;
	}
	return sent;
}

static int hear_together(Air *air, uint64_t radio, const Report *reports, unsigned int n, unsigned int *ret_n)
{
	uint8_t event[EVENT_MAX] = { EVT_LE_ADVERTISING_REPORT };
	size_t length = 2;

	for (*ret_n = 0; *ret_n < n; ++*ret_n) {
		const Report *report = &reports[*ret_n];

		if (length + LE_ADVERTISING_INFO_SIZE + report->len + 1 > sizeof(event))
			break;
		length += report_pack(report, event + length);
	}
	event[1] = (uint8_t)*ret_n;
	return backend_send_event(air, radio, event, length);
}

static const AirOps ops = {
	.plug = plug,
	.unplug = unplug,
	.radio_addr = controller_addr,
	.radio_index = controller_index,
	.status = get_status,
	.block = block,
	.print_onair = print_onair,
	.print_airtime = print_airtime,
	.forget_airtime = forget_airtime,
	.hear = controller_report,
	.hear_response = hear_response,
	.hear_together = hear_together,
	.hear_peer = controller_hear,
	.peer_new = peer_end_new,
	.peer_free = peer_end_free,
	.peer_drop = peer_end_drop,
	.peer_send = peer_end_send,
	.peer_hurry = peer_end_hurry,
	.peer_bonded = peer_end_bonded,
	.peer_forget = peer_end_forget,
	.peer_pairing = peer_end_pairing,
	.peer_type = peer_end_type,
	.peer_ask = peer_end_ask,
	.central_new = central_end_new,
	.central_free = central_end_free,
	.central_connect = central_end_connect,
	.central_drop = central_end_drop,
	.central_send = central_end_send,
	.central_secure = central_end_secure,
	.central_type = central_end_type,
	.central_unbond = central_end_unbond,
	.private_address = smp_private_address,
};

void backend_init(Backend *backend)
{
	backend->air.burst = NOTIFICATIONS_MAX;
	backend->air.burst_interval = MILLISECOND;
	air_init(&backend->air, &ops, backend);
}

void backend_deinit(Backend *backend)
{
	air_deinit(&backend->air);
}

/* A host may leave without a word: looks after those for whom that matters. */
static uint64_t radios_run(Backend *backend, uint64_t now)
{
	const Air *air = &backend->air;
	bool advertising = false, late = backend->supervised + SUPERVISION_INTERVAL <= now;
	uint64_t next = NEVER;

	for (unsigned int i = 0; i < air->radios->len; i++) {
		Controller *controller = air->radios->pdata[i];

		next = MIN(next, controller_run(controller, now));
		if (late)
			controller_supervise(controller);
		advertising |= advert_is_on(controller_advert(controller));
	}
	if (late)
		backend->supervised = now;
	if (advertising || air->peers->len > 0 || air->centrals->len > 0)
		next = MIN(next, backend->supervised + SUPERVISION_INTERVAL);
	return next;
}

uint64_t backend_run(Backend *backend, uint64_t now)
{
	Air *air = &backend->air;
	uint64_t next;

	peers_run(air, now);
	next = MIN(peer_ends_run(air, now), peers_due(air));
	centrals_run(air, now);
	next = MIN(next, MIN(central_ends_run(air, now), centrals_due(air)));
	next = MIN(next, radios_run(backend, now));
	emitters_run(air, now);
	next = MIN(next, emitters_due(air));
	return next == NEVER ? NEVER : MAX(next, now + BATCH);
}
