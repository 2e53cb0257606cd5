/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims: the sole right to write, to a characteristic or to all of a device. */
#include "link-fixture.h"

static Client *other;

/* The link is the client's, who wants it back, and other's, who does not. */
static void setup_link(void)
{
	g_autofree char *session = NULL;

	link_setup();
	peer_appear(0);
	session = open_session(client, 0);
	link_ = connect_to(client, session, 0, "{'auto_reconnect': <true>}");
	other = new_client_as(SOME_UID);
	g_free(connect_anew(other, 0));
}

static void teardown_link(void)
{
	other = client_free(other);
	link_teardown();
}

static GVariant *claim_of(const char *attr)
{
	g_autofree char *path = g_strconcat(link_, "/", attr, NULL);
	g_autofree char *text = g_strdup_printf("{'characteristic': <objectpath '%s'>}", path);

	return dictionary(text);
}

static void claim(Client *by, const char *attr)
{
	client_do(by, link_, CONNECTION, "Claim", attr ? claim_of(attr) : no_options());
}

static void expect_claimed(Client *by, const char *attr)
{
	client_expect_error(by, link_, CONNECTION, "Claim", attr ? claim_of(attr) : no_options(), "Busy");
}

static void expect_busy(Client *by, const char *attr)
{
	expect_write_error(by, link_, attr, "00", "{}", "Busy", "");
}

START_TEST(of_a_characteristic)
{
	claim(client, PLAIN);
	claim(client, PLAIN); /* twice is once */
	write_value(client, link_, PLAIN, "01", "{}");
	expect_busy(other, PLAIN);
	expect_claimed(other, PLAIN);
	expect_claimed(other, NULL);
	expect_value(other, link_, PLAIN, "01"); /* to read is no right of its own, */
	notify_from(other, link_, RATE); /* nor to listen */
	write_value(other, link_, LONG, "03", "{}");
	claim(other, LONG);
	expect_busy(client, LONG);
	claim(other, RELIABLE); /* and one more */
	expect_busy(client, RELIABLE);
	expect_busy(client, RELIABLE_NAME); /* its descriptors go with it */
	expect_busy(other, PLAIN);
	client_do(other, link_, CONNECTION, "Release", NULL); /* all of its own */
	write_value(client, link_, LONG, "04", "{}");
	write_value(client, link_, RELIABLE_NAME, "05", "{}");
	expect_busy(other, PLAIN);
	client_do(client, link_, CONNECTION, "Release", NULL);
	write_value(other, link_, PLAIN, "06", "{}");
}
END_TEST

START_TEST(of_a_link)
{
	claim(other, NULL);
	expect_busy(client, PLAIN);
	expect_busy(client, SECRET);
	expect_write_error(client, link_, COMMAND, "00", "{'type': <'command'>}", "Busy", "");
	expect_write_error(client, link_, RELIABLE, "00", "{'type': <'reliable'>}", "Busy", "");
	expect_busy(client, RELIABLE_NAME);
	expect_claimed(client, NULL);
	expect_value(client, link_, PLAIN, "01020304");
	write_value(other, link_, PLAIN, "06", "{}");
	let_go(other, link_);
	write_value(client, link_, SECRET, "07", "{}");
}
END_TEST

/* Neither may claim a part of what the other has as a whole. */
START_TEST(part_and_whole)
{
	claim(other, NULL);
	expect_claimed(client, PLAIN);
	client_do(other, link_, CONNECTION, "Release", NULL);
	claim(client, PLAIN);
	expect_claimed(other, NULL);
	claim(client, NULL); /* its own part is no hindrance */
	expect_busy(other, LONG);
}
END_TEST

START_TEST(errors)
{
	client_expect_error(client, link_, CONNECTION, "Claim", claim_of(HEART), "InvalidArguments");
	client_expect_error(client, link_, CONNECTION, "Claim", claim_of(OURS "/char0099"),
			    "InvalidArguments");
	client_expect_error(client, link_, CONNECTION, "Claim", claim_of(PLAIN_NAME), "InvalidArguments");
	client_expect_error(client, link_, CONNECTION, "Claim", dictionary("{'all': <true>}"),
			    "InvalidArguments");
	client_do(client, link_, CONNECTION, "Release", NULL); /* of nothing */
}
END_TEST

START_TEST(ends_with_its_holder)
{
	claim(other, PLAIN);
	expect_busy(client, PLAIN);
	other = client_free(other);
	for (int i = 0; i < 30 && holders(link_) > 1; i++)
		wait_ms(100);
	write_value(client, link_, PLAIN, "08", "{}");
	claim(client, NULL);
}
END_TEST

/* By whom it was lost, and with what kept: who wants the link back keeps its claim, who does not has none any
 * more. */
static void lose_and_get_back(bool claimed, void (*lose)(void))
{
	client_subscribe(client, NULL, CONNECTION, "Disconnected", NULL);
	if (claimed) {
		claim(client, PLAIN);
		expect_busy(other, PLAIN);
	} else {
		claim(other, NULL);
		expect_busy(client, PLAIN);
	}
	lose();
	expect_disconnected(client, NULL);
	wait_back(0, false);
	g_free(connect_anew(other, 0));
	write_value(client, link_, PLAIN, "0b", "{}");
	if (claimed)
		expect_busy(other, PLAIN);
	else
		write_value(other, link_, PLAIN, "0c", "{}");
}

static void drop(void)
{
	air_do(air, "drop peer0");
}

static void power_off_and_on(void)
{
	world_power(world, "hci0", false);
	world_power(world, "hci0", true);
}

static void kill_bluez(void)
{
	world_bluez_kill(world);
	world_bluez_start(world);
}

START_TEST(outlives_a_lost_link)
{
	lose_and_get_back(true, drop);
}
END_TEST

START_TEST(outlives_a_radio_off)
{
	lose_and_get_back(true, power_off_and_on);
}
END_TEST

START_TEST(outlives_bluetoothd)
{
	lose_and_get_back(true, kill_bluez);
}
END_TEST

START_TEST(ends_with_the_link)
{
	lose_and_get_back(false, drop);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		of_a_characteristic, of_a_link, part_and_whole, errors, ends_with_its_holder,
		outlives_a_lost_link, outlives_a_radio_off, outlives_bluetoothd, ends_with_the_link, NULL
	};

	return run_tests("link-claim", tests, setup_link, teardown_link, 90);
}
