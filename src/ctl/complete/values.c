/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand for an option's value, and for a command's argument. */
#include "ctl/complete/values.h"

#include <string.h>

#include "meaning/choice.h"
#include "meaning/names.h"
#include "meaning/uuid.h"
#include "meaning/value.h"

/* An option's values; a name may stand several times, for options of different commands. */
typedef struct OptionValues {
	const char *name;
	unsigned commands;	/* FOR_ bits; 0: of any command */
	const char *list;	/* or: */
	const Choice *choices;
} OptionValues;

static const OptionValues option_values[] = {
	{ "addr-type", 0, "public random", NULL },
	{ "adv-filter-policy", 0, NULL, choices_filter_policy },
	{ "adv-type", FOR_ADVERTISE, NULL, choices_sent_type },
	{ "adv-type", FOR_REPORTS | FOR_DEVICES, NULL, choices_adv_type },
	{ "antenna", 0, NULL, choices_antenna },
	{ "bus", 0, "system session", NULL },
	{ "channel-map", 0, NULL, choices_channel_map },
	{ "delivery", 0, "stream signal fifo", NULL },
	{ "format", 0, VALUE_FORMATS, NULL },
	{ "mode", 0, "BLE", choices_mode },
	{ "overflow", 0, "drop-oldest drop-newest", NULL },
	{ "own-addr-type", 0, NULL, choices_addr_type },
	{ "type", FOR_WRITE, "request command reliable", NULL },
};

/* The names that people type; those of specifications have underscores. */
static void add_choices(Candidates *candidates, const Choice *choices)
{
	for (; choices->name; choices++)
		if (!strchr(choices->name, '_'))
			candidates_add(candidates, choices->name, NULL);
}

static void add_services(Candidates *candidates)
{
	for (uint32_t number = 0x1800; number < 0x1900; number++) {
		g_autofree char *word = g_strdup_printf("%04x", number);
		const char *name;
		Uuid uuid;

		uuid_from_int(number, &uuid);
		name = name_of_service(&uuid);
		if (name)
			candidates_add_any_case(candidates, word, name);
	}
}

static void add_ad_types(Candidates *candidates)
{
	for (const Constant *constant = constants; constant->name; constant++)
		if (ad_type_has_constant(constant))
			candidates_add_any_case(candidates, constant->name,
						name_of_ad_type((uint8_t)constant->value));
}

bool values_of_option(const Option *option, Ask *ask, Candidates *candidates)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_values); i++) {
		const OptionValues *values = &option_values[i];

		if (strcmp(values->name, option->name) != 0 ||
		    (values->commands && !(values->commands & option->commands)))
			continue;
		if (values->choices)
			add_choices(candidates, values->choices);
		else
			candidates_add_list(candidates, values->list);
		return true;
	}
	if (strcmp(option->value, "hciN") == 0)
		ask_radios(ask, candidates);
	else if (strcmp(option->value, "ADDR") == 0)
		ask_devices(ask, ASK_LINKED | ASK_BONDED | ASK_HEARD, candidates);
	else if (strcmp(option->value, "UUID") == 0)
		add_services(candidates);
	else if (strcmp(option->value, "FILE") == 0 || strcmp(option->value, "PATH") == 0)
		candidates_delegate(candidates, "files");
	else
		return false;
	return true;
}

/* The word of Command.arguments with that index, without brackets; the last where it may be repeated. NULL:
 * there are not so many. Free with g_free. */
static char *argument_name(const Command *command, unsigned index)
{
	g_auto(GStrv) words = g_strsplit(command->arguments, " ", -1);
	unsigned n = g_strv_length(words);
	bool more = n > 0 && strstr(words[n - 1], "...");
	GString *name;

	if (n == 0 || (index >= n && !more))
		return NULL;
	name = g_string_new(words[MIN(index, n - 1)]);
	g_string_replace(name, "[", "", 0);
	g_string_replace(name, "]", "", 0);
	g_string_replace(name, "...", "", 0);
	return g_string_free(name, FALSE);
}

static unsigned devices_of(const Command *command)
{
	if (strcmp(command->name, "forget") == 0)
		return ASK_BONDED;
	if (strcmp(command->name, "disconnect") == 0)
		return ASK_LINKED;
	return ASK_LINKED | ASK_BONDED | ASK_HEARD;
}

void values_of_argument(const Command *command, char *const *arguments, Ask *ask, Candidates *candidates)
{
	unsigned index = g_strv_length((char **)arguments);
	g_autofree char *name = argument_name(command, index);

	if (!name)
		return;
	if (strcmp(name, "ADDR") == 0)
		ask_devices(ask, devices_of(command), candidates);
	else if (strcmp(name, "ATTR") == 0)
		ask_attributes(ask, arguments[0],
			       command->options & FOR_WRITE  ? ASK_WRITABLE :
			       command->options & FOR_NOTIFY ? ASK_NOTIFYING :
							       ASK_READABLE,
			       candidates);
	else if (strcmp(name, "FILE") == 0 || strcmp(name, "FILE|-") == 0)
		candidates_delegate(candidates, "files");
	else if (strcmp(name, "TYPE") == 0)
		add_ad_types(candidates);
	else
		candidates_add_list(candidates, name);
}
