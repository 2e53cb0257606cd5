/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as what bluetoothd says of its objects: GetManagedObjects' answer, or with another first byte
 * InterfacesAdded. Each property is read as its name begins: a string, bytes, a flag, a dictionary, or not at
 * all.
 */
#include <glib.h>
#include <string.h>

#include "bus/msg.h"
#include "fuzz.h"
#include "wire.h"

/* What was handed out is there. */
static void touch(const void *bytes, size_t length)
{
	volatile uint8_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)bytes)[i]);
}

static int read_text(sd_bus_message *m, void *userdata)
{
	const char *text;
	int r = msg_read_variant(m, 's', &text);

	(void)userdata;
	if (r > 0)
		PROMISE(g_utf8_validate(text, -1, NULL));
	return r;
}

static int read_bytes(sd_bus_message *m, void *userdata)
{
	const uint8_t *bytes;
	size_t length;
	int r = msg_read_variant_bytes(m, &bytes, &length);

	(void)userdata;
	if (r > 0)
		touch(bytes, length);
	return r;
}

static int read_flag(sd_bus_message *m, void *userdata)
{
	bool flag = false;

	(void)userdata;
	return msg_read_variant_bool(m, &flag);
}

static int read_inner(sd_bus_message *m, void *userdata)
{
	int r = msg_enter_variant(m, "a{sv}");

	(void)userdata;
	if (r <= 0)
		return r;
	r = msg_skip_properties(m);
	return r < 0 ? r : msg_exit_variant(m);
}

static int on_interface(sd_bus_message *m, const char *path, const char *interface, void *userdata)
{
	static const MsgRow rows[] = {
		{ "Name", read_text },
		{ "Value", read_bytes },
		{ "Paired", read_flag },
		{ "Capabilities", read_inner },
		{ 0 },
	};

	(void)userdata;
	PROMISE(!path || path[0] == '/');
	return interface[0] == 'o' ? msg_walk_table(m, rows, NULL) : msg_skip_properties(m);
}

static void read_objects(sd_bus_message *m, bool all)
{
	const char *path;

	if (all)
		(void)msg_walk_objects(m, on_interface, NULL);
	else if (sd_bus_message_read_basic(m, 'o', &path) > 0)
		(void)msg_walk_interfaces(m, path, on_interface, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	const bool all = size > 0 && data[0] == 0;

	if (size < 2)
		return 0;
	m = wire_message(all ? "a{oa{sa{sv}}}" : "oa{sa{sv}}", data + 1, size - 1);
	if (m)
		read_objects(m, all);
	return 0;
}
