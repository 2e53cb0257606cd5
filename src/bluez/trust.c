/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trust that is lent to devices while a pairing may fail. */
#include "bluez/trust.h"

#include "bluez/agent.h"
#include "bluez/bluez.h"
#include "bluez/device.h"
#include "bus/msg.h"
#include "util/log.h"

/* How long trust stays lent after a refusal. bluetoothd answers Pair after it has dealt with the failure, but
 * nothing tells when it has done so for a pairing that bluetoothd or the device began. */
#define REFUSED_WAIT (2 * USEC_PER_SEC)

/* Trust lent to one device; in bluez->lent, by path. It outlives bluetoothd, which stores whom it trusts. */
typedef struct Loan {
	Bluez *bluez;
	char *path;
	BluezCall *call;		/* the Get of Trusted; later the last Set of it */
	sd_event_source *due;		/* when the loan ends by itself */
	sd_bus_message *question;	/* to be refused once trust is lent */
	bool lent;			/* the device was not trusted, and is now, by us */
	bool returned;			/* not wanted any more; kept until bluetoothd has taken trust back */
} Loan;

static void answer_question(Loan *loan)
{
	if (loan->question)
		agent_refuse(loan->question);
	loan->question = sd_bus_message_unref(loan->question);
}

static void loan_free(void *data)
{
	Loan *loan = data;

	answer_question(loan);
	bluez_call_forget(loan->call);
	sd_event_source_disable_unref(loan->due);
	g_free(loan->path);
	g_free(loan);
}

static Loan *find_loan(const Bluez *bluez, const char *path)
{
	return bluez->lent ? g_hash_table_lookup(bluez->lent, path) : NULL;
}

static int append_trusted(sd_bus_message *m, void *trusted)
{
	return sd_bus_message_append(m, "ssv", DEVICE_INTERFACE, "Trusted", "b", *(int *)trusted);
}

static void set_trusted(Loan *loan, int trusted, sd_bus_message_handler_t done)
{
	loan->call = bluez_call_forget(loan->call);
	if (bluez_call_with(loan->bluez, loan->path, "org.freedesktop.DBus.Properties", "Set", &loan->call,
			    done, loan, append_trusted, &trusted) < 0)
		answer_question(loan);
}

static int on_returned(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Loan *loan = userdata;

	loan->call = NULL;
	/* if Set failed, trust_seen tries again */
	if (!sd_bus_message_is_method_error(m, NULL) ||
	    sd_bus_message_is_method_error(m, SD_BUS_ERROR_UNKNOWN_OBJECT))
		g_hash_table_remove(loan->bluez->lent, loan->path);
	return 0;
}

static void take_back(Loan *loan)
{
	if (!loan->lent) {
		g_hash_table_remove(loan->bluez->lent, loan->path);
		return;
	}
	loan->returned = true;
	loan->due = sd_event_source_disable_unref(loan->due);
	answer_question(loan);
	set_trusted(loan, false, on_returned);
}

static int on_due(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	take_back(userdata);
	return 0;
}

static int on_lent(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *error UNUSED)
{
	Loan *loan = userdata;

	loan->call = NULL;
	answer_question(loan);
	return 0;
}

static int on_known(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Loan *loan = userdata;
	int trusted = false;

	loan->call = NULL;
	if (sd_bus_message_is_method_error(m, NULL) || msg_read_variant(m, 'b', &trusted) < 0 || trusted) {
		g_hash_table_remove(loan->bluez->lent, loan->path);
	} else {
		loan->lent = true;
		set_trusted(loan, true, on_lent);
	}
	return 0;
}

static int append_property(sd_bus_message *m, void *userdata UNUSED)
{
	return sd_bus_message_append(m, "ss", DEVICE_INTERFACE, "Trusted");
}

/*
 * Begins a loan, or takes one up again. NULL: there is nothing to lend. bluetoothd is asked first whether the
 * device is Trusted: somebody else may have set that just now, and returning the loan would undo it.
 */
static Loan *lend(Bluez *bluez, const char *path)
{
	const Device *device = g_hash_table_lookup(bluez->devices, path);
	Loan *loan = find_loan(bluez, path);

	if (loan && loan->returned) {
		loan->returned = false;
		set_trusted(loan, true, on_lent);
	}
	if (loan || !device || device->trusted)
		return loan;
	loan = g_new0(Loan, 1);
	loan->bluez = bluez;
	loan->path = g_strdup(path);
	if (!bluez->lent)
		bluez->lent = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, loan_free);
	g_hash_table_insert(bluez->lent, loan->path, loan);
	(void)bluez_call(bluez, path, "org.freedesktop.DBus.Properties", "Get", &loan->call, on_known, loan,
			 append_property);
	return loan;
}

void trust_lend(Bluez *bluez, const char *path)
{
	Loan *loan = lend(bluez, path);

	if (loan)
		loan->due = sd_event_source_disable_unref(loan->due);
}

void trust_return(Bluez *bluez, const char *path)
{
	Loan *loan = find_loan(bluez, path);

	if (loan && !loan->due)
		take_back(loan);
}

void trust_refuse(Bluez *bluez, const char *path, sd_bus_message *question)
{
	bool was_lent = find_loan(bluez, path);
	Loan *loan = lend(bluez, path);

	if (!loan || !loan->call || loan->question)
		agent_refuse(question);
	else
		loan->question = sd_bus_message_ref(question);
	if (!loan || (was_lent && !loan->due))
		return;
	loan->due = sd_event_source_disable_unref(loan->due);
	if (sd_event_add_time_relative(bluez->event, &loan->due, CLOCK_BOOTTIME, REFUSED_WAIT, 0, on_due,
				       loan) < 0)
		take_back(loan);
}

void trust_seen(Bluez *bluez, const char *path)
{
	Loan *loan = find_loan(bluez, path);

	/* taking it back has failed, or bluetoothd left meanwhile */
	if (loan && loan->returned && !loan->call)
		set_trusted(loan, false, on_returned);
}

void trust_forget(Bluez *bluez, const char *path)
{
	if (bluez->lent)
		g_hash_table_remove(bluez->lent, path);
}

/* Takes back all trust without waiting for the answers: the daemon ends. */
void trust_return_all(Bluez *bluez)
{
	GHashTableIter iter;
	int trusted = false;
	void *path, *loan;

	if (!bluez->lent)
		return;
	g_hash_table_iter_init(&iter, bluez->lent);
	while (g_hash_table_iter_next(&iter, &path, &loan)) {
		if (!((Loan *)loan)->lent)
			continue;
		(void)bluez_call_floating(bluez, path, "org.freedesktop.DBus.Properties", "Set", NULL,
					  append_trusted, &trusted);
	}
	g_clear_pointer(&bluez->lent, g_hash_table_destroy);
}
