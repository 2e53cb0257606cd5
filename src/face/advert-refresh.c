/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertisements that change: bluetoothd follows their PropertiesChanged, and hides them in time. */
#include "face/advert-private.h"

#include <errno.h>
#include <string.h>

#include "core/radio.h"
#include "face/advert.h"
#include "face/programs.h"
#include "util/log.h"

#define ANSWER_TIMEOUT (25 * USEC_PER_SEC)

int advert_ask(FaceAdvert *advert, sd_bus_message_handler_t done)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = connection_method(advert->connection, advert->path, "org.freedesktop.DBus.Properties", "GetAll",
			      &m);
	if (r >= 0)
		r = sd_bus_message_append(m, "s", ADVERT_INTERFACE);
	if (r >= 0)
		r = connection_call(advert->connection, &advert->call, m, done, advert, ANSWER_TIMEOUT);
	return r;
}

static void refresh(FaceAdvert *advert);

static void refreshed(FaceAdvert *advert)
{
	wait_deinit(&advert->refresh.wait);
	advert->is_refreshing = false;
	if (advert->changed)
		refresh(advert);
}

static void on_refreshed(Wait *wait, int error, const Reason *reason)
{
	FaceAdvert *advert = CONTAINER_OF(wait, FaceAdvert, refresh.wait);

	if (error != 0)
		log_limited(LOG_INFO, "the advertisement %s of %s stays as it was: %s", advert->path,
			    advert->view->program->owner, reason ? reason->text : error_text(error));
	refreshed(advert);
}

/* As bluetoothd: what cannot be read or sent leaves it as it is. */
static int on_new_properties(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	FaceAdvert *advert = userdata;
	Reason reason = { "" };
	AdvertWords said;
	int r = -EBADMSG;

	advert->call = sd_bus_slot_unref(advert->call);
	if (!sd_bus_message_is_method_error(m, NULL))
		r = advert_words_read(m, advert->view->radio, advert->view->wish.discoverable, &said,
				      &reason);
	if (r == 0 && advert->hidden)
		said.data.discoverable = false;
	if (r == 0)
		r = advert_set(advert->session, &said.data, &advert->refresh, &reason);
	if (r != 0)
		on_refreshed(&advert->refresh.wait, r, &reason);
	return 0;
}

static void refresh(FaceAdvert *advert)
{
	advert->changed = false;
	advert->is_refreshing = true;
	advert->refresh = (AdvertWait){ 0 };
	wait_init(&advert->refresh.wait, &advert->view->radio->broker->agenda, on_refreshed);
	advert->refresh.wait.session = advert->session;
	if (advert_ask(advert, on_new_properties) < 0)
		refreshed(advert);
}

static void wake(FaceAdvert *advert)
{
	if (advert->is_refreshing)
		advert->changed = true;
	else
		refresh(advert);
}

void adverts_signal(Connection *connection, sd_bus_message *m)
{
	const char *interface, *path = sd_bus_message_get_path(m);

	if (!sd_bus_message_is_signal(m, "org.freedesktop.DBus.Properties", "PropertiesChanged") ||
	    sd_bus_message_rewind(m, true) < 0 || sd_bus_message_read(m, "s", &interface) < 0 ||
	    strcmp(interface, ADVERT_INTERFACE) != 0)
		return;
	for (guint v = 0; v < connection->program->views->len; v++) {
		const View *view = g_ptr_array_index(connection->program->views, v);

		for (guint i = 0; i < view->adverts->len; i++) {
			FaceAdvert *advert = g_ptr_array_index(view->adverts, i);

			if (advert->connection != connection || advert->registering ||
			    strcmp(advert->path, path) != 0)
				continue;
			wake(advert);
		}
	}
}

/* --- DiscoverableTimeout --- */

static void on_hide(Task *task, uint64_t now UNUSED)
{
	FaceAdvert *advert = CONTAINER_OF(task, FaceAdvert, hide);

	advert->hidden = true;
	wake(advert);
}

void advert_hide_init(FaceAdvert *advert)
{
	task_init(&advert->hide, &advert->view->radio->broker->agenda, on_hide);
}

void advert_hide_later(FaceAdvert *advert)
{
	const uint16_t seconds = advert->said.discoverable_timeout;

	if (seconds > 0 && advert->said.data.discoverable)
		task_at(&advert->hide,
			programs_now(advert->view->program->programs) + seconds * USEC_PER_SEC);
}
