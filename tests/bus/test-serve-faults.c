/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd dies, the radio goes: services and advertisements are back by themselves. */
#include <stdio.h>

#include "serve-fixture.h"

/* after bluetoothd is there again: on the simulated one, as long as a busy machine takes */
#define BACK (world_is_real(world) ? 5000 : world_patience(world))
#define FIRST "00004561" BASE
#define SECOND "00004562" BASE

typedef struct Scene {
	Client *other;
	char *first, *second; /* characteristics of two programs */
} Scene;

static void begin(Scene *scene)
{
	g_autofree char *session = advertise_as(client, "first"), *other = NULL;

	scene->other = new_client_as(SOME_UID);
	other = advertise_as(scene->other, "second");
	scene->first = serve_one(client, session, 0xaa01, 0x4561, "'value': <byte 1>");
	scene->second = serve_one(scene->other, other, 0xaa02, 0x4562, "'value': <byte 2>");
	central_appear(0);
}

/* Both programs' services do all that they should. */
static void expect_all_works(Scene *scene)
{
	g_autofree char *first = central_find(0, FIRST), *second = central_find(0, SECOND);

	central_reads(0, first, "01");
	central_reads(0, second, "02");
	central_subscribes(0, first, "notify");
	central_subscribes(0, second, "notify");
	wait_subscribers(client, scene->first, 1);
	wait_subscribers(scene->other, scene->second, 1);
	g_ptr_array_unref(central_events(0, NULL, 0));
	set_numbered(client, scene->first, 0, 20);
	expect_numbered_events(0, first, 0, 20);
	set_numbered(scene->other, scene->second, 0, 20);
	expect_numbered_events(0, second, 0, 20);
	set_value(client, scene->first, "byte 1");
	set_value(scene->other, scene->second, "byte 2");
}

static void end(Scene *scene)
{
	client_free(scene->other);
	g_free(scene->first);
	g_free(scene->second);
}

static uint8_t active_instances(void)
{
	g_autoptr(GVariant) value = client_get(world_bluez(world), BLUEZ_ADAPTER,
					       "org.bluez.LEAdvertisingManager1", "ActiveInstances");

	return value ? g_variant_get_byte(value) : 0;
}

static bool are_active(void *data)
{
	return active_instances() == *(const uint8_t *)data;
}

/* What is on air before may be what a dead bluetoothd has left in the kernel. */
static void wait_active(uint8_t count, unsigned int timeout_ms)
{
	ck_assert_msg(wait_until(are_active, &count, timeout_ms), "%u advertisements are registered, not %u",
		      active_instances(), count);
}

static void expect_back(unsigned int timeout_ms)
{
	g_autofree char *first = name_hex("first"), *second = name_hex("second");

	wait_active(2, timeout_ms);
	wait_on_air(NULL, first);
	wait_on_air(NULL, second);
}

START_TEST(bluetoothd_killed)
{
	Scene scene;

	begin(&scene);
	for (int i = 0; i < 2; i++) {
		central_connect(0);
		expect_all_works(&scene);
		world_bluez_kill(world);
		world_bluez_start(world);
		expect_back(BACK);
		wait_central_up(0, false);
		wait_subscribers(client, scene.first, 0);
	}
	central_connect(0);
	expect_all_works(&scene);
	end(&scene);
}
END_TEST

/* What programs do meanwhile holds. */
START_TEST(changed_while_away)
{
	g_autofree char *session = advertise_as(client, "old"), *hex = name_hex("new"),
			*old = name_hex("old"), *path = NULL;
	g_autofree char *handle = NULL;

	world_bluez_kill(world);
	set_advertisement(client, session, "'name': <'new'>");
	path = serve_one(client, session, 0xaa01, 0x4561, "'value': <byte 1>");
	set_value(client, path, "byte 5");
	tell_fails(client, session, "Session1", "DisconnectClient", NULL, "NotConnected", "");
	world_bluez_start(world);
	wait_on_air("020106", hex);
	wait_off_air(NULL, old, SOON);
	central_appear(0);
	central_connect(0);
	handle = central_find(0, FIRST);
	central_reads(0, handle, "05");
}
END_TEST

