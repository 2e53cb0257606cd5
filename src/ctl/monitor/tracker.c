/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What monitor knows of the daemon's things. */
#include "ctl/monitor/tracker.h"

#include "client/fact.h"
#include "client/text.h"

#define FACTS_MAX 8

/* A fact of a thing, by its D-Bus type: b has two texts, integers and strings a printf format. */
typedef struct FactKind {
	const char *property;
	const char *key;
	const char *words;	/* NULL: for programs only */
	const char *no;		/* of false */
	bool usual;		/* false, or no text, is told people only when it was something else before */
} FactKind;

typedef struct Description {
	const char *name;
	const char *id;		/* key of the id; NULL: it has none */
	FactKind facts[FACTS_MAX];
} Description;

static const Description descriptions[_THING_MAX] = {
	[THING_DAEMON] = { "daemon", NULL, { { "Version", "version", "bluebrokerd %s", NULL, false } } },
	[THING_BLUETOOTHD] = { "bluetoothd", NULL, { { "BlueZ", "state", "%s", NULL, false } } },
	[THING_RADIO] = { "radio", NULL, {
		{ "Address", "address", "%s", NULL, false },
		{ "AddressType", "address_type", NULL, NULL, false },
		{ "Name", "name", "\"%s\"", NULL, false },
		{ "Powered", "powered", "on", "off", false },
		{ "Scanning", "scanning", "scanning", "not scanning", true },
		{ "Source", "source", "advertisements from %s", NULL, false },
		{ "ActiveLinks", "links", "links: %lld", NULL, false },
		{ "AdvertisingInstancesFree", "advertising_free", "free advertisements: %lld", NULL, false },
	} },
	[THING_LINK] = { "link", "address", {
		{ "AddressType", "address_type", "%s", NULL, false },
		{ "IdentityAddress", "identity", NULL, NULL, false },
		{ "Name", "name", "\"%s\"", NULL, true },
		{ "Connected", "connected", "connected", "not connected", false },
		{ "Paired", "paired", "paired", "not paired", true },
		{ "Holders", "holders", "holders: %lld", NULL, false },
	} },
	[THING_SESSION] = { "session", "session", {
		{ "Uid", "uid", "uid %lld", NULL, false },
		{ "Scanning", "scanning", "scanning", "not scanning", true },
		{ "Stream", "stream", "with a stream", "without a stream", true },
	} },
	[THING_CLIENT] = { "client", "address", {
		{ "MTU", "mtu", "MTU %lld", NULL, false },
		{ "Sessions", "sessions", "sessions: %lld", NULL, false },
	} },
	[THING_BOND] = { "bond", "address", {
		{ "AddressType", "address_type", "%s", NULL, false },
		{ "Name", "name", "\"%s\"", NULL, false },
		{ "Mine", "mine", "mine", "other's", false },
	} },
	[THING_PROGRAM] = { "program", "pid", {
		{ "Command", "command", "%s", NULL, false },
		{ "Uid", "uid", "uid %lld", NULL, false },
		{ "Connections", "connections", "connections: %lld", NULL, false },
		{ "Discoveries", "discoveries", "discoveries: %lld", NULL, false },
		{ "Links", "links", "links: %lld", NULL, false },
	} },
};

typedef struct Thing {
	ThingKind kind;
	char *radio;			/* NULL: of none */
	char *id;			/* NULL: it has none */
	GVariant *facts[FACTS_MAX];	/* NULL: not told */
	bool listed;			/* in the list that is being gone through */
} Thing;

struct Tracker {
	TrackerOutput output;
	GHashTable *things;	/* by key_of(); owns keys and things */
	GPtrArray *order;	/* the same, as they came */
};

static void thing_free(void *pointer)
{
	Thing *thing = pointer;

	for (size_t i = 0; i < FACTS_MAX; i++)
		g_clear_pointer(&thing->facts[i], g_variant_unref);
	g_free(thing->radio);
	g_free(thing->id);
	g_free(thing);
}

Tracker *tracker_new(const TrackerOutput *output)
{
	Tracker *tracker = g_new0(Tracker, 1);

	tracker->output = *output;
	tracker->things = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, thing_free);
	tracker->order = g_ptr_array_new();
	return tracker;
}

