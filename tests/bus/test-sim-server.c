/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated BlueZ's GATT server, seen by a program that serves and by centrals: the tree, reads, writes,
 * notifications, errors, who comes and goes. What was measured on the real bluetoothd 5.66 is held here; the
 * same program runs on it. */
#include <string.h>

#include <check.h>

#include "served.h"
#include "sim-fixture.h"

#define GATT_MANAGER "org.bluez.GattManager1"
#define ADVERTISING_MANAGER "org.bluez.LEAdvertisingManager1"
#define PHONE "C0:00:00:00:00:11"
#define PHONE_PATH BLUEZ_ADAPTER "/dev_C0_00_00_00_00_11"
#define OTHER_PHONE "C0:00:00:00:00:12"
#define THIRD_PHONE "C0:00:00:00:00:13" /* one that BlueZ has not seen in an earlier test */
#define BASE "-0000-1000-8000-00805f9b34fb"
#define SHORT 300 /* ms: nothing comes */

/* The application: service 0x0015 with */
#define CHAR "/app/s0/c0" /* 0017 read, write, notify; 0018 its configuration */
#define INDICATES "/app/s0/c1" /* 001a read, indicate; 001b */
#define DESC "/app/s0/c1/d0" /* 001c read, write */
#define READ_ONLY "/app/s0/c2" /* 001e */
#define SECRET "/app/s0/c3" /* 0020 encrypt-read, encrypt-write */

static Served *served;

static void add_application(const char *root, const char *uuid)
{
	g_autofree char *service = g_strconcat(root, "/s0", NULL);
	g_autofree char *properties = g_strdup_printf("{'UUID': <'%s'>, 'Primary': <true>}", uuid);

	served_add_root(served, root);
	served_add(served, service, GATT_SERVICE_IFACE, properties);
}

static void add_char(const char *path, const char *service, const char *uuid, const char *flags)
{
	g_autofree char *properties = g_strdup_printf(
		"{'UUID': <'%s'>, 'Service': <objectpath '%s'>, 'Flags': <%s>}", uuid, service, flags);

	served_add(served, path, GATT_CHAR_IFACE, properties);
}

static void expect_call(const char *iface, const char *method, const char *path, const char *error)
{
	g_autofree char *outcome = served_call(served, iface, method, path);

	ck_assert_msg(is_same_outcome(outcome, error), "%s %s: %s, not %s", method, path,
		      outcome ? outcome : "ok", error ? error : "ok");
}

static bool is_connectable(void *data)
{
	return air_try(air, "connect %s %s", (const char *)data, WORLD_RADIO);
}

/* The kernel advertises again a while after another one has connected. */
static void connect_central(const char *name, const char *addr)
{
	g_autofree char *copy = g_strdup(name);

	air_do(air, "central %s %s random", name, addr);
	ck_assert(wait_until(is_connectable, copy, SOON));
}

static bool phone_is_resolved(void *unused)
{
	g_autoptr(GVariant) value = client_get(client, PHONE_PATH, DEVICE_IFACE, "ServicesResolved");

	(void)unused;
	return value && g_variant_get_boolean(value);
}

static void setup_served(void)
{
	setup();
	(void)air_try(air, "uncentral phone"); /* of a test that failed */
	(void)air_try(air, "uncentral other");
	world_wait_powered(world, "hci0", true);
	served = served_new(bluez_address());
	served_add(served, "/advert", ADVERTISEMENT_IFACE, "{'Type': <'peripheral'>}");
	expect_call(ADVERTISING_MANAGER, "RegisterAdvertisement", "/advert", NULL);
	add_application("/app", "a000");
	add_char(CHAR, "/app/s0", "b000", "['read', 'write', 'write-without-response', 'notify']");
	add_char(INDICATES, "/app/s0", "b001", "['read', 'indicate']");
	served_add(served, DESC, GATT_DESC_IFACE,
		   "{'UUID': <'2901'>, 'Characteristic': <objectpath '" INDICATES
		   "'>, 'Flags': <['read', 'write']>}");
	add_char(READ_ONLY, "/app/s0", "b002", "['read']");
	add_char(SECRET, "/app/s0", "b003", "['encrypt-read', 'encrypt-write']");
	expect_call(GATT_MANAGER, "RegisterApplication", "/app", NULL);
	connect_central("phone", PHONE);
	/* there, a central is known to those whose services it uses */
	ck_assert(is_face() || wait_until(phone_is_resolved, NULL, SOON));
}

static void teardown_served(void)
{
	served_free(served);
	(void)air_try(air, "uncentral phone");
	(void)air_try(air, "uncentral other");
	teardown();
}

