/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running another program beside a benchmark. */
#include "peer.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <check.h>

#define WAIT_MS 30000

static bool peer_is_ready(void *data)
{
	Peer *peer = data;
	g_autofree char *text = NULL;

	if (!child_is_running(&peer->child))
		ck_abort_msg("the program has ended; see %s", peer->log);
	return g_file_get_contents(peer->log, &text, NULL, NULL) && strstr(text, "ready\n");
}

void peer_start(Peer *peer, World *world, const char *role)
{
	peer_start_program(peer, world, LOAD_PEER_PATH, role);
}

void peer_start_program(Peer *peer, World *world, const char *program, const char *role)
{
	peer_start_on(peer, world, program, role, world_address(world));
}

void peer_start_on(Peer *peer, World *world, const char *program, const char *role, const char *bus)
{
	const char *const argv[] = { program, role, bus, NULL };
	g_autofree char *base = g_path_get_basename(program);
	g_autofree char *name = g_strdup_printf("%s-%s.%u.log", base, role, g_random_int());

	*peer = (Peer){ .log = g_build_filename(world_dir(world), name, NULL) };
	child_start(&peer->child, argv, NULL, peer->log);
	ck_assert_msg(wait_until(peer_is_ready, peer, WAIT_MS), "%s %s does not start", base, role);
}

char *peer_end(Peer *peer)
{
	char *text = NULL;

	if (!child_is_running(&peer->child) || !child_end(&peer->child, SIGTERM, WAIT_MS) ||
	    !WIFEXITED(peer->child.status) || WEXITSTATUS(peer->child.status) != 0)
		ck_abort_msg("a program did not end as it should; see %s", peer->log);
	ck_assert(g_file_get_contents(peer->log, &text, NULL, NULL));
	g_clear_pointer(&peer->log, g_free);
	return text;
}

double peer_figure(const char *said, const char *name)
{
	g_autofree char *key = g_strconcat(name, "=", NULL);
	const char *at = strstr(said, key);

	if (!at)
		ck_abort_msg("load-peer tells no %s but: %s", name, said);
	return g_ascii_strtod(at + strlen(key), NULL);
}