void tracker_clear(Tracker *tracker)
{
	g_ptr_array_set_size(tracker->order, 0);
	g_hash_table_remove_all(tracker->things);
}

void tracker_free(Tracker *tracker)
{
	tracker_clear(tracker);
	g_ptr_array_unref(tracker->order);
	g_hash_table_unref(tracker->things);
	g_free(tracker);
}

/* --- lines --- */

typedef enum EventKind {
	EVENT_NOW,
	EVENT_NEW,
	EVENT_CHANGED,
	EVENT_GONE,
	EVENT_LOST,
} EventKind;

static const struct {
	const char *name;
	const char *colour;
} events[] = {
	[EVENT_NOW] = { "now", "\033[2m" },
	[EVENT_NEW] = { "new", "\033[32m" },
	[EVENT_CHANGED] = { "changed", "\033[33m" },
	[EVENT_GONE] = { "gone", "\033[31m" },
	[EVENT_LOST] = { "lost", "\033[31m" },
};

static void tell_head(const FactWriter *writer, EventKind event, bool colour)
{
	fact_now(writer);
	fact_string(writer, "event", NULL, events[event].name, -1);
	fact_words(writer, " %s%-7s%s ", colour ? events[event].colour : "", events[event].name,
		   colour ? "\033[0m" : "");
}

static void tell_fact(const FactWriter *writer, const FactKind *kind, GVariant *value)
{
	switch (g_variant_classify(value)) {
	case G_VARIANT_CLASS_BOOLEAN:
		fact_bool(writer, kind->key, g_variant_get_boolean(value) ? kind->words : kind->no,
			  g_variant_get_boolean(value));
		break;
	case G_VARIANT_CLASS_STRING:
		fact_string(writer, kind->key, kind->words, g_variant_get_string(value, NULL), -1);
		break;
	case G_VARIANT_CLASS_BYTE:
		fact_int(writer, kind->key, kind->words, g_variant_get_byte(value));
		break;
	case G_VARIANT_CLASS_UINT16:
		fact_int(writer, kind->key, kind->words, g_variant_get_uint16(value));
		break;
	case G_VARIANT_CLASS_UINT32:
		fact_int(writer, kind->key, kind->words, g_variant_get_uint32(value));
		break;
	default:	/* no fact of ours is anything else */
		fact_null(writer, kind->key, NULL);
	}
}

static bool is_usual(const FactKind *kind, GVariant *value)
{
	return kind->usual && (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING) ?
				       *g_variant_get_string(value, NULL) == '\0' :
				       !g_variant_get_boolean(value));
}

/* changed: a mask of facts. For people those alone, for programs all, and which they are. */
static void tell_facts(const FactWriter *writer, const Thing *thing, EventKind event, unsigned changed)
{
	const FactKind *kinds = descriptions[thing->kind].facts;
	const char *separator = " ";

	for (size_t i = 0; i < FACTS_MAX && kinds[i].key; i++) {
		if (!thing->facts[i])
			continue;
		if (writer->text && (!kinds[i].words || !(changed & 1u << i)))
			continue;
		if (writer->text && event != EVENT_CHANGED && is_usual(&kinds[i], thing->facts[i]))
			continue;
		fact_words(writer, "%s", separator);
		tell_fact(writer, &kinds[i], thing->facts[i]);
		separator = ", ";
	}
	if (event != EVENT_CHANGED)
		return;
	fact_begin_array(writer, "changed");
	for (size_t i = 0; i < FACTS_MAX && kinds[i].key; i++)
		if (changed & 1u << i)
			fact_string(writer, NULL, NULL, kinds[i].key, -1);
	fact_end_array(writer);
}

static void tell(Tracker *tracker, const Thing *thing, EventKind event, unsigned changed)
{
	const TrackerOutput *output = &tracker->output;
	const Description *description = &descriptions[thing->kind];
	g_autoptr(GString) out = g_string_new(NULL);
	const FactWriter *writer;
	FactLine line;

	if (output->radio && thing->radio && !g_str_equal(output->radio, thing->radio))
		return;
	writer = fact_line_begin(&line, out, output->json);
	tell_head(writer, event, output->colour);
	fact_string(writer, "object", "%-10s", description->name, -1);
	fact_name(writer, "radio", " %s", thing->radio);
	if (description->id)
		fact_name(writer, description->id, " %s", thing->id);
	tell_facts(writer, thing, event, event == EVENT_GONE ? 0 : changed);
	fact_line_end(&line, out);
	output->line(output->userdata, out->str, out->len, event == EVENT_NOW);
}

