/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "service/rows.h"

#include "core/bonds.h"
#include "core/session.h"
#include "service/path.h"

int rows_append_client(sd_bus_message *m, unsigned index, const Addr *addr, uint16_t mtu, uint32_t sessions)
{
	char path[PATH_SIZE], address[ADDR_STRING_SIZE];

	return sd_bus_message_append(m, "a{sv}", 4,
				     "Adapter", "o", path_of_index(index, path),
				     "Address", "s", addr_format(addr, address),
				     "MTU", "q", mtu,
				     "Sessions", "u", sessions);
}

int rows_append_guest(sd_bus_message *m, const Guest *guest)
{
	/* a process may call itself by any bytes, but D-Bus takes text alone */
	g_autofree char *command = g_utf8_make_valid(guest->command, -1);

	return sd_bus_message_append(m, "a{sv}", 7,
				     "Pid", "u", (uint32_t)guest->pid,
				     "Uid", "u", (uint32_t)guest->uid,
				     "Command", "s", command,
				     "Connections", "u", guest->connections,
				     "Discoveries", "u", guest->discoveries,
				     "Links", "u", guest->links,
				     "CutOff", "t", guest->cut_off);
}

int rows_append_bond(sd_bus_message *m, const Addr *addr, const char *name, bool mine)
{
	char address[ADDR_STRING_SIZE];
	int r;

	r = sd_bus_message_append(m, "{sv}{sv}{sv}", "Address", "s", addr_format(addr, address),
				  "AddressType", "s", addr_type_name(addr->type), "Mine", "b", (int)mine);
	if (r >= 0 && name)
		r = sd_bus_message_append(m, "{sv}", "Name", "s", name);
	return r;
}

static int append_bond(sd_bus_message *m, const ListRow *row, uid_t uid)
{
	char path[PATH_SIZE];
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}", "Adapter", "o", path_of_index(row->index, path));
	if (r >= 0)
		r = rows_append_bond(m, &row->addr, row->name, bond_is_of(row->radio, &row->addr, uid));
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int rows_append(sd_bus_message *m, const ListRow *row, uid_t uid)
{
	char path[PATH_SIZE];

	switch (row->list) {
	case LIST_SESSIONS:
		return sd_bus_message_append(m, "a{sv}", 4,
					     "Path", "o", path_of_session(row->session, path),
					     "Uid", "u", user_uid(row->session->user),
					     "Scanning", "b", (int)row->scanning,
					     "Stream", "b", (int)row->stream);
	case LIST_CLIENTS:
		return rows_append_client(m, row->index, &row->addr, row->mtu, row->sessions);
	case LIST_PROGRAMS:
		return rows_append_guest(m, &row->guest);
	case LIST_BONDS:
		return append_bond(m, row, uid);
	case LIST_BLUEZ:
		break;
	}
	return sd_bus_message_append(m, "a{sv}", 1, "BlueZ", "s", row->state);
}
