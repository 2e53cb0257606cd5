/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/marks.h"

#include <string.h>

#include "client/fail.h"
#include "client/linked.h"

bool marks_ask(Marks *marks, BrokerAdapter1 *adapter, int number, ExitCode *ret_exit)
{
	GDBusConnection *connection = g_dbus_proxy_get_connection(G_DBUS_PROXY(adapter));
	g_autoptr(GError) error = NULL;

	if (!broker_adapter1_call_get_bonds_sync(adapter, &marks->bonds, NULL, &error)) {
		*ret_exit = fail_call(error, "asking for the bonds");
		return false;
	}
	marks->links = linked_rows(connection, number, ret_exit);
	return marks->links;
}

void marks_clear(Marks *marks)
{
	g_clear_pointer(&marks->bonds, g_variant_unref);
	g_clear_pointer(&marks->links, g_array_unref);
}

Mark marks_of(const Marks *marks, GVariant *row)
{
	const char *address = "";
	Mark mark = { 0 };

	if (!g_variant_lookup(row, "IdentityAddress", "&s", &address))
		g_variant_lookup(row, "Address", "&s", &address);
	for (size_t i = 0; i < g_variant_n_children(marks->bonds); i++) {
		g_autoptr(GVariant) bond = g_variant_get_child_value(marks->bonds, i);
		const char *bonded = "";

		g_variant_lookup(bond, "Address", "&s", &bonded);
		mark.bonded |= strcmp(bonded, address) == 0;
	}
	for (guint i = 0; i < marks->links->len; i++) {
		const LinkedRow *link = &g_array_index(marks->links, LinkedRow, i);

		mark.linked |= link->connected && linked_is_to(link, address);
	}
	return mark;
}
