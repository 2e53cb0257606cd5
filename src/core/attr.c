/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a peer, as BlueZ shows them. */
#include "core/attr.h"

#include <string.h>

#include "core/link.h"
#include "core/news.h"
#include "core/post.h"

/* Where the attribute is in link->attrs, or belongs. A device may have 65535 of them: none is found by
 * walking over the others. */
static guint attr_place(const Link *link, AttrKind kind, uint16_t handle)
{
	guint low = 0, high = link->attrs->len;

	while (low < high) {
		const guint middle = low + (high - low) / 2;
		const Attr *attr = g_ptr_array_index(link->attrs, middle);

		if (attr->handle < handle || (attr->handle == handle && attr->kind < kind))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

Attr *attr_new(Link *link, AttrKind kind, uint16_t handle)
{
	Attr *attr = g_new0(Attr, 1);

	attr->link = link;
	attr->kind = kind;
	attr->handle = handle;
	attr->subs = g_array_new(FALSE, FALSE, sizeof(AttrSub));
	attr->streams = g_ptr_array_new();
	task_init(&attr->notify, &link->broker->agenda, listeners_run);
	g_queue_init(&attr->notified);
	g_queue_init(&attr->ops);
	g_ptr_array_insert(link->attrs, (gint)attr_place(link, kind, handle), attr);
	return attr;
}

static void attr_end(void *data)
{
	Attr *attr = data;

	g_array_free(attr->subs, TRUE);
	g_ptr_array_free(attr->streams, TRUE);
	g_strfreev(attr->flags);
	g_clear_pointer(&attr->value, g_bytes_unref);
	g_free(attr);
}

/* Takes the attribute out of its link: its parts have no parent any more. */
static void attr_leave(Attr *attr)
{
	GPtrArray *attrs = attr->link->attrs;
	const guint at = attr_place(attr->link, attr->kind, attr->handle);

	g_ptr_array_remove_index(attrs, at);
	if (attr->parent)
		attr->parent->parts--;
	/* they stand behind it, as a rule */
	for (guint i = 0; attr->parts > 0 && i < attrs->len; i++) {
		Attr *other = g_ptr_array_index(attrs, (at + i) % attrs->len);

		if (other->parent != attr)
			continue;
		other->parent = NULL;
		attr->parts--;
	}
}

Attr *attr_free(Attr *attr)
{
	Reason reason;

	if (!attr)
		return NULL;
	reason_set(&reason, E_DOES_NOT_EXIST, "the device has no attribute 0x%04x any more", attr->handle);
	if (attr->link->exposed)
		news_attr_removed(attr);
	attr_leave(attr);
	attr_op_cancel_all(attr, E_DOES_NOT_EXIST, &reason);
	/* bluetoothd would go on notifying us */
	if (attr->present && attr->upstream)
		attr_op_leave(attr);
	listeners_drop(attr);
	post_bury(attr->link->broker, attr, attr_end);
	return NULL;
}

Attr *attr_find(const Link *link, AttrKind kind, uint16_t handle)
{
	const guint at = attr_place(link, kind, handle);
	Attr *attr = at < link->attrs->len ? g_ptr_array_index(link->attrs, at) : NULL;

	return attr && attr->handle == handle && attr->kind == kind ? attr : NULL;
}

void attr_set_parent(Attr *attr, uint16_t handle)
{
	if (attr->kind == ATTR_SERVICE)
		return;
	if (attr->parent)
		attr->parent->parts--;
	attr->parent = attr_find(attr->link, attr->kind - 1, handle);
	if (attr->parent)
		attr->parent->parts++;
}

void attr_set_uuid(Attr *attr, const Uuid *uuid)
{
	attr->uuid = *uuid;
}

void attr_set_primary(Attr *attr, bool primary)
{
	attr->primary = primary;
}

void attr_set_mtu(Attr *attr, uint16_t mtu)
{
	attr->mtu = mtu;
}

void attr_set_tells_handle(Attr *attr)
{
	attr->tells_handle = true;
}

void attr_set_flags(Attr *attr, char **flags)
{
	static const char *const extended[] = { "reliable-write", "writable-auxiliaries", NULL };

	g_strfreev(attr->flags);
	attr->flags = flags;
	attr->properties = 0;
	for (char **flag = flags; flag && *flag; flag++) {
		if (g_strv_contains(extended, *flag))
			attr->properties |= PROP_EXT_PROP;
		for (const Constant *word = property_names; word->name; word++)
			if (strcmp(*flag, word->name) == 0)
				attr->properties |= word->value;
	}
}

void attr_appeared(Attr *attr)
{
	attr->present = true;
	if (attr->link->exposed)
		news_attr_added(attr);
	if (attr->link->state == LINK_UP)
		attr_restore(attr);
}

/* Whether an attribute that BlueZ does not show now is kept for when the link is back. */
static bool attr_is_kept(const Attr *attr)
{
	return attr->parts > 0 || listeners_are_there(attr) || attr->claim || attr->link->recover_until != 0;
}

void attr_vanished(Attr *attr)
{
	attr->present = false;
	attr->upstream = false;
	if (attr->link->bluez.connected || !attr_is_kept(attr))
		attr_free(attr);
}

void attr_take_value(Attr *attr, GBytes *value)
{
	g_clear_pointer(&attr->value, g_bytes_unref);
	attr->value = g_bytes_ref(value);
}

/* Whether a value that BlueZ shows may be a notification. Others are what programs read straight through
 * BlueZ: if they read in parts, BlueZ shows the new beginning of the value with its old end. */
static bool attr_may_notify(const Attr *attr, GBytes *value)
{
	return listeners_are_there(attr) && (attr->mtu < 4 || g_bytes_get_size(value) <= attr->mtu - 3u);
}

void attr_value(Attr *attr, GBytes *value, uint64_t now)
{
	if (!attr_may_notify(attr, value))
		return;
	attr_take_value(attr, value);
	listeners_notify(attr, value, now);
}

void attr_link_lost(Attr *attr)
{
	Reason reason;

	if (attr->link->recover_until != 0) {
		attr_op_suspend(attr);
		return;
	}
	reason_set(&reason, E_NOT_CONNECTED, "the link was lost");
	attr_op_cancel_all(attr, E_NOT_CONNECTED, &reason);
	/* an OP_NOTIFY_OFF may have been among the operations that were ended */
	listeners_stop_unwanted(attr);
}

void attr_restore(Attr *attr)
{
	Reason reason;
	AttrOp *op;

	(void)attr_op_switch(attr, listeners_are_there(attr), NULL, &op, &reason);
	attr_op_next(attr);
}
