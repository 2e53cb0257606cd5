/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The session for which a caller acts. */
#include "service/call-session.h"

#include <string.h>

#include "service/path.h"
#include "service/service.h"

static int act_for(Call *call, Session *session)
{
	sessions_used(session, service_now(call->service));
	call->session = session;
	return 0;
}

/* --- Session1, and what a session serves --- */

static int refuse_other_user(const Call *call, uid_t uid, Reason *reason)
{
	return reason_set(reason, E_ACCESS_DENIED, "that is the session of uid %u, and you are uid %u", uid,
			  call_uid(call));
}

int call_serving_session(Call *call, Session *session, Reason *reason)
{
	if (call_uid(call) != 0 && session->owner && strcmp(session->owner, call_sender(call)) != 0)
		return reason_set(reason, E_ACCESS_DENIED, "session %llu belongs to another connection",
				  (unsigned long long)session->id);
	if (call_uid(call) != 0 && !session->owner && user_uid(session->user) != call_uid(call))
		return refuse_other_user(call, user_uid(session->user), reason);
	return act_for(call, session);
}

static int call_private_session(Call *call, uint64_t id, Reason *reason)
{
	Session *session = sessions_find(call->service->broker, id);

	if (!session)
		return reason_set(reason, E_DOES_NOT_EXIST, "there is no session %llu (any more)",
				  (unsigned long long)id);
	return call_serving_session(call, session, reason);
}

int call_session(Call *call, void *object UNUSED, Reason *reason)
{
	const Path path = path_parse(sd_bus_message_get_path(call->message));
	uid_t uid = path.of_user ? path.uid : call_uid(call);
	Radio *radio;

	if (path.kind != PATH_ADAPTER && !path.of_user)
		return call_private_session(call, path.id, reason);

	radio = broker_radio(call->service->broker, path.index);
	if (!radio)
		return reason_set(reason, E_NO_SUCH_ADAPTER, "there is no radio hci%u", path.index);
	if (uid != call_uid(call) && call_uid(call) != 0)
		return refuse_other_user(call, uid, reason);
	if (uid != call_uid(call) && !sessions_find_user(radio, uid))
		return reason_set(reason, E_DOES_NOT_EXIST, "uid %u has no session on hci%u", uid,
				  path.index);
	return sessions_get_user(radio, &call->service->face, uid, service_now(call->service), &call->session,
				 reason);
}

int call_ready_session(Call *call, void *object, Reason *reason)
{
	const InitOptions defaults = { 0 };
	int r;

	r = call_session(call, object, reason);
	if (r != 0 || call->session->initialised)
		return r;
	if (call->session->owner)
		return reason_set(reason, E_NOT_READY, "the session is not initialised; call Init");
	return sessions_init(call->session, &defaults, service_now(call->service), reason);
}

static int on_powered(Call *call, int error, Reason *reason)
{
	/* find the session anew: it may have gone meanwhile, and another may have come */
	if (error == 0)
		error = call_ready_session(call, NULL, reason);
	if (error != 0)
		return error;
	call->resumed = true;
	error = call->method->run(call, NULL, reason);
	call->resumed = false;
	return error;
}

int call_powered_session(Call *call, void *object, Reason *reason)
{
	bool fresh;
	int r;

	r = call_session(call, object, reason);
	if (r != 0)
		return r;
	fresh = !call->session->initialised;
	r = call_ready_session(call, object, reason);
	/* a call that comes while the radio is being powered, for whomever, waits for that, too */
	if (r == 0 && (fresh || call->session->radio->power.call != POWER_NONE))
		r = call_wait_power(call, call->session->radio, on_powered, reason);
	return r;
}

int call_local_service(Call *call, void *service, Reason *reason)
{
	return call_serving_session(call, ((LocalService *)service)->session, reason);
}

int call_local_attr(Call *call, void *attr, Reason *reason)
{
	return call_local_service(call, ((LocalAttr *)attr)->service, reason);
}

/* --- links --- */

static Session *holding_session(const Call *call, const Link *link)
{
	Session *of_user = NULL;

	for (guint i = 0; i < link->holds->len; i++) {
		Session *session = g_array_index(link->holds, Hold, i).session;

		if (session->owner && strcmp(session->owner, call_sender(call)) == 0)
			return session;
		if (!session->owner && user_uid(session->user) == call_uid(call))
			of_user = session;
	}
	return of_user;
}

int call_link(Call *call, void *link, Reason *reason)
{
	Session *session = holding_session(call, link);

	if (!session)
		return reason_set(reason, E_ACCESS_DENIED,
				  "no session of yours holds this link; Session1.Connect gets it");
	return act_for(call, session);
}

int call_attr(Call *call, void *attr, Reason *reason)
{
	Link *link = ((Attr *)attr)->link;
	int r;

	r = call_link(call, link, reason);
	if (r != 0)
		return r;
	if (!link->bluez.connected && !link_is_recovering(link))
		return reason_set(reason, E_NOT_CONNECTED, "the link is down, and being opened again");
	return 0;
}
