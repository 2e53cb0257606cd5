/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus connections that call us. */
#include "service/peers.h"

#include <errno.h>
#include <string.h>

#include "util/log.h"
#include "util/siphash.h"

struct Peers {
	sd_bus *bus;
	Quota *quota;
	const PeersOps *ops;
	void *userdata;
	GHashTable *by_name;
	sd_bus_slot *match;
};

static void peer_free(void *data)
{
	Peer *peer = data;

	sd_bus_slot_unref(peer->lookup);
	sd_bus_slot_unref(peer->ping);
	charge_end(&peer->charge);
	user_unref(peer->user);
	g_assert(g_queue_is_empty(&peer->calls) && g_queue_is_empty(&peer->early));
	g_free(peer->name);
	g_free(peer);
}

/* The uid in a reply of GetConnectionCredentials (a{sv}, UnixUserID u). */
static int read_uid(sd_bus_message *m, uid_t *ret)
{
	const char *key;
	bool found = false;
	int r;

	r = sd_bus_message_enter_container(m, 'a', "{sv}");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read_basic(m, 's', &key);
		if (r < 0)
			return r;
		if (strcmp(key, "UnixUserID") == 0) {
			uint32_t uid;

			r = sd_bus_message_read(m, "v", "u", &uid);
			if (r < 0)
				return r;
			*ret = uid;
			found = true;
		} else {
			r = sd_bus_message_skip(m, "v");
			if (r < 0)
				return r;
		}
		r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	return found ? 0 : -ENODATA;
}

static int on_credentials(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Peer *peer = userdata;
	Peers *peers = peer->peers;
	Reason reason = { "" };
	User *user = NULL;
	uid_t uid = 0;
	int r;

	peer->lookup = sd_bus_slot_unref(peer->lookup);
	if (sd_bus_message_is_method_error(m, NULL))
		r = reason_set(&reason, E_ACCESS_DENIED, "the bus does not tell whose connection %s is",
			       peer->name);
	else
		r = read_uid(m, &uid);
	if (r == 0)
		user = quota_user(peers->quota, uid);
	if (r == 0 && charge_init(&peer->charge, user, QUOTA_CONNECTIONS, 1) < 0) {
		r = reason_set(&reason, E_LIMIT_REACHED,
			       "uid %u has too many connections (ConnectionsPerUser)", uid);
		user = user_unref(user);
	}
	if (r == 0)
		peer->user = user;

	peers->ops->known(peers->userdata, peer, r, &reason);
	if (r != 0)
		g_hash_table_remove(peers->by_name, peer->name);
	return 0;
}

void peers_for_each(const Peers *peers, void (*each)(Peer *peer))
{
	GHashTableIter iter;
	void *peer;

	g_hash_table_iter_init(&iter, peers->by_name);
	while (g_hash_table_iter_next(&iter, NULL, &peer))
		each(peer);
}

const Peer *peers_find(const Peers *peers, const char *name)
{
	return name ? g_hash_table_lookup(peers->by_name, name) : NULL;
}

int peers_get(Peers *peers, const char *name, Peer **ret)
{
	Peer *peer = g_hash_table_lookup(peers->by_name, name);
	int r;

	if (!peer) {
		peer = g_new0(Peer, 1);
		peer->peers = peers;
		g_queue_init(&peer->early);
		g_queue_init(&peer->calls);
		peer->name = g_strdup(name);
		r = sd_bus_call_method_async(peers->bus, &peer->lookup, "org.freedesktop.DBus",
					     "/org/freedesktop/DBus", "org.freedesktop.DBus",
					     "GetConnectionCredentials", on_credentials, peer, "s", name);
		if (r < 0) {
			peer_free(peer);
			return r;
		}
		g_hash_table_insert(peers->by_name, peer->name, peer);
	}
	*ret = peer;
	return 0;
}

static int on_name_lost(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Peers *peers = userdata;
	const char *sender = sd_bus_message_get_sender(m);
	const char *name, *old, *new;
	Peer *peer;

	if (!sender || strcmp(sender, "org.freedesktop.DBus") != 0 ||
	    sd_bus_message_read(m, "sss", &name, &old, &new) < 0 || *new)
		return 0;
	peer = g_hash_table_lookup(peers->by_name, name);
	if (!peer)
		return 0;
	log_debug("%s left the bus", name);
	peer->gone = true;
	peers->ops->gone(peers->userdata, peer);
	g_hash_table_remove(peers->by_name, name);
	return 0;
}