START_TEST(power)
{
	Scene scene;

	begin(&scene);
	central_connect(0);
	expect_all_works(&scene);
	world_power(world, "hci0", false);
	wait_central_up(0, false);
	wait_subscribers(client, scene.first, 0);
	world_power(world, "hci0", true);
	expect_back(BACK);
	central_connect(0);
	expect_all_works(&scene);
	end(&scene);
}
END_TEST

static void unplug_and_plug(void)
{
	Scene scene;

	begin(&scene);
	central_connect(0);
	expect_all_works(&scene);
	air_do(air, "unplug " WORLD_RADIO);
	wait_adapter_gone("hci0");
	wait_central_up(0, false);
	air_do(air, "plug " WORLD_RADIO);
	wait_adapter_there("hci0");
	expect_back(RESUME);
	central_connect(0);
	expect_all_works(&scene);
	end(&scene);
}

START_TEST(unplugged)
{
	unplug_and_plug();
}
END_TEST

/* The daemon ends: nothing stays on air. */
START_TEST(daemon_ends)
{
	g_autofree char *session = advertise_as(client, "first"),
			*path = serve_one(client, session, 0xaa01, 0x4561, "");

	central_appear(0);
	central_connect(0);
	g_free(central_find(0, FIRST));
	world_daemon_stop(world);
	wait_central_loses(0, FIRST);
	wait_off_air(NULL, NULL, SOON);
	world_daemon_start(world);
	g_free(advertise_as(client, "again"));
	wait_on_air("020106", "0609616761696e");
}
END_TEST

static bool bluez_is_gone(void *unused)
{
	(void)unused;
	return !client_sees(world_bluez(world), "org.bluez");
}

/* bluetoothd dies 5 s after a central has left amid a read that the program has not answered. Started again,
 * it has all that is ours as before: of the program whose read it was, and of others. */
START_TEST(leaves_amid_read)
{
	g_autofree char *session = NULL, *asked = NULL, *handle = NULL, *link = NULL;
	AirCall *call;
	Scene scene;

	begin(&scene);
	session = open_session(client, 0);
	asked = serve_one(client, session, 0xaa03, 0x4563,
			  "'read_timeout': <uint32 4500>, 'value': <byte 3>");
	peer_appear(0);
	link = connect_to(scene.other, "hci0", 0, "{'auto_reconnect': <true>}");
	notify_from(scene.other, link, RATE);
	central_connect(0);
	handle = central_find(0, "00004563" BASE);
	listen_to(client, asked, CHAR_READ_EVENT);
	call = air_begin(air, "read cen0 %s", handle);
	(void)next_read_request(client, NULL);
	central_disconnect(0);
	g_free(air_call_finish(call));
	if (wait_until(bluez_is_gone, NULL, 7000))
		world_bluez_start(world);
	else
		printf("serve-faults: bluetoothd has survived a central that left amid a read\n");
	expect_back(BACK);
	wait_back(0, true);
	ck_assert(is_connected(scene.other, link));
	tell(client, asked, LOCAL_CHAR, "Callback", "(uint32 0,)");
	central_connect(0);
	g_free(handle);
	handle = central_find(0, "00004563" BASE);
	central_reads(0, handle, "03");
	expect_all_works(&scene);
	end(&scene);
}
END_TEST

/* A controller with advertising sets of its own is left alone by the kernel where others are not. */
START_TEST(with_sets)
{
	g_autofree char *hex = name_hex("first");

	use_sets(4);
	unplug_and_plug();
	g_free(advertise_as(client, "first"));
	wait_on_air("020106", hex);
	world_power(world, "hci0", false);
	world_power(world, "hci0", true);
	wait_on_air("020106", hex);
	central_connect(0);
	wait_on_air("020106", hex);
	central_appear(1);
	central_connect(1);
	wait_on_air("020106", hex);
	central_disconnect(0);
	central_disconnect(1);
	wait_on_air("020106", hex);
}
END_TEST

int main(void)
{
	/* with_sets leaves the radio so: it is the last */
	const TTest *const tests[] = {
		bluetoothd_killed, changed_while_away, power, unplugged, daemon_ends, leaves_amid_read,
		with_sets, NULL
	};

	return serve_main("serve-faults", tests, NULL, 120);
}