void tracker_lost(Tracker *tracker, uint64_t changes)
{
	const TrackerOutput *output = &tracker->output;
	g_autoptr(GString) out = g_string_new(NULL);
	const FactWriter *writer;
	FactLine line;

	writer = fact_line_begin(&line, out, output->json);
	tell_head(writer, EVENT_LOST, output->colour);
	fact_string(writer, "object", "%-10s", descriptions[THING_DAEMON].name, -1);
	fact_int(writer, "changes", " %lld changes, which were not taken in time", (long long)changes);
	fact_line_end(&line, out);
	output->line(output->userdata, out->str, out->len, false);
}

/* --- things --- */

static char *key_of(ThingKind kind, const char *radio, const char *id)
{
	return g_strdup_printf("%d/%s/%s", (int)kind, radio ? radio : "", id ? id : "");
}

/* Takes the facts over. Returns which are new, as a mask. */
static unsigned learn(Thing *thing, GVariant *facts)
{
	const FactKind *kinds = descriptions[thing->kind].facts;
	unsigned changed = 0;

	for (size_t i = 0; i < FACTS_MAX && kinds[i].key; i++) {
		g_autoptr(GVariant) value = g_variant_lookup_value(facts, kinds[i].property, NULL);

		if (!value || (thing->facts[i] && g_variant_equal(value, thing->facts[i])))
			continue;
		g_clear_pointer(&thing->facts[i], g_variant_unref);
		thing->facts[i] = g_steal_pointer(&value);
		changed |= 1u << i;
	}
	return changed;
}

static void change(Tracker *tracker, Thing *thing, GVariant *facts)
{
	unsigned changed = learn(thing, facts);

	thing->listed = true;
	if (changed != 0)
		tell(tracker, thing, EVENT_CHANGED, changed);
}

void tracker_update(Tracker *tracker, ThingKind kind, const char *radio, const char *id,
		    GVariant *facts, bool first)
{
	char *key = key_of(kind, radio, id);
	Thing *thing = g_hash_table_lookup(tracker->things, key);
	unsigned told;

	if (thing) {
		g_free(key);
		change(tracker, thing, facts);
		return;
	}
	thing = g_new0(Thing, 1);
	*thing = (Thing){ .kind = kind, .radio = g_strdup(radio), .id = g_strdup(id), .listed = true };
	g_hash_table_insert(tracker->things, key, thing);
	g_ptr_array_add(tracker->order, thing);
	told = learn(thing, facts);
	tell(tracker, thing, first ? EVENT_NOW : EVENT_NEW, told);
}

void tracker_change(Tracker *tracker, ThingKind kind, const char *radio, const char *id, GVariant *facts)
{
	g_autofree char *key = key_of(kind, radio, id);
	Thing *thing = g_hash_table_lookup(tracker->things, key);

	if (thing)
		change(tracker, thing, facts);
}

void tracker_remove(Tracker *tracker, ThingKind kind, const char *radio, const char *id)
{
	g_autofree char *key = key_of(kind, radio, id);
	Thing *thing = g_hash_table_lookup(tracker->things, key);

	if (!thing)
		return;
	tell(tracker, thing, EVENT_GONE, 0);
	g_ptr_array_remove(tracker->order, thing);
	g_hash_table_remove(tracker->things, key);
}

static bool is_of(const Thing *thing, ThingKind kind, const char *radio)
{
	return thing->kind == kind && (!radio || g_strcmp0(radio, thing->radio) == 0);
}

void tracker_begin_list(Tracker *tracker, ThingKind kind, const char *radio)
{
	for (guint i = 0; i < tracker->order->len; i++) {
		Thing *thing = tracker->order->pdata[i];

		if (is_of(thing, kind, radio))
			thing->listed = false;
	}
}

void tracker_end_list(Tracker *tracker, ThingKind kind, const char *radio)
{
	for (guint i = 0; i < tracker->order->len; i++) {
		const Thing *thing = tracker->order->pdata[i];

		if (!is_of(thing, kind, radio) || thing->listed)
			continue;
		tracker_remove(tracker, kind, thing->radio, thing->id);
		i--;
	}
}
