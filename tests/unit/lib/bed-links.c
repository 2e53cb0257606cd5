/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bed-links.h"

static void on_connecter(Wait *wait, int error, const Reason *reason)
{
	Connecter *connecter = CONTAINER_OF(wait, Connecter, wait.wait);

	ck_assert(!wait_is_on(wait));
	connecter->called++;
	connecter->error = error;
	g_strlcpy(connecter->text, reason ? reason->text : "", sizeof(connecter->text));
	if (connecter->then)
		connecter->then(connecter);
}

int bed_connect_as(Bed *bed, uint8_t last, Session *session, Connecter *connecter, unsigned seconds,
		   uint8_t priority, bool auto_reconnect)
{
	const Addr addr = device_addr(last);
	Reason reason = { "" };
	int r;

	connecter->bed = bed;
	connecter->wait = (ConnectWait){
		.deadline = bed->now + seconds * USEC_PER_SEC,
		.priority = priority,
		.auto_reconnect = auto_reconnect,
	};
	wait_init(&connecter->wait.wait, &bed->broker->agenda, on_connecter);
	connecter->wait.wait.session = session;
	r = links_connect(bed->radio, &addr, &connecter->wait, bed->now, &reason);
	g_strlcpy(connecter->text, reason.text, sizeof(connecter->text));
	bed_settle(bed);
	return r;
}

int bed_connect(Bed *bed, uint8_t last, Session *session, Connecter *connecter)
{
	return bed_connect_as(bed, last, session, connecter, 30, 0, false);
}

void bed_give_up(Bed *bed, Connecter *connecter)
{
	wait_cancel(&connecter->wait.wait);
	bed_settle(bed);
}

void bed_release(Bed *bed, Link *link, Session *session)
{
	(void)hold_release(link, session, bed->now);
	bed_settle(bed);
}

void bed_fail_connect(Bed *bed, uint8_t last, int error)
{
	Reason reason;

	reason_set(&reason, E_FAILED, "said the edge");
	link_connect_done(bed_link(bed, last), error, &reason, bed->now);
	bed_settle(bed);
}

void bed_disconnected(Bed *bed, uint8_t last, int error)
{
	link_disconnect_done(bed_link(bed, last), error, bed->now);
	bed_settle(bed);
}

static void tell(Bed *bed, uint8_t last, const LinkMirror *mirror)
{
	const Addr addr = device_addr(last);

	bed->devices[last] = *mirror;
	link_mirror(bed->radio, &addr, mirror, bed->now);
	bed_settle(bed);
}

void bed_device(Bed *bed, uint8_t last, bool connected, bool resolved)
{
	tell(bed, last, &(LinkMirror){
		.known = true,
		.connected = connected,
		.resolved = resolved,
		.addr_type = ADDR_RANDOM,
		.rssi = -50,
	});
}

void bed_no_device(Bed *bed, uint8_t last)
{
	tell(bed, last, &(LinkMirror){ .rssi = RSSI_UNKNOWN });
}

Link *bed_link_up(Bed *bed, uint8_t last, Session *session, bool auto_reconnect)
{
	Connecter connecter = { 0 };

	if (!bed->devices[last].known)
		bed_device(bed, last, false, false);
	ck_assert_int_eq(bed_connect_as(bed, last, session, &connecter, 30, 0, auto_reconnect), 1);
	bed_device(bed, last, true, true);
	ck_assert_uint_eq(connecter.called, 1);
	ck_assert_int_eq(connecter.error, 0);
	bed_forget(bed);
	return bed_link(bed, last);
}

Link *bed_link(const Bed *bed, uint8_t last)
{
	const Addr addr = device_addr(last);

	return link_find(bed->radio, &addr);
}
