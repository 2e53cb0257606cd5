/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl clone: a device as a file for bluebrokerctl serve. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "client/device.h"
#include "client/fail.h"
#include "client/link.h"
#include "client/output.h"
#include "ctl/clone/file.h"
#include "ctl/commands.h"

#define LISTEN_SECONDS 5

/* What a device advertises: its row of Adapter1.GetDevices. */
typedef struct Heard {
	BrokerManager1 *manager;
	BrokerAdapter1 *radio;
	int adapter;
	const char *address;
	GVariant *data;		/* ay; NULL: not heard */
	GVariant *response;
	GVariant *name;		/* s */
	GVariant *addr_type;	/* s */
	bool connectable;
} Heard;

static void heard_clear(Heard *heard)
{
	g_clear_pointer(&heard->data, g_variant_unref);
	g_clear_pointer(&heard->response, g_variant_unref);
	g_clear_pointer(&heard->name, g_variant_unref);
	g_clear_pointer(&heard->addr_type, g_variant_unref);
	g_clear_object(&heard->radio);
	g_clear_object(&heard->manager);
}

static GVariant *make_filter(const Heard *heard)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

	g_variant_dict_insert_value(&dict, "addresses", g_variant_new_strv(&heard->address, 1));
	return g_variant_dict_end(&dict);
}

static void take(GVariant **value, GVariant *row, const char *key, const GVariantType *type)
{
	g_clear_pointer(value, g_variant_unref);
	*value = g_variant_lookup_value(row, key, type);
}

/* Whether it was heard. What fails here, the connection will tell. */
static bool look(void *userdata)
{
	Heard *heard = userdata;
	g_autoptr(GVariant) rows = NULL, row = NULL;
	gboolean connectable;

	if (!broker_adapter1_call_get_devices_sync(heard->radio, make_filter(heard), &rows, NULL, NULL) ||
	    g_variant_n_children(rows) == 0)
		return false;
	row = g_variant_get_child_value(rows, 0);
	take(&heard->data, row, "Data", G_VARIANT_TYPE_BYTESTRING);
	take(&heard->response, row, "ScanResponse", G_VARIANT_TYPE_BYTESTRING);
	take(&heard->name, row, "Name", G_VARIANT_TYPE_STRING);
	take(&heard->addr_type, row, "AddressType", G_VARIANT_TYPE_STRING);
	if (g_variant_lookup(row, "Connectable", "b", &connectable))
		heard->connectable |= connectable;
	return heard->data;
}

/* Listens for a device that was not heard yet: once it is connected it is silent. False: the error has been
 * printed. */
static bool hear(Heard *heard, unsigned seconds, ExitCode *ret_exit)
{
	g_autoptr(GVariant) filter = NULL;

	if (look(heard))
		return true;
	filter = g_variant_ref_sink(make_filter(heard));
	return device_listen(heard->manager, &(DeviceWatch){
		.adapter = heard->adapter,
		.filter = filter,
		.seconds = seconds,
		.heard = look,
		.userdata = heard,
	}, ret_exit) && (look(heard), true);
}

static const uint8_t *get_bytes(GVariant *bytes, size_t *ret_length)
{
	*ret_length = 0;
	return bytes ? g_variant_get_fixed_array(bytes, ret_length, 1) : NULL;
}

static void append_file(GString *out, const Heard *heard, const GPtrArray *tree)
{
	CloneHeard known = { .connectable = heard->connectable };

	known.data = get_bytes(heard->data, &known.length);
	known.response = get_bytes(heard->response, &known.response_length);
	known.addr_type = heard->addr_type ? g_variant_get_string(heard->addr_type, NULL) : NULL;

	clone_append_comment(out, "A clone of %s%s%s, for bluebrokerctl serve, which gives the attributes "
				  "its own handles.",
			     heard->address, heard->name ? " " : "",
			     heard->name ? g_variant_get_string(heard->name, NULL) : "");
	clone_append_comment(out, "How often it advertises, and who may write, a client does not learn.");
	g_string_append_c(out, '\n');
	clone_append_advertisement(out, &known);
	clone_append_tree(out, tree);
}

static void show_progress(unsigned at, unsigned of)
{
	fprintf(stderr, "\rreading %u of %u\033[K", at + 1, of);
	fflush(stderr);
}

static ExitCode print_clone(Link *link, const Heard *heard)
{
	const bool shows = isatty(STDERR_FILENO);
	ExitCode code = EXIT_FAILED;
	g_autoptr(GPtrArray) tree = link_tree(link, &code);
	g_autoptr(GString) out = g_string_new(NULL);
	bool read;

	if (!tree)
		return code;
	read = link_read_all(link, tree, shows ? show_progress : NULL, &code);
	if (shows)
		fputs("\r\033[K", stderr);
	if (!read)
		return code;
	append_file(out, heard, tree);
	output_puts(out->str);
	return EXIT_DONE;
}

/* Finds the device, and hears what it advertises. False: the error has been printed. */
static bool prepare(Heard *heard, const Options *options, Device *device, ExitCode *ret_exit)
{
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, ret_exit);
	const unsigned most = options->session.timeout > 0 ? (unsigned)options->session.timeout : UINT_MAX;
	DeviceQuery query = { .word = options->arguments[0], .listen = MIN(DEVICE_LISTEN_SECONDS, most) };

	heard->manager = connection ? bus_manager(connection, ret_exit) : NULL;
	if (!heard->manager)
		return false;
	heard->adapter = bus_choose_adapter(heard->manager, options->session.adapter, ret_exit);
	query.adapter = heard->adapter;
	heard->radio = heard->adapter < 0 ? NULL : bus_adapter(heard->manager, heard->adapter, ret_exit);
	if (!heard->radio || !device_find(heard->manager, &query, device, ret_exit))
		return false;
	heard->address = device->address;
	return hear(heard, MIN(LISTEN_SECONDS, most), ret_exit);
}

ExitCode command_clone(const Options *options)
{
	CLEANUP(heard_clear) Heard heard = { 0 };
	LinkRequest request = options->link;
	ExitCode code = EXIT_FAILED;
	g_autoptr(Link) link = NULL;
	Device device;

	if (prepare(&heard, options, &device, &code)) {
		if (device.named)
			request.addr_type = device.addr_type;
		link = link_open(&options->session, &request, device.address, &code);
	}
	if (link)
		code = print_clone(link, &heard);
	return code;
}
