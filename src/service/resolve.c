/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1.ResolveAdvData: AD structures as D-Bus values. */
#include "service/resolve.h"

#include <glib.h>

#include "bus/array.h"
#include "meaning/ad.h"

#define BRIEF 256	/* bytes of data that are resolved at once: more than a legacy advertisement has */

/* One AD structure as the type says: y, n, s or ay. Nothing for a TX power that holds no value. */
static int append_resolved(sd_bus_message *m, const AdField *field)
{
	g_autofree char *text = NULL;
	int r;

	switch (field->type) {
	case AD_FLAGS:
		/* no octets at all means that none is set (Core Specification Supplement, A 1.3) */
		return sd_bus_message_append(m, "v", "y", field->length > 0 ? field->data[0] : 0);
	case AD_TX_POWER:
		if (field->length == 0)
			return 0;
		return sd_bus_message_append(m, "v", "n", (int)(int8_t)field->data[0]);
	case AD_NAME:
	case AD_NAME_SHORT:
		text = ad_name_text(field->data, field->length);
		return sd_bus_message_append(m, "v", "s", text);
	default:
		r = sd_bus_message_open_container(m, 'v', "ay");
		if (r >= 0)
			r = sd_bus_message_append_array(m, 'y', field->data, field->length);
		return r < 0 ? r : sd_bus_message_close_container(m);
	}
}

static int resolve_slice(Call *call, Reason *reason UNUSED)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const void *data;
	size_t length;
	AdField field;
	uint8_t type;
	AdIter iter;
	int r;

	r = sd_bus_message_rewind(call->message, true);
	if (r >= 0)
		r = array_read(call->message, 'y', &data, &length);
	if (r >= 0)
		r = sd_bus_message_read(call->message, "y", &type);
	if (r < 0)
		return r;

	r = sd_bus_message_new_method_return(call->message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "v");
	ad_iter_init(&iter, data, length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		if (field.type == type)
			r = append_resolved(reply, &field);
	}
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	return r < 0 ? r : 0;
}

int resolve_adv_data(Call *call, void *object UNUSED, Reason *reason)
{
	const void *data;
	size_t length;
	int r = array_read(call->message, 'y', &data, &length);

	if (r < 0)
		return r;
	if (length > AD_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "data: %zu bytes, an advertisement has at most %d", length, AD_MAX);
	return job_start(call, resolve_slice, NULL, NULL, length <= BRIEF, reason);
}
