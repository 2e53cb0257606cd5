/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bed-attrs.h"

#include <string.h>

static Bed *bed_of(const Link *link)
{
	return link->radio->broker->userdata;
}

void bed_init_link(Bed *bed)
{
	Connecter second = { 0 };

	bed_init_radio(bed);
	bed->link = bed_link_up(bed, 5, bed->a, true);
	ck_assert_int_eq(bed_connect(bed, 5, bed->b, &second), 0);
	bed_show_attrs(bed);
	bed_expect(bed, "+1 +3");
}

Attr *bed_attr(Link *link, AttrKind kind, uint16_t handle, Attr *parent, const char *flags)
{
	Attr *attr = attr_find(link, kind, handle);

	if (!attr)
		attr = attr_new(link, kind, handle);
	attr_set_parent(attr, parent ? parent->handle : 0);
	attr_set_flags(attr, g_strsplit(flags, ",", -1));
	attr_appeared(attr);
	bed_settle(bed_of(link));
	return attr;
}

Attr *bed_show_attrs(Bed *bed)
{
	bed->service = bed_attr(bed->link, ATTR_SERVICE, 1, NULL, "");
	bed->attr = bed_attr(bed->link, ATTR_CHARACTERISTIC, HANDLE, bed->service,
			     "read,write,write-without-response,reliable-write,notify");
	return bed->attr;
}

static void on_asker(Wait *wait, int error, const Reason *reason)
{
	Asker *asker = CONTAINER_OF(wait, Asker, wait.wait);
	gsize length = 0;
	const char *bytes = wait->value ? g_bytes_get_data(wait->value, &length) : "";

	ck_assert(!wait_is_on(wait));
	asker->called++;
	asker->error = error;
	g_strlcpy(asker->text, reason ? reason->text : "", sizeof(asker->text));
	ck_assert_uint_lt(length, sizeof(asker->value));
	if (length > 0)
		memcpy(asker->value, bytes, length);
	asker->value[length] = '\0';
	g_clear_pointer(&wait->value, g_bytes_unref);
	if (asker->then)
		asker->then(asker);
}

static OpWait *asker_wait(Asker *asker, const Attr *attr)
{
	asker->wait = (OpWait){ 0 };
	wait_init(&asker->wait.wait, &attr->link->broker->agenda, on_asker);
	return &asker->wait;
}

int bed_read(Attr *attr, uint16_t offset, Asker *asker)
{
	return bed_read_for(attr, g_array_index(attr->link->holds, Hold, 0).session, offset, asker);
}

int bed_read_for(Attr *attr, Session *session, uint16_t offset, Asker *asker)
{
	Reason reason = { "" };
	int r;

	r = attr_op_read(attr, session, offset, asker_wait(asker, attr), &reason);
	g_strlcpy(asker->text, reason.text, sizeof(asker->text));
	bed_settle(bed_of(attr->link));
	return r;
}

int bed_write(Attr *attr, Session *session, OpKind kind, const char *value, Asker *asker)
{
	return bed_write_at(attr, session, kind, 0, value, strlen(value), asker);
}

int bed_write_at(Attr *attr, Session *session, OpKind kind, uint16_t offset, const void *value, size_t length,
		 Asker *asker)
{
	Reason reason = { "" };
	int r;

	r = attr_op_write(attr, session, kind, offset, value, length, asker_wait(asker, attr), &reason);
	g_strlcpy(asker->text, reason.text, sizeof(asker->text));
	bed_settle(bed_of(attr->link));
	return r;
}

int bed_subscribe(Attr *attr, Session *session, const char *connection, Asker *asker)
{
	Reason reason = { "" };
	int r;

	r = listener_subscribe(attr, session, connection, asker_wait(asker, attr), &reason);
	bed_settle(bed_of(attr->link));
	return r;
}

int bed_add_stream(Attr *attr, AttrStream *stream, Asker *asker)
{
	Reason reason = { "" };
	int r;

	r = listener_add_stream(attr, stream, asker_wait(asker, attr), &reason);
	bed_settle(bed_of(attr->link));
	return r;
}

void bed_notify(Bed *bed)
{
	Asker asker = { 0 };

	ck_assert_int_eq(bed_subscribe(bed->attr, bed->a, ":1.1", &asker), 1);
	bed_answer(bed, 0, 0, NULL);
	ck_assert_uint_eq(asker.called, 1);
	bed_expect(bed, "notify(3)");
}

AttrSub *bed_sub(const Attr *attr, const Session *session)
{
	for (guint i = 0; i < attr->subs->len; i++) {
		AttrSub *sub = &g_array_index(attr->subs, AttrSub, i);

		if (sub->session == session)
			return sub;
	}
	return NULL;
}

void bed_answer(Bed *bed, guint n, int error, const char *value)
{
	AttrOp *op;
	GBytes *bytes = value ? g_bytes_new(value, strlen(value)) : NULL;
	Reason reason = { "" };

	bed_settle(bed);
	ck_assert_uint_lt(n, bed->running->len);
	op = g_ptr_array_steal_index(bed->running, n);
	if (error != 0)
		reason_set(&reason, E_FAILED, "said the edge");
	attr_op_done(op, error, &reason, bytes);
	if (bytes)
		g_bytes_unref(bytes);
	bed_settle(bed);
}

void bed_value(Bed *bed, Attr *attr, const char *value)
{
	GBytes *bytes = g_bytes_new(value, strlen(value));

	attr_value(attr, bytes, bed->now);
	g_bytes_unref(bytes);
	bed_settle(bed);
}

uint64_t bed_charged(const Bed *bed)
{
	return user_charged(bed->a->user, QUOTA_BYTES);
}

void bed_spend(Bed *bed)
{
	bed->spent = user_limit(bed->a->user, QUOTA_BYTES) - bed_charged(bed);
	ck_assert_int_eq(user_charge(bed->a->user, QUOTA_BYTES, bed->spent), 0);
}

void bed_earn(Bed *bed)
{
	user_discharge(bed->a->user, QUOTA_BYTES, bed->spent);
}
