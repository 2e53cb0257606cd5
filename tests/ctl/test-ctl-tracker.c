/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What monitor says of things that come, change and go. */
#include <string.h>

#include "ctl/monitor/tracker.h"
#include "unit.h"

typedef struct Said {
	GString *text;
	unsigned first;
} Said;

static Said said;

/* Without the time, which stands first in both forms. */
static void on_line(void *userdata, const char *text, size_t length, bool first)
{
	Said *to = userdata;
	const char *rest = *text == '{' ? strstr(text, ",\"event\"") + 1 : strchr(text, ' ') + 1;

	ck_assert_uint_eq(strlen(text), length);
	ck_assert_int_eq(text[length - 1], '\n');
	g_string_append(to->text, rest);
	to->first += first;
}

static Tracker *new_tracker(bool json, const char *radio)
{
	const TrackerOutput output = { .json = json, .radio = radio, .line = on_line, .userdata = &said };

	said = (Said){ .text = g_string_new(NULL) };
	return tracker_new(&output);
}

static void expect(const char *text)
{
	ck_assert_str_eq(said.text->str, text);
	g_string_truncate(said.text, 0);
}

static void end(Tracker *tracker)
{
	tracker_free(tracker);
	expect("");
	g_string_free(said.text, TRUE);
}

static GVariant *facts(const char *text)
{
	return g_variant_ref_sink(g_variant_new_parsed(text));
}

START_TEST(test_things)
{
	Tracker *tracker = new_tracker(false, NULL);
	g_autoptr(GVariant) closed =
		facts("{'Connected': <false>, 'Holders': <uint32 1>, 'Paired': <false>}");
	g_autoptr(GVariant) open = facts("{'Connected': <true>, 'Unknown': <5>, 'Holders': <uint32 1>}");
	g_autoptr(GVariant) paired = facts("{'Paired': <true>}"), unpaired = facts("{'Paired': <false>}");

	tracker_update(tracker, THING_LINK, "hci0", "C4:00:00:00:00:01", closed, true);
	expect("now     link       hci0 C4:00:00:00:00:01 not connected, holders: 1\n");
	ck_assert_uint_eq(said.first, 1);
	/* only what is new is said, and nothing twice */
	tracker_update(tracker, THING_LINK, "hci0", "C4:00:00:00:00:01", open, false);
	expect("changed link       hci0 C4:00:00:00:00:01 connected\n");
	tracker_update(tracker, THING_LINK, "hci0", "C4:00:00:00:00:01", open, true);
	expect("");
	tracker_change(tracker, THING_LINK, "hci0", "C4:00:00:00:00:01", paired);
	tracker_change(tracker, THING_LINK, "hci0", "C4:00:00:00:00:01", unpaired);
	expect("changed link       hci0 C4:00:00:00:00:01 paired\n"
	       "changed link       hci0 C4:00:00:00:00:01 not paired\n");
	/* another radio's is another one */
	tracker_change(tracker, THING_LINK, "hci1", "C4:00:00:00:00:01", paired);
	expect("");
	tracker_update(tracker, THING_LINK, "hci1", "C4:00:00:00:00:01", paired, false);
	expect("new     link       hci1 C4:00:00:00:00:01 paired\n");
	tracker_remove(tracker, THING_LINK, "hci0", "C4:00:00:00:00:01");
	tracker_remove(tracker, THING_LINK, "hci0", "C4:00:00:00:00:01");
	expect("gone    link       hci0 C4:00:00:00:00:01\n");
	ck_assert_uint_eq(said.first, 1);
	end(tracker);
}
END_TEST

START_TEST(test_json)
{
	Tracker *tracker = new_tracker(true, NULL);
	g_autoptr(GVariant) named =
		facts("{'Name': <'a\\\"\\u001bb'>, 'Powered': <true>, 'ActiveLinks': <uint32 2>}");
	g_autoptr(GVariant) off = facts("{'Powered': <false>, 'ActiveLinks': <uint32 0>}");

	tracker_update(tracker, THING_RADIO, "hci0", NULL, named, false);
	expect("\"event\":\"new\",\"object\":\"radio\",\"radio\":\"hci0\",\"name\":\"a\\\"\\u001bb\","
	       "\"powered\":true,\"links\":2}\n");
	tracker_change(tracker, THING_RADIO, "hci0", NULL, off);
	expect("\"event\":\"changed\",\"object\":\"radio\",\"radio\":\"hci0\",\"name\":\"a\\\"\\u001bb\","
	       "\"powered\":false,\"links\":0,\"changed\":[\"powered\",\"links\"]}\n");
	tracker_clear(tracker);
	tracker_remove(tracker, THING_RADIO, "hci0", NULL);
	end(tracker);
}
END_TEST

START_TEST(test_lists)
{
	Tracker *tracker = new_tracker(false, NULL);
	g_autoptr(GVariant) one = facts("{'Uid': <uint32 7>, 'Scanning': <true>}");
	g_autoptr(GVariant) none = facts("@a{sv} {}");

	for (const char *id = "abc"; *id; id++) {
		char name[] = { *id, '\0' };

		tracker_update(tracker, THING_SESSION, "hci0", name, one, false);
	}
	tracker_update(tracker, THING_BOND, "hci0", "a", none, false);
	tracker_update(tracker, THING_BOND, "hci1", "a", none, false);
	expect("new     session    hci0 a uid 7, scanning\nnew     session    hci0 b uid 7, scanning\n"
	       "new     session    hci0 c uid 7, scanning\nnew     bond       hci0 a\n"
	       "new     bond       hci1 a\n");
	tracker_begin_list(tracker, THING_SESSION, NULL);
	tracker_update(tracker, THING_SESSION, "hci0", "b", one, false);
	tracker_update(tracker, THING_SESSION, "hci0", "d", none, false);
	tracker_end_list(tracker, THING_SESSION, NULL);
	expect("new     session    hci0 d\ngone    session    hci0 a\ngone    session    hci0 c\n");
	/* a list of one radio says nothing of another's */
	tracker_begin_list(tracker, THING_BOND, "hci1");
	tracker_end_list(tracker, THING_BOND, "hci1");
	expect("gone    bond       hci1 a\n");
	end(tracker);
}
END_TEST

START_TEST(test_one_radio)
{
	Tracker *tracker = new_tracker(false, "hci1");
	g_autoptr(GVariant) none = facts("@a{sv} {}");
	g_autoptr(GVariant) state = facts("{'BlueZ': <'gone'>}");

	tracker_update(tracker, THING_RADIO, "hci0", NULL, none, false);
	tracker_update(tracker, THING_RADIO, "hci1", NULL, none, false);
	tracker_update(tracker, THING_RADIO, "hci10", NULL, none, false);
	tracker_update(tracker, THING_BLUETOOTHD, NULL, NULL, state, false);
	tracker_remove(tracker, THING_RADIO, "hci0", NULL);
	expect("new     radio      hci1\nnew     bluetoothd gone\n");
	end(tracker);
}
END_TEST

START_TEST(test_lost)
{
	Tracker *tracker = new_tracker(false, "hci1");

	tracker_lost(tracker, 12);
	expect("lost    daemon     12 changes, which were not taken in time\n");
	ck_assert_uint_eq(said.first, 0);
	end(tracker);
	tracker = new_tracker(true, NULL);
	tracker_lost(tracker, 12);
	expect("\"event\":\"lost\",\"object\":\"daemon\",\"changes\":12}\n");
	end(tracker);
}
END_TEST

UNIT_MAIN("ctl-tracker", test_things, test_json, test_lists, test_one_radio, test_lost)
