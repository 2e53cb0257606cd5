/* SPDX-License-Identifier: GPL-2.0-or-later */
/* More sessions advertise than the radio has instances: all have their turns, as long as each other. */
#include "serve-fixture.h"

#define SESSIONS 8
#define TURN_MS 1000 /* of the configuration below */
#define ROTATIONS 4

static unsigned int wanted; /* sessions */

static char *adv_of(unsigned int i)
{
	return g_strdup_printf("04ffffff%02x020106", i);
}

/* For how long each was on air, ms. */
static void get_airtimes(uint64_t times[static SESSIONS])
{
	g_autofree char *text = air_cmd(air, "airtime *");

	for (unsigned int i = 0; i < SESSIONS; i++) {
		g_autofree char *adv = adv_of(i), *word = g_strconcat(adv, "=", NULL);
		const char *at = strstr(text, word);

		times[i] = at ? g_ascii_strtoull(at + strlen(word), NULL, 10) : 0;
	}
}

/* The wanted ones were on air for that long. */
static bool each_had(void *data)
{
	uint64_t times[SESSIONS];

	get_airtimes(times);
	for (unsigned int i = 0; i < wanted; i++)
		if (times[i] < *(uint64_t *)data)
			return false;
	return true;
}

/* When the last of them has had its turns, none has had more than one more: the one in which it all began. */
static void expect_even(unsigned int count)
{
	uint64_t rotations = ROTATIONS * TURN_MS, times[SESSIONS], least = UINT64_MAX;
	g_autofree char *text = NULL;

	wanted = count;
	air_do(air, "airtime * reset");
	if (!wait_until(each_had, &rotations, 150000)) {
		text = air_cmd(air, "airtime *");
		ck_abort_msg("not each has had %d turns: %s", ROTATIONS, text);
	}
	get_airtimes(times);
	text = air_cmd(air, "airtime *");
	for (unsigned int i = 0; i < count; i++)
		least = MIN(least, times[i]);
	for (unsigned int i = 0; i < count; i++)
		ck_assert_msg(times[i] < least + TURN_MS * 3 / 2, "some had more turns than others: %s",
			      text);
}

static void begin_all(Client *programs[static SESSIONS], char *sessions[static SESSIONS])
{
	for (unsigned int i = 0; i < SESSIONS; i++) {
		g_autofree char *keys = g_strdup_printf("'manufacturer_data': <[byte 0xff, 0xff, %u]>", i);

		programs[i] = new_client();
		sessions[i] = open_session(programs[i], 0);
		set_advertisement(programs[i], sessions[i], keys);
		advertise(programs[i], sessions[i], true);
	}
}

static void take_turns(void)
{
	Client *programs[SESSIONS];
	char *sessions[SESSIONS];
	uint64_t some = 1;

	begin_all(programs, sessions);
	air_do(air, "airtime * reset");
	wanted = SESSIONS;
	ck_assert_msg(wait_until(each_had, &some, 60000), "not each was on air");
	expect_even(SESSIONS);

	/* some end one way or another; the others share what is free */
	close_session(programs[7], sessions[7]);
	advertise(programs[6], sessions[6], false);
	programs[5] = client_free(programs[5]);
	for (unsigned int i = 5; i < SESSIONS; i++) {
		g_autofree char *adv = adv_of(i);

		wait_off_air(adv, NULL, SOON);
	}
	expect_even(5);
	for (unsigned int i = 0; i < SESSIONS; i++) {
		g_autofree char *adv = adv_of(i), *session = sessions[i];

		ck_assert(i < 5 || !is_on_air(adv, NULL));
		if (programs[i])
			client_free(programs[i]);
	}
	wait_off_air(NULL, NULL, SOON);
}

START_TEST(without_sets)
{
	take_turns();
}
END_TEST

START_TEST(with_sets)
{
	use_sets(4);
	take_turns();
}
END_TEST

int main(void)
{
	/* with_sets leaves the radio so: it is the last */
	const TTest *const tests[] = { without_sets, with_sets, NULL };

	return serve_main("serve-rotate", tests, "[Advertising]\nRotationSeconds=1\n", 290);
}
