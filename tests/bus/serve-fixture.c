/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of advertising and serving share: the air, and what is asked of the daemon. */
#include <unistd.h>

#include "serve-fixture.h"

#define CENTRALS 8

static const char *chosen_config;

void serve_setup(void)
{
	link_setup_with(chosen_config);
	air_clear(air, "centrals", "uncentral");
	world_wait_powered(world, "hci0", true);
}

void serve_teardown(void)
{
	teardown();
}

int serve_main(const char *name, const TTest *const *tests, const char *config, double timeout_s)
{
	chosen_config = config;
	return run_tests(name, tests, serve_setup, serve_teardown, timeout_s);
}

void use_sets(unsigned int sets)
{
	air_do(air, "unplug " WORLD_RADIO);
	wait_adapter_gone("hci0");
	air_do(air, "sets " WORLD_RADIO " %u", sets);
	air_do(air, "plug " WORLD_RADIO);
	wait_adapter_there("hci0");
}

/* --- calls --- */

GVariant *arguments(const char *format, ...)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	GVariant *value;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	value = g_variant_parse(NULL, text, NULL, NULL, &error);
	if (!value)
		ck_abort_msg("%s: %s", text, error->message);
	return value;
}

static GVariant *tell_any(Client *by, const char *path, const char *iface, const char *method,
			  const char *text, const char *type)
{
	g_autoptr(GVariant) params = text ? arguments("%s", text) : NULL;
	g_autoptr(GError) error = NULL;
	GVariant *reply = client_call(by, path, iface, method, params, type, &error);

	if (!reply)
		ck_abort_msg("%s %s.%s%s: %s", path, iface, method, text ? text : "()", error->message);
	return reply;
}

void tell(Client *by, const char *path, const char *iface, const char *method, const char *text)
{
	g_variant_unref(tell_any(by, path, iface, method, text, "()"));
}

void tell_fails(Client *by, const char *path, const char *iface, const char *method, const char *text,
		const char *error, const char *contains)
{
	g_autofree char *wanted = g_strconcat(WORLD_NAME ".Error.", error, NULL), *name = NULL;
	g_autoptr(GVariant) params = text ? arguments("%s", text) : NULL, reply = NULL;
	g_autoptr(GError) got = NULL;

	reply = client_call(by, path, iface, method, params, NULL, &got);
	ck_assert_msg(!reply, "%s%s: no error, but %s is wanted", method, text ? text : "()", error);
	name = g_dbus_error_get_remote_error(got);
	ck_assert_msg(g_strcmp0(name, wanted) == 0, "%s%s: not %s, but %s", method, text ? text : "()",
		      wanted, got->message);
	ck_assert_msg(strstr(got->message, contains) != NULL, "%s%s: no \"%s\" in \"%s\"", method,
		      text ? text : "()", contains, got->message);
}

char *tell_path(Client *by, const char *path, const char *iface, const char *method, const char *text)
{
	g_autoptr(GVariant) reply = tell_any(by, path, iface, method, text, "(o)");
	char *result;

	g_variant_get(reply, "(o)", &result);
	return result;
}

uint32_t take_events(Client *by, const char *path, const char *iface)
{
	g_autoptr(GVariant) reply = tell_any(by, path, iface, "Events", NULL, "(u)");
	uint32_t events;

	g_variant_get(reply, "(u)", &events);
	return events;
}

/* --- advertising --- */

void set_advertisement(Client *by, const char *session, const char *keys)
{
	g_autofree char *text = keys[0] ? g_strdup_printf("({%s},)", keys) : g_strdup("(@a{sv} {},)");

	tell(by, session, "Session1", "SetAdvertisement", text);
}

void advertise(Client *by, const char *session, bool on)
{
	tell(by, session, "Session1", "Advertise", on ? "(true,)" : "(false,)");
}

char *advertise_as(Client *by, const char *name)
{
	char *session = open_session(by, 0);
	g_autofree char *keys = g_strdup_printf("'name': <'%s'>", name);

	set_advertisement(by, session, keys);
	advertise(by, session, true);
	return session;
}

typedef struct OnAir {
	const char *adv, *rsp;
	bool wanted;
} OnAir;

bool is_on_air(const char *adv, const char *rsp)
{
	g_autofree char *text = air_cmd(air, "onair *");
	g_auto(GStrv) sets = g_strsplit(text, " ", -1);

	for (char **set = sets; *set; set++) {
		g_auto(GStrv) fields = g_strsplit(*set, ":", -1);

		if (g_strv_length(fields) == 6 && (!adv || g_str_equal(fields[4], adv)) &&
		    (!rsp || g_str_equal(fields[5], rsp)))
			return true;
	}
	return false;
}

static bool on_air_is_so(void *data)
{
	const OnAir *wanted = data;

	return is_on_air(wanted->adv, wanted->rsp) == wanted->wanted;
}