static void expect_next(const char *call)
{
	g_autofree char *next = served_next(served, SOON);

	ck_assert_msg(next != NULL, "no %s", call);
	ck_assert_str_eq(next, call);
}

static void expect_no_call(void)
{
	g_autofree char *next = served_next(served, SHORT);

	ck_assert_msg(next == NULL, "%s", next);
}

static void expect_read(const char *handle, const char *hex)
{
	g_autofree char *value = air_cmd(air, "read phone %s", handle);

	ck_assert_str_eq(value, hex);
}

static void expect_refused(const char *request)
{
	ck_assert_msg(!air_try(air, "%s", request), "%s is granted", request);
}

static bool has_events(void *data)
{
	GString *all = ((void **)data)[0];
	g_autofree char *more = air_cmd(air, "events %s", ((const char **)data)[1]);

	if (more[0])
		g_string_append_printf(all, "%s%s", all->len > 0 ? " " : "", more);
	return all->len >= strlen(((const char **)data)[2]);
}

static void expect_events(const char *name, const char *text)
{
	g_autoptr(GString) all = g_string_new(NULL);
	const void *data[] = { all, name, text };

	(void)wait_until(has_events, (void *)data, SOON);
	ck_assert_str_eq(all->str, text);
}

static void expect_no_events(const char *name)
{
	g_autofree char *text = NULL;

	wait_ms(SHORT);
	text = air_cmd(air, "events %s", name);
	ck_assert_str_eq(text, "");
}

START_TEST(tree)
{
	g_autofree char *found = air_cmd(air, "discover phone");
	const char *ours = strstr(found, "s:0015:");

	ck_assert(g_str_has_prefix(found, "s:0001:0007:00001800" BASE ":p c:0002:02:0003:00002a00" BASE));
	ck_assert(strstr(found, " s:0008:0011:00001801" BASE ":p c:0009:20:000a:00002a05" BASE
				" d:000b:00002902" BASE));
	ck_assert_ptr_nonnull(ours);
	ck_assert_str_eq(ours,
			 "s:0015:0020:0000a000" BASE ":p c:0016:1e:0017:0000b000" BASE " d:0018:00002902" BASE
			 " c:0019:22:001a:0000b001" BASE " d:001b:00002902" BASE " d:001c:00002901" BASE
			 " c:001d:02:001e:0000b002" BASE " c:001f:0a:0020:0000b003" BASE);
	expect_read("0003", "426c75655a20352e3636");
}
END_TEST

START_TEST(reading)
{
	g_autofree char *long_value = g_strnfill(1024, '5');

	served_set_value(served, CHAR, "0102");
	expect_read("0017", "0102");
	expect_next(CHAR " ReadValue");
	expect_read("0017", "0102"); /* nothing is kept */
	expect_next(CHAR " ReadValue");
	served_set_value(served, DESC, "41");
	expect_read("001c", "41");
	expect_next(DESC " ReadValue");
	served_set_value(served, CHAR, long_value);
	expect_read("0017", long_value);
	served_set_error(served, CHAR, "org.bluez.Error.NotAuthorized no");
	expect_refused("read phone 0017");
	served_set_error(served, CHAR, NULL);
	expect_refused("read phone 7777");
	expect_read("0018", "0000");
}
END_TEST

START_TEST(writing)
{
	g_autofree char *most = g_strnfill(1020, '3'), *prepared = g_strnfill(1016, '3'), *call = NULL;

	air_do(air, "write phone 0017 0102");
	expect_next(CHAR " WriteValue 0102");
	air_do(air, "write phone 0017 03 command");
	expect_next(CHAR " WriteValue 03");
	air_do(air, "write phone 001c 04");
	expect_next(DESC " WriteValue 04");
	air_do(air, "write phone 0017 %s", most);
	call = g_strconcat(CHAR " WriteValue ", most, NULL);
	expect_next(call);
	ck_assert(!air_try(air, "write phone 0017 %s33", most)); /* a limit of 5.66 */
	g_free(call);
	air_do(air, "write phone 0017 %s prepare", prepared);
	call = g_strconcat(CHAR " WriteValue ", prepared, NULL);
	expect_next(call);
	ck_assert(!air_try(air, "write phone 0017 %s33 prepare", prepared));
	expect_refused("write phone 001e 00"); /* read only */
	served_set_error(served, DESC, "org.bluez.Error.Failed 0x81");
	expect_refused("write phone 001c 00");
	expect_next(DESC " WriteValue 00");
	served_set_error(served, CHAR, "org.bluez.Error.Failed 0x81");
	air_do(air, "write phone 0017 00"); /* one that takes commands: nobody waits for the outcome */
	expect_next(CHAR " WriteValue 00");
	expect_no_call();
}
END_TEST

