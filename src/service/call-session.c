/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The session that a call is for. */
#include "service/call-session.h"

#include <string.h>

#include "service/path.h"
#include "service/service.h"

static int find_private(Call *call, const Path *path, Session **ret, Reason *reason)
{
	Session *session = session_find_private(call->service->broker, path->id);

	if (!session)
		return reason_set(reason, E_DOES_NOT_EXIST, "there is no session %llu (any more)",
				  (unsigned long long)path->id);
	if (strcmp(session->owner, call_sender(call)) != 0 && call_uid(call) != 0)
		return reason_set(reason, E_ACCESS_DENIED, "session %llu belongs to another connection",
				  (unsigned long long)path->id);
	session->last_used = service_now(call->service);
	*ret = session;
	return 0;
}

int call_session(Call *call, Session **ret, Reason *reason)
{
	Path path = path_parse(sd_bus_message_get_path(call->message));
	uint64_t now = service_now(call->service);
	uid_t uid = call_uid(call);
	Radio *radio;

	if (path.kind != PATH_ADAPTER && !path.of_user)
		return find_private(call, &path, ret, reason);

	radio = broker_radio(call->service->broker, path.index);
	if (!radio)
		return reason_set(reason, E_NO_SUCH_ADAPTER, "there is no radio hci%u", path.index);
	if (path.of_user) {
		if (path.uid != uid && uid != 0)
			return reason_set(reason, E_ACCESS_DENIED, "that is the session of uid %u, and you are uid %u",
					  path.uid, uid);
		if (path.uid != uid && !session_find_user(radio, path.uid))
			return reason_set(reason, E_DOES_NOT_EXIST, "uid %u has no session on hci%u", path.uid, path.index);
		uid = path.uid;
	}
	return session_get_user(radio, uid, now, ret, reason);
}

int call_ready_session(Call *call, Session **ret, Reason *reason)
{
	const InitOptions defaults = { 0 };
	Session *session = NULL;
	int r;

	r = call_session(call, &session, reason);
	if (r != 0)
		return r;
	if (!session->initialised && session->owner)
		return reason_set(reason, E_NOT_READY, "the session is not initialised; call Init");
	if (!session->initialised) {
		r = session_init(session, &defaults, service_now(call->service), reason);
		if (r != 0)
			return r;
	}
	*ret = session;
	return 0;
}

int call_powered_session(Call *call, MethodResume resume, Reason *reason)
{
	Session *session = NULL;
	bool fresh;
	int r;

	r = call_session(call, &session, reason);
	if (r != 0)
		return r;
	fresh = !session->initialised;
	r = call_ready_session(call, &session, reason);
	/* and who comes while it is being powered, for whomever, waits for that, too */
	if (r == 0 && (fresh || session->radio->power.call != POWER_NONE))
		r = call_wait_power(call, session->radio, resume, reason);
	return r != 0 ? r : resume(call, 0, reason);
}
