/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertisers that repeat themselves, and storms. */
#include <errno.h>
#include <string.h>

#include "emitter.h"

#define RETRY MILLISECOND /* until a report is offered again to a host that was full */
#define TURNS_MAX 512 /* reports in one run, so that commands are heard between runs of a late storm */
#define TICK (4 * MILLISECOND) /* least time between runs of a storm, if air->coalesces */
#define TOGETHER_MAX 32U

struct Emitter {
	Air *air;
	uint64_t target;
	char *name; /* an advertiser's; NULL: this is a storm */
	Repeat repeat;
	Storm storm;
	uint64_t started, due;
	uint64_t turn; /* of a storm: the next report of its schedule; else: reports heard so far */
	uint32_t number; /* number in a storm's next report: counts only those that were heard */
};

Emitter *emitter_free(Emitter *emitter)
{
	if (!emitter)
		return NULL;
	g_free(emitter->name);
	g_free(emitter);
	return NULL;
}

static Emitter *emitter_new(Air *air, uint64_t target, const char *name)
{
	Emitter *emitter = g_new0(Emitter, 1);

	emitter->air = air;
	emitter->target = target;
	emitter->name = g_strdup(name);
	emitter->started = emitter->due = clock_now();
	return emitter;
}

int8_t level_at(const Level *level, uint64_t turn)
{
	int width = 2 * level->spread + 1;
	int offset = (int)((turn + level->spread) % (uint64_t)width) - level->spread;

	return (int8_t)(level->base + offset);
}

/* Sets when the next report is due. After a short delay it catches up, after one of more than a second it
 * does not. With air->coalesces it never does, for late reports would become one with the next. */
static void repeat_advance(Emitter *emitter, uint64_t now)
{
	uint64_t interval = emitter->repeat.interval_ms * MILLISECOND;

	emitter->due += interval;
	if (emitter->air->coalesces ? emitter->due < now : emitter->due + SECOND < now)
		emitter->due = emitter->air->coalesces ? now + interval : now;
}

/* True: it has sent all its reports. */
static bool repeat_run(Emitter *emitter, uint64_t now)
{
	Repeat *repeat = &emitter->repeat;
	int r;

	while (emitter->due <= now) {
		repeat->report.rssi = repeat->response.rssi = level_at(&repeat->level, emitter->turn);
		r = air_send(emitter->air, emitter->target, &repeat->report);
		if (r == -EAGAIN) {
			emitter->due = now + RETRY;
			return false;
		}
		repeat_advance(emitter, now);
		if (r <= 0)
			continue;
		if (repeat->has_response)
			air_respond(emitter->air, emitter->target, &repeat->response);
		if (++emitter->turn == repeat->count)
			return true;
	}
	return false;
}

static void put_le32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static void storm_report(const Storm *storm, uint32_t number, Report *ret)
{
	/* flags: LE general discoverable, no BR/EDR; manufacturer data of company 0xffff */
	static const uint8_t head[] = { 0x02, 0x01, 0x06, 0x0b, 0xff, 0xff, 0xff };
	uint32_t index = number / storm->burst % storm->advertisers;

	*ret = (Report){
		.addr = UINT64_C(0xC00000000000) | (index & 0xffff),
		.random = true,
		.type = REPORT_ADV_IND,
		.rssi = (int8_t)(-40 - (int)(index % 50)),
		.len = sizeof(head) + 8,
	};
	memcpy(ret->data, head, sizeof(head));
	put_le32(ret->data + sizeof(head), index);
	put_le32(ret->data + sizeof(head) + 4, number);
}

static uint64_t storm_turns(const Storm *storm)
{
	return (uint64_t)storm->rate * storm->seconds;
}

/* All reports of a burst are due at its beginning. */
static uint64_t storm_due(const Emitter *emitter)
{
	const Storm *storm = &emitter->storm;

	return emitter->started + (emitter->turn - emitter->turn % storm->burst) * SECOND / storm->rate;
}