START_TEST(subscriptions)
{
	connect_central("other", OTHER_PHONE);
	served_change(served, CHAR, GATT_CHAR_IFACE, "{'Value': <[byte 1]>}");
	expect_no_events("phone");
	air_do(air, "subscribe phone 0017 notify");
	expect_next(CHAR " StartNotify");
	expect_read("0018", "0100");
	air_do(air, "subscribe phone 0017 notify"); /* the same again */
	expect_no_call();
	for (unsigned int i = 0; i < 50; i++) {
		g_autofree char *changed = g_strdup_printf("{'Value': <[byte %u]>}", i);

		served_change(served, CHAR, GATT_CHAR_IFACE, changed);
	}
	{
		GString *wanted = g_string_new(NULL);

		for (unsigned int i = 0; i < 50; i++)
			g_string_append_printf(wanted, "%s0017:%02x", i > 0 ? " " : "", i);
		expect_events("phone", wanted->str);
		(void)g_string_free(wanted, TRUE);
	}
	expect_no_events("other");
	air_do(air, "subscribe other 0017 notify");
	expect_next(CHAR " StartNotify"); /* once a central */
	served_change(served, CHAR, GATT_CHAR_IFACE, "{'Value': <@ay []>}");
	expect_events("phone", "0017:-");
	expect_events("other", "0017:-");
	air_do(air, "subscribe other 0017 off");
	expect_no_call();
	served_change(served, CHAR, GATT_CHAR_IFACE, "{'Value': <[byte 2]>}");
	expect_events("phone", "0017:02");
	air_do(air, "disconnect phone");
	expect_next(CHAR " StopNotify");
	air_do(air, "subscribe other 001a indicate");
	expect_next(INDICATES " StartNotify");
	served_change(served, INDICATES, GATT_CHAR_IFACE, "{'Value': <[byte 3]>}");
	expect_events("other", "001a:03");
	expect_next(INDICATES " Confirm");
	ck_assert(!air_try(air, "subscribe other 001a notify"));
}
END_TEST

START_TEST(applications_come_and_go)
{
	add_application("/app1", "a001");
	add_char("/app1/s0/c0", "/app1/s0", "b010", "['read']");
	air_do(air, "subscribe phone 000a indicate");
	air_do(air, "subscribe phone 0017 notify");
	expect_next(CHAR " StartNotify");
	expect_call(GATT_MANAGER, "RegisterApplication", "/app1", NULL);
	expect_events("phone", "000a:21002300");
	expect_call(GATT_MANAGER, "UnregisterApplication", "/app1", NULL);
	expect_events("phone", "000a:21002300");
	expect_call(GATT_MANAGER, "RegisterApplication", "/app1", NULL);
	expect_events("phone", "000a:24002600"); /* handles are not used again */
	served_change(served, CHAR, GATT_CHAR_IFACE, "{'Value': <[byte 1]>}");
	expect_events("phone", "0017:01"); /* undisturbed */
	served = served_free(served);
	expect_events("phone", "000a:15002000 000a:24002600");
}
END_TEST

START_TEST(included_service)
{
	add_application("/two", "a005");
	add_char("/two/s0/c0", "/two/s0", "b010", "['read']");
	served_add(served, "/two/s1", GATT_SERVICE_IFACE,
		   "{'UUID': <'a006'>, 'Primary': <true>, 'Includes': <[objectpath '/two/s0']>}");
	add_char("/two/s1/c0", "/two/s1", "b011", "['read']");
	expect_call(GATT_MANAGER, "RegisterApplication", "/two", NULL);
	expect_read("0025", "2100230005a0"); /* the first one: handles 0021 to 0023 */
	served_set_value(served, "/two/s1/c0", "42");
	expect_read("0027", "42");
	expect_next("/two/s1/c0 ReadValue");
}
END_TEST

