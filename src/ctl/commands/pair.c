/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl pair: pairs with a device, and asks the user for a passkey or a confirmation if needed. */
#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/fact.h"
#include "client/fail.h"
#include "client/link.h"
#include "client/output.h"
#include "ctl/commands.h"

#define LINE_MAX_LENGTH 64

typedef struct Pairing {
	Link *link;
	BrokerConnection1 *proxy;
	bool asked;		/* a question waits for the user's answer */
	bool confirms;		/* it asks for yes or no, else for a passkey */
	uint32_t id;		/* of the question */
	unsigned input;		/* source ID of standard input; 0: not read */
	char line[LINE_MAX_LENGTH];
	size_t length;
	bool done;
	GError *error;
} Pairing;

static void pairing_clear(Pairing *pairing)
{
	g_clear_error(&pairing->error);
}

/* Always decimal: passkeys are shown with leading zeros, which strtoul() would else take for octal. */
static bool parse_passkey(const char *text, uint32_t *ret)
{
	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 6)
		return false;
	*ret = (uint32_t)strtoul(text, NULL, 10);
	return true;
}

static void ask(const Pairing *pairing, uint32_t passkey)
{
	if (pairing->confirms)
		fprintf(stderr, "Does %s show %06u? (yes or no) ", link_address(pairing->link), passkey);
	else
		fprintf(stderr, "Passkey that %s shows: ", link_address(pairing->link));
	fflush(stderr);
}

static void respond(Pairing *pairing, bool accept, uint32_t passkey)
{
	pairing->asked = false;
	/* no reply is needed: the answer to Pair tells how it ended */
	broker_connection1_call_respond_pairing(pairing->proxy, pairing->id, accept, passkey, NULL, NULL,
						NULL);
}

static void take_line(Pairing *pairing)
{
	char *text = g_strstrip(pairing->line);
	uint32_t passkey;

	if (!pairing->asked || *text == '\0')
		return;
	if (pairing->confirms) {
		respond(pairing, g_ascii_strcasecmp(text, "yes") == 0 || g_ascii_strcasecmp(text, "y") == 0,
			0);
	} else if (parse_passkey(text, &passkey)) {
		respond(pairing, true, passkey);
	} else {
		fail_line("a passkey has up to six digits");
		ask(pairing, 0);
	}
}

/* Reads a byte at a time, because what follows the line is not for us. */
static gboolean on_input(gint fd, GIOCondition condition UNUSED, gpointer userdata)
{
	Pairing *pairing = userdata;
	char byte;
	ssize_t n = read(fd, &byte, 1);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (n <= 0) {
		pairing->input = 0;
		if (pairing->length > 0) {
			pairing->line[pairing->length] = '\0';
			take_line(pairing);
		}
		/* end of input: refuse, for nobody can answer */
		if (pairing->asked)
			respond(pairing, false, 0);
		return G_SOURCE_REMOVE;
	}
	if (byte != '\n') {
		if (pairing->length < sizeof(pairing->line) - 1)
			pairing->line[pairing->length++] = byte;
		return G_SOURCE_CONTINUE;
	}
	pairing->line[pairing->length] = '\0';
	pairing->length = 0;
	take_line(pairing);
	if (pairing->asked)
		return G_SOURCE_CONTINUE;
	pairing->input = 0;
	return G_SOURCE_REMOVE;
}

static void on_request(BrokerConnection1 *proxy UNUSED, uint32_t id, const char *kind, uint32_t passkey,
		       Pairing *pairing)
{
	if (strcmp(kind, "display") == 0) {
		fprintf(stderr, "Enter %06u at %s\n", passkey, link_address(pairing->link));
		return;
	}
	pairing->id = id;
	pairing->asked = true;
	pairing->confirms = strcmp(kind, "confirm") == 0;
	pairing->length = 0;
	ask(pairing, passkey);
	if (pairing->input == 0)
		pairing->input =
			g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, pairing);
}

static void on_paired(GObject *source, GAsyncResult *result, gpointer userdata)
{
	Pairing *pairing = userdata;

	pairing->done =
		broker_connection1_call_pair_finish(BROKER_CONNECTION1(source), result, &pairing->error);
	session_end(link_session(pairing->link), EXIT_DONE);
}

static ExitCode run(Pairing *pairing, const Options *options)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
	ExitCode code;

	if (options->has_passkey)
		g_variant_dict_insert(&dict, "passkey", "u", options->passkey);
	g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(pairing->proxy),
					 session_time_left_ms(link_session(pairing->link)));
	g_signal_connect(pairing->proxy, "pairing-request", G_CALLBACK(on_request), pairing);
	session_watch(link_session(pairing->link), false, false);
	broker_connection1_call_pair(pairing->proxy, g_variant_dict_end(&dict), NULL, on_paired, pairing);
	code = session_run(link_session(pairing->link));
	g_signal_handlers_disconnect_by_data(pairing->proxy, pairing);
	if (pairing->asked)
		fputc('\n', stderr);
	if (code != EXIT_DONE || pairing->done)
		return code;
	if (pairing->error)
		return session_fail(link_session(pairing->link), pairing->error, "pairing");
	fail_line("pairing: cancelled");
	return EXIT_FAILED;
}

static void print_done(const Link *link, const Options *options)
{
	g_autoptr(GString) out = g_string_new(NULL);
	FactLine line;
	const FactWriter *writer = fact_line_begin(&line, out, options->json);

	fact_string(writer, "address", "%s is paired", link_address(link), -1);
	fact_bool(writer, "paired", NULL, true);
	fact_line_end(&line, out);
	output_puts(out->str);
}

ExitCode command_pair(const Options *options)
{
	ExitCode code = EXIT_UNREACHABLE;
	g_autoptr(Link) link = link_open(&options->session, &options->link, options->arguments[0], &code);
	g_autoptr(BrokerConnection1) proxy = link ? link_proxy(link) : NULL;
	CLEANUP(pairing_clear) Pairing pairing = { .link = link, .proxy = proxy };

	if (!link)
		return code;
	if (proxy)
		code = run(&pairing, options);
	else
		fail_line("the link to %s was lost", link_address(link));
	if (code == EXIT_DONE)
		print_done(link, options);
	return code;
}