/* Sends one report, or as many of a burst as go together; *ret_n: how many. Returns as air_send. */
static int storm_send(const Emitter *emitter, unsigned int *ret_n)
{
	const Storm *storm = &emitter->storm;
	uint64_t left = MIN(storm->burst - emitter->turn % storm->burst, storm_turns(storm) - emitter->turn);
	unsigned int n = (unsigned int)MIN(left, TOGETHER_MAX);
	Report reports[TOGETHER_MAX];

	for (unsigned int i = 0; i < n; i++)
		storm_report(storm, emitter->number + i, &reports[i]);
	*ret_n = 1;
	if (storm->burst == 1)
		return air_send(emitter->air, emitter->target, reports);
	return emitter->air->ops->hear_together(emitter->air, emitter->target, reports, n, ret_n);
}

/* How many late reports to send in one run. With air->coalesces so few that hardly any device has two of
 * them, which would become one. */
static uint64_t storm_portion(const Emitter *emitter)
{
	const Storm *storm = &emitter->storm;

	if (!emitter->air->coalesces)
		return TURNS_MAX;
	return MAX(storm->advertisers, 2ULL * storm->rate * TICK / SECOND + 1);
}

/* True: the storm is over. */
static bool storm_run(Emitter *emitter, uint64_t now)
{
	uint64_t turns = storm_turns(&emitter->storm), portion = storm_portion(emitter);
	unsigned int n;
	int r;

	for (uint64_t i = 0; i < portion && emitter->turn < turns && storm_due(emitter) <= now; i++) {
		r = storm_send(emitter, &n);
		if (r == -EAGAIN) {
			emitter->due = now + RETRY;
			return false;
		}
		emitter->turn += n;
		if (r > 0)
			emitter->number += n;
	}
	emitter->due = storm_due(emitter);
	if (emitter->air->coalesces)
		emitter->due = MAX(emitter->due, now + TICK);
	return emitter->turn == turns;
}

static bool emitter_run(Emitter *emitter, uint64_t now)
{
	return emitter->name ? repeat_run(emitter, now) : storm_run(emitter, now);
}

void air_repeat(Air *air, uint64_t target, const char *name, const Repeat *repeat)
{
	Emitter *emitter;

	for (unsigned int i = 0; i < air->emitters->len; i++) {
		emitter = air->emitters->pdata[i];
		if (emitter->target == target && g_strcmp0(emitter->name, name) == 0) {
			g_ptr_array_remove_index(air->emitters, i);
			break;
		}
	}
	emitter = emitter_new(air, target, name);
	emitter->repeat = *repeat;
	if (repeat_run(emitter, emitter->due))
		emitter_free(emitter);
	else
		g_ptr_array_add(air->emitters, emitter);
}

void air_storm(Air *air, uint64_t target, const Storm *storm)
{
	Emitter *emitter = emitter_new(air, target, NULL);

	emitter->storm = *storm;
	g_ptr_array_add(air->emitters, emitter);
}

void air_quiet(Air *air, uint64_t target)
{
	for (unsigned int i = air->emitters->len; i > 0; i--) {
		Emitter *emitter = air->emitters->pdata[i - 1];

		if (target == AIR_ALL || emitter->target == target)
			g_ptr_array_remove_index(air->emitters, i - 1);
	}
}

void emitters_run(Air *air, uint64_t now)
{
	for (unsigned int i = 0; i < air->emitters->len;) {
		Emitter *emitter = air->emitters->pdata[i];

		if (emitter->due <= now && emitter_run(emitter, now))
			g_ptr_array_remove_index(air->emitters, i);
		else
			i++;
	}
}

uint64_t emitters_due(const Air *air)
{
	uint64_t due = NEVER;

	for (unsigned int i = 0; i < air->emitters->len; i++)
		due = MIN(due, ((const Emitter *)air->emitters->pdata[i])->due);
	return due;
}