START_TEST(registering_errors)
{
	static const char failed[] = "org.bluez.Error.Failed: ";
	g_autofree char *nothing = g_strconcat(failed, "No object received", NULL);
	g_autofree char *invalid = g_strconcat(failed, "No valid service object found", NULL);
	g_autofree char *create = g_strconcat(failed, "Failed to create entry in database", NULL);

	expect_call(GATT_MANAGER, "RegisterApplication", "/app",
		    "org.bluez.Error.AlreadyExists: Already Exists");
	expect_call(GATT_MANAGER, "RegisterApplication", "/nowhere", nothing);
	expect_call(GATT_MANAGER, "UnregisterApplication", "/nowhere",
		    "org.bluez.Error.DoesNotExist: Does Not Exist");
	served_add_root(served, "/empty");
	expect_call(GATT_MANAGER, "RegisterApplication", "/empty", nothing);
	add_application("/bad", "not-a-uuid");
	expect_call(GATT_MANAGER, "RegisterApplication", "/bad", create);
	add_application("/gap", "1800");
	expect_call(GATT_MANAGER, "RegisterApplication", "/gap", create);
	add_application("/flags", "a002");
	add_char("/flags/s0/c0", "/flags/s0", "b000", "['fly']");
	expect_call(GATT_MANAGER, "RegisterApplication", "/flags", invalid);
	add_application("/chars", "a003");
	add_char("/chars/s0/c0", "/chars/s0", "zz", "['read']");
	expect_call(GATT_MANAGER, "RegisterApplication", "/chars", create);
	add_application("/alone", "a004"); /* without characteristics */
	expect_call(GATT_MANAGER, "RegisterApplication", "/alone", NULL);
}
END_TEST

static bool phone_is(void *data)
{
	g_autoptr(GVariant) value = client_get(client, PHONE_PATH, DEVICE_IFACE, "Connected");

	return value && g_variant_get_boolean(value) == GPOINTER_TO_INT(data);
}

START_TEST(device)
{
	g_autoptr(GVariant) added = NULL;

	/* on the face, services are those of devices that the program has connected */
	ck_assert(wait_until(phone_is, GINT_TO_POINTER(TRUE), SOON));
	client_drop_signals(client);
	air_do(air, "disconnect phone");
	expect_change(PHONE_PATH, is_face() ? "{'Connected': <false>} []" :
					      "{'Connected': <false>, 'ServicesResolved': <false>} []");
	ck_assert(wait_until(is_connectable, (void *)"phone", SOON));
	ck_assert(is_face() ? wait_until(phone_is, GINT_TO_POINTER(TRUE), SOON) :
			      wait_until(phone_is_resolved, NULL, SOON));
	client_do(client, PHONE_PATH, DEVICE_IFACE, "Disconnect", NULL);
	ck_assert(wait_until(phone_is, GINT_TO_POINTER(FALSE), SOON));
	ck_assert(wait_until(is_connectable, (void *)"phone", SOON)); /* it is not barred */
	client_drop_signals(client);
	connect_central("other", THIRD_PHONE);
	added = next_added(BLUEZ_ADAPTER "/dev_C0_00_00_00_00_13", DEVICE_IFACE);
	expect_property(added, "Connected", "true");
	expect_property(added, "AddressType", "'random'");
	expect_property(added, "Paired", "false");
	world_power(world, "hci0", false);
	ck_assert(wait_until(phone_is, GINT_TO_POINTER(FALSE), SOON));
}
END_TEST

START_TEST(security)
{
	expect_refused("read phone 0020");
	expect_refused("write phone 0020 00");
	expect_refused("secure phone on"); /* there is no agent */
	expect_read("001e", "-");
	expect_next(READ_ONLY " ReadValue");
	expect_no_call();
}
END_TEST

static bool phone_is_down(void *unused)
{
	g_autofree char *state = air_cmd(air, "state phone");

	(void)unused;
	return g_str_has_prefix(state, "up=0");
}

START_TEST(restart)
{
	world_bluez_kill(world);
	world_bluez_start(world);
	world_wait_powered(world, "hci0", true);
	ck_assert(wait_until(phone_is_down, NULL, SOON)); /* the new one ends what it does not know */
	expect_call(GATT_MANAGER, "RegisterApplication", "/app", NULL);
	expect_call(ADVERTISING_MANAGER, "RegisterAdvertisement", "/advert", NULL);
	ck_assert(wait_until(is_connectable, (void *)"phone", SOON));
	served_set_value(served, CHAR, "05");
	expect_read("0017", "05"); /* the same handles again */
}
END_TEST

START_TEST(unanswered)
{
	served_set_error(served, CHAR, "");
	expect_refused("read phone 0017"); /* after 5 s */
	expect_next(CHAR " ReadValue");
	expect_read("001e", "-");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { tree,
				       reading,
				       writing,
				       subscriptions,
				       applications_come_and_go,
				       included_service,
				       registering_errors,
				       device,
				       security,
				       restart,
				       unanswered,
				       NULL };

	return run_tests("sim-server", tests, setup_served, teardown_served, 90);
}