static void wait_air(OnAir wanted, unsigned int timeout_ms)
{
	if (!wait_until(on_air_is_so, &wanted, timeout_ms)) {
		g_autofree char *text = air_cmd(air, "onair *");

		ck_abort_msg("%s:%s is %s on air: %s", wanted.adv ? wanted.adv : "",
			     wanted.rsp ? wanted.rsp : "", wanted.wanted ? "not" : "still", text);
	}
}

void wait_on_air(const char *adv, const char *rsp)
{
	wait_air((OnAir){ adv, rsp, true }, world_patience(world) * 2);
}

void wait_off_air(const char *adv, const char *rsp, unsigned int timeout_ms)
{
	wait_air((OnAir){ adv, rsp, false }, timeout_ms);
}

char *name_hex(const char *name)
{
	GString *hex = g_string_new(NULL);

	g_string_append_printf(hex, "%02zx09", strlen(name) + 1);
	for (; *name; name++)
		g_string_append_printf(hex, "%02x", (unsigned char)*name);
	return g_string_free(hex, FALSE);
}

/* --- services --- */

static char *add(Client *by, const char *path, const char *iface, const char *method, const char *uuid,
		 const char *keys)
{
	g_autofree char *text = g_strdup_printf("(<%s>, %s{%s})", uuid, keys[0] ? "" : "@a{sv} ", keys);

	return tell_path(by, path, iface, method, text);
}

char *add_service(Client *by, const char *session, const char *uuid, const char *keys)
{
	return add(by, session, "Session1", "Service", uuid, keys);
}

char *add_char(Client *by, const char *service, const char *uuid, const char *keys)
{
	return add(by, service, LOCAL_SERVICE, "Characteristic", uuid, keys);
}

char *add_desc(Client *by, const char *characteristic, const char *uuid, const char *keys)
{
	return add(by, characteristic, LOCAL_CHAR, "Descriptor", uuid, keys);
}

char *serve_one(Client *by, const char *session, unsigned int service, unsigned int characteristic,
		const char *keys)
{
	g_autofree char *service_uuid = g_strdup_printf("uint16 %u", service);
	g_autofree char *char_uuid = g_strdup_printf("uint16 %u", characteristic);
	g_autofree char *path = add_service(by, session, service_uuid, "");

	return add_char(by, path, char_uuid, keys);
}

void set_value(Client *by, const char *characteristic, const char *value)
{
	g_autofree char *text = g_strdup_printf("(<%s>,)", value);

	tell(by, characteristic, LOCAL_CHAR, "SetValue", text);
}

char *stored_value(Client *by, const char *attr)
{
	g_autoptr(GVariant) value =
		client_get(by, attr, strstr(attr, "/desc") ? LOCAL_DESC : LOCAL_CHAR, "Value");

	ck_assert_msg(value != NULL, "%s has no Value", attr);
	return hex_of(value);
}

void expect_stored(Client *by, const char *attr, const char *hex)
{
	g_autofree char *got = stored_value(by, attr);

	ck_assert_str_eq(got, hex);
}

unsigned int subscribers(Client *by, const char *characteristic)
{
	g_autoptr(GVariant) value = client_get(by, characteristic, LOCAL_CHAR, "Subscribers");

	ck_assert_ptr_nonnull(value);
	return g_variant_get_uint32(value);
}

typedef struct Subscribed {
	Client *by;
	const char *path;
	unsigned int count;
} Subscribed;

static bool has_subscribers(void *data)
{
	const Subscribed *wanted = data;

	return subscribers(wanted->by, wanted->path) == wanted->count;
}

void wait_subscribers(Client *by, const char *characteristic, unsigned int count)
{
	Subscribed wanted = { by, characteristic, count };

	ck_assert_msg(wait_until(has_subscribers, &wanted, world_patience(world)), "%u subscribers, not %u",
		      subscribers(by, characteristic), count);
}

void listen_to(Client *by, const char *characteristic, unsigned int triggers)
{
	client_subscribe(by, NULL, LOCAL_CHAR, NULL, NULL);
	client_do(by, characteristic, LOCAL_CHAR, "Callback", g_variant_new("(u)", triggers));
}

void expect_write_request(Client *by, const char *hex)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "WriteRequest", world_patience(world), NULL),
			    value = NULL;
	g_autofree char *got = NULL;
	const char *address;

	ck_assert_msg(body != NULL, "no WriteRequest of %s", hex);
	g_variant_get_child(body, 0, "&s", &address);
	value = g_variant_get_child_value(body, 1);
	got = hex_of(value);
	ck_assert_str_eq(address, central_address(0));
	ck_assert_str_eq(got, hex);
}

uint32_t next_read_request(Client *by, const char **ret_client)
{
	g_autoptr(GVariant) body = client_wait_signal(by, "ReadRequest", world_patience(world), NULL);
	const char *address;
	uint16_t offset;
	uint32_t id;

	ck_assert_msg(body != NULL, "no ReadRequest");
	g_variant_get(body, "(u&sq)", &id, &address, &offset);
	ck_assert_uint_eq(offset, 0);
	for (unsigned int i = 0; ret_client && i < CENTRALS; i++)
		if (g_str_equal(address, central_address(i)))
			*ret_client = central_address(i);
	return id;
}