/* --- whether they read --- */

/* Bytes that a signal has beside its content. */
#define ENVELOPE 200

static void peer_set_stuck(Peer *peer, bool stuck)
{
	if (peer->stuck == stuck)
		return;
	peer->stuck = stuck;
	log_debug("%s %s", peer->name, stuck ? "does not read what it is sent" : "reads again");
	peer->peers->ops->reads(peer->peers->userdata, peer, !stuck);
}

static void peer_ping(Peer *peer);

static void peer_has_read(Peer *peer, size_t bytes)
{
	peer->unread -= MIN(bytes, peer->unread);
	peer->asked -= MIN(bytes, peer->asked);
	peer_set_stuck(peer, peer->unread > READER_WINDOW);
	if (peer->unread > READER_WINDOW / 2)
		peer_ping(peer);
}

/* Any answer will do: also an error of the program's library, and one of the bus where it does not let a ping
 * pass, with which nothing can be known. */
static int on_pong(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *error UNUSED)
{
	Peer *peer = userdata;

	peer->ping = sd_bus_slot_unref(peer->ping);
	peer_has_read(peer, peer->asked);
	return 0;
}

static void peer_ping(Peer *peer)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	if (peer->ping)
		return;
	r = sd_bus_message_new_method_call(peer->peers->bus, &m, peer->name, "/", "org.freedesktop.DBus.Peer",
					   "Ping");
	if (r >= 0)
		r = sd_bus_message_set_auto_start(m, false);
	if (r >= 0)
		r = sd_bus_call_async(peer->peers->bus, &peer->ping, m, on_pong, peer, UINT64_MAX);
	peer->asked = r < 0 ? 0 : peer->unread;
}

void peer_alive(Peer *peer)
{
	peer_has_read(peer, peer->unread);
}

bool peers_reads(const Peers *peers, const char *connection)
{
	const Peer *peer = g_hash_table_lookup(peers->by_name, connection);

	return peer && !peer->stuck && !peer->gone;
}

int peers_send(Peers *peers, const char *connection, sd_bus_message *m, size_t bytes)
{
	Peer *peer = g_hash_table_lookup(peers->by_name, connection);
	int r;

	if (!peer || peer->gone)
		return -ENOTCONN;
	if (peer->stuck)
		return -ENOBUFS;
	r = sd_bus_send_to(peers->bus, m, connection, NULL);
	if (r < 0)
		return r;
	peer->unread += ENVELOPE + bytes;
	if (peer->unread > READER_WINDOW / 2)
		peer_ping(peer);
	peer_set_stuck(peer, peer->unread > READER_WINDOW);
	return 0;
}

int peers_new(Peers **ret, sd_bus *bus, Quota *quota, const PeersOps *ops, void *userdata)
{
	Peers *peers;
	int r;

	peers = g_new0(Peers, 1);
	peers->bus = sd_bus_ref(bus);
	peers->quota = quota;
	peers->ops = ops;
	peers->userdata = userdata;
	peers->by_name = g_hash_table_new_full(siphash_string, g_str_equal, NULL, peer_free);
	/* arg2 empty: no new owner, so only connections that leave */
	r = sd_bus_add_match_async(
		bus, &peers->match,
		"type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
		"member='NameOwnerChanged',arg2=''",
		on_name_lost, NULL, peers);
	if (r < 0) {
		peers_free(peers);
		return r;
	}
	*ret = peers;
	return 0;
}

Peers *peers_free(Peers *peers)
{
	GHashTableIter iter;
	void *peer;

	if (!peers)
		return NULL;
	sd_bus_slot_unref(peers->match);
	g_hash_table_iter_init(&iter, peers->by_name);
	while (g_hash_table_iter_next(&iter, NULL, &peer))
		peers->ops->gone(peers->userdata, peer);
	g_hash_table_destroy(peers->by_name);
	sd_bus_unref(peers->bus);
	g_free(peers);
	return NULL;
}
