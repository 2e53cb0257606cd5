/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links that a batch keeps open. */
#include "ctl/holds.h"

#include <string.h>

#include "client/link.h"

typedef struct Hold {
	Link *link;
	char *bus;
	int adapter;	/* as in SessionRequest */
	char *word;	/* which device, as it was called */
} Hold;

struct Holds {
	GPtrArray *holds;	/* Hold; that which was used last at the end */
};

static void hold_free(void *pointer)
{
	Hold *hold = pointer;

	link_close(hold->link);
	g_free(hold->bus);
	g_free(hold->word);
	g_free(hold);
}

Holds *holds_new(void)
{
	Holds *holds = g_new0(Holds, 1);

	holds->holds = g_ptr_array_new_with_free_func(hold_free);
	return holds;
}

void holds_free(Holds *holds)
{
	g_ptr_array_unref(holds->holds);
	g_free(holds);
}

void holds_drop(Holds *holds)
{
	g_ptr_array_set_size(holds->holds, 0);
}

/* The hold on the command's device, taken out of the list; NULL: there is none. */
static Hold *take_out(Holds *holds, const Options *options)
{
	for (guint i = 0; i < holds->holds->len; i++) {
		Hold *hold = g_ptr_array_index(holds->holds, i);

		if (hold->adapter == options->session.adapter &&
		    strcmp(hold->bus, options->session.bus) == 0 &&
		    strcmp(hold->word, options->arguments[0]) == 0)
			return g_ptr_array_steal_index(holds->holds, i);
	}
	return NULL;
}

/* Lets go of one link if all of the radio's are taken: the next one would wait for ours. */
static void make_room(Holds *holds, const Options *options)
{
	for (guint i = 0; i < holds->holds->len; i++) {
		Hold *hold = g_ptr_array_index(holds->holds, i);
		const Session *session = link_session(hold->link);
		g_autoptr(BrokerAdapter1) adapter = NULL;
		ExitCode code;

		if (hold->adapter != options->session.adapter)
			continue;
		adapter = bus_adapter(session_manager(session), session_adapter(session), &code);
		if (adapter && broker_adapter1_get_active_links(adapter) >=
				       broker_adapter1_get_link_slots(adapter))
			g_ptr_array_remove_index(holds->holds, i);
		return;
	}
}

static Hold *hold_new(const Options *options, ExitCode *ret_exit)
{
	LinkRequest request = options->link;
	Link *link;
	Hold *hold;

	/* a line that wants it to come back sees to that itself */
	request.auto_reconnect = false;
	link = link_open(&options->session, &request, options->arguments[0], ret_exit);
	if (!link)
		return NULL;
	hold = g_new0(Hold, 1);
	hold->link = link;
	hold->bus = g_strdup(options->session.bus);
	hold->adapter = options->session.adapter;
	hold->word = g_strdup(options->arguments[0]);
	return hold;
}

bool holds_take(Holds *holds, const Options *options, ExitCode *ret_exit)
{
	Hold *hold;

	/* it may have been lost meanwhile */
	while (g_main_context_iteration(NULL, FALSE))
		;
	hold = take_out(holds, options);
	if (hold && session_ended(link_session(hold->link)))
		g_clear_pointer(&hold, hold_free);
	if (!hold) {
		make_room(holds, options);
		hold = hold_new(options, ret_exit);
	}
	if (hold)
		g_ptr_array_add(holds->holds, hold);
	return hold;
}
