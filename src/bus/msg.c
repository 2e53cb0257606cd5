/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what bluetoothd says, one dictionary after the other. */
#include "bus/msg.h"

#include <errno.h>
#include <string.h>

#include "bus/array.h"
#include "meaning/ad.h"

int msg_enter_variant(sd_bus_message *m, const char *signature)
{
	int r = sd_bus_message_enter_container(m, SD_BUS_TYPE_VARIANT, signature);

	if (r != -ENXIO)
		return r;
	/* the variant holds something else */
	r = sd_bus_message_skip(m, "v");
	return r < 0 ? r : 0;
}

int msg_exit_variant(sd_bus_message *m)
{
	return sd_bus_message_exit_container(m);
}

int msg_read_variant(sd_bus_message *m, char type, void *value)
{
	const char signature[] = { type, '\0' };
	int r;

	r = msg_enter_variant(m, signature);
	if (r <= 0)
		return r;
	r = sd_bus_message_read_basic(m, type, value);
	if (r < 0)
		return r;
	r = msg_exit_variant(m);
	return r < 0 ? r : 1;
}

int msg_read_variant_bool(sd_bus_message *m, bool *ret)
{
	int value;
	int r = msg_read_variant(m, 'b', &value);

	if (r > 0)
		*ret = value;
	return r;
}

int msg_read_variant_bytes(sd_bus_message *m, const uint8_t **ret, size_t *ret_length)
{
	const void *bytes;
	size_t length;
	int r;

	r = msg_enter_variant(m, "ay");
	if (r <= 0)
		return r;
	r = array_read(m, 'y', &bytes, &length);
	if (r < 0)
		return r;
	r = msg_exit_variant(m);
	if (r < 0)
		return r;
	*ret = bytes;
	*ret_length = length;
	return 1;
}

const char *msg_error_words(const sd_bus_error *error)
{
	return error->message && error->message[0] ? error->message : error->name;
}

int msg_append_path(sd_bus_message *m, void *path)
{
	return sd_bus_message_append(m, "o", path);
}

int msg_append_registration(sd_bus_message *m, void *path)
{
	return sd_bus_message_append(m, "oa{sv}", path, 0);
}

int msg_reply(sd_bus_message *call, MsgAppend append, void *userdata)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(call, &reply);
	if (r >= 0)
		r = append(reply, userdata);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	return r < 0 ? r : 1;
}

/*
 * sd-bus refuses strings with Unicode noncharacters, even to skip them, so that nothing behind one could be
 * read. bluetoothd and the bus pass them on, and any device in range may have some in its name. So they are
 * replaced, in the message itself: in the string that is the value of the key that was just read. What sd-bus
 * hands out lies in the message, so the value's type is right behind the key; where it is not, nothing is
 * touched. That the message is well-formed, so that the text is there and ends, the bus has made sure of;
 * where we are the bus ourselves (face/wire), nobody has, and such a string is an error.
 */
static void make_readable(sd_bus_message *m, const char *key)
{
	size_t key_size = strlen(key) + 1;
	const char *contents;
	char type;

	if (sd_bus_is_server(sd_bus_message_get_bus(m)) > 0)
		return;
	if (sd_bus_message_peek_type(m, &type, &contents) <= 0 || type != 'v' || strcmp(contents, "s") != 0 ||
	    contents != key + key_size + 1)
		return;
	/* behind the key: type with length and NUL; then, at a multiple of 4 (as the key is), the text's
	 * length; the text */
	ad_replace_noncharacters((char *)key + ((key_size + 3 + 3) & ~(size_t)3) + 4);
}

int msg_walk_properties(sd_bus_message *m, MsgProperty property, void *userdata)
{
	const char *key;
	int r;

	r = sd_bus_message_enter_container(m, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read_basic(m, 's', &key);
		if (r < 0)
			return r;
		make_readable(m, key);
		r = property(m, key, userdata);
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	return sd_bus_message_exit_container(m);
}

typedef struct Table {
	const MsgRow *rows;
	void *userdata;
} Table;

static int read_by_table(sd_bus_message *m, const char *key, void *userdata)
{
	const Table *table = userdata;

	for (const MsgRow *row = table->rows; row->key; row++)
		if (strcmp(row->key, key) == 0)
			return row->read(m, table->userdata);
	return sd_bus_message_skip(m, "v");
}

int msg_walk_table(sd_bus_message *m, const MsgRow *rows, void *userdata)
{
	Table table = { rows, userdata };

	return msg_walk_properties(m, read_by_table, &table);
}

static int skip_property(sd_bus_message *m, const char *key UNUSED, void *userdata UNUSED)
{
	const char *contents;
	int r = sd_bus_message_peek_type(m, NULL, &contents);

	if (r <= 0)
		return r;
	if (strcmp(contents, "a{sv}") != 0)
		return sd_bus_message_skip(m, "v");
	r = msg_enter_variant(m, "a{sv}");
	if (r >= 0)
		r = msg_skip_properties(m);
	return r < 0 ? r : msg_exit_variant(m);
}

int msg_skip_properties(sd_bus_message *m)
{
	return msg_walk_properties(m, skip_property, NULL);
}

int msg_walk_interfaces(sd_bus_message *m, const char *path, MsgInterface interface, void *userdata)
{
	const char *name;
	int r;

	r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
		r = sd_bus_message_read_basic(m, 's', &name);
		if (r < 0)
			return r;
		r = interface(m, path, name, userdata);
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	return sd_bus_message_exit_container(m);
}

int msg_walk_objects(sd_bus_message *m, MsgInterface interface, void *userdata)
{
	const char *path;
	int r;

	r = sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}")) > 0) {
		r = sd_bus_message_read_basic(m, 'o', &path);
		if (r < 0)
			return r;
		r = msg_walk_interfaces(m, path, interface, userdata);
		if (r < 0)
			return r;
		r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	return sd_bus_message_exit_container(m);
}

int msg_open_property(sd_bus_message *m, const char *name, const char *signature)
{
	int r;

	r = sd_bus_message_open_container(m, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", name);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', signature);
	return r < 0 ? r : sd_bus_message_open_container(m, 'a', signature + 1);
}

int msg_close_property(sd_bus_message *m)
{
	int r = 0;

	for (int i = 0; i < 3 && r >= 0; i++)
		r = sd_bus_message_close_container(m);
	return r;
}
