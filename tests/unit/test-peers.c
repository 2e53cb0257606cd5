/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connections that call us: whose they are is asked once, and whether they read is asked now and then. */
#include "service/peers.h"

#include <errno.h>
#include <string.h>

#include "unit.h"
#include "wire.h"

typedef struct World {
	Wire wire;
	Quota *quota;
	Peers *peers;
	unsigned known, gone, stuck;
	int error;
	Reason reason;
} World;

static void on_known(void *userdata, Peer *peer, int error, const Reason *reason)
{
	World *world = userdata;

	ck_assert_int_eq(peer->user == NULL, error != 0);
	world->known++;
	world->error = error;
	world->reason = *reason;
}

static void on_reads(void *userdata, Peer *peer UNUSED, bool reads)
{
	((World *)userdata)->stuck += reads ? -1u : 1;
}

static void on_gone(void *userdata, Peer *peer UNUSED)
{
	((World *)userdata)->gone++;
}

static void world_init(World *world, uint64_t connections)
{
	static const PeersOps ops = { .known = on_known, .reads = on_reads, .gone = on_gone };
	uint64_t limits[_QUOTA_MAX];

	*world = (World){ .known = 0 };
	for (size_t i = 0; i < _QUOTA_MAX; i++)
		limits[i] = connections;
	world->quota = quota_new(limits);
	wire_init(&world->wire);
	ck_assert_int_ge(peers_new(&world->peers, world->wire.service, world->quota, &ops, world), 0);
	wire_run(&world->wire);
}

static void world_end(World *world)
{
	peers_free(world->peers);
	quota_free(world->quota);
	wire_end(&world->wire);
}

static Peer *known_peer(World *world, const char *name, uid_t uid)
{
	Peer *peer;

	ck_assert_int_eq(peers_get(world->peers, name, &peer), 0);
	wire_answer_uid(&world->wire, uid);
	return peer;
}

START_TEST(test_asked_once)
{
	World world;
	Peer *peer, *again;

	world_init(&world, 10);
	ck_assert_ptr_null(peers_find(world.peers, ":1.1"));
	ck_assert_int_eq(peers_get(world.peers, ":1.1", &peer), 0);
	ck_assert_int_eq(peers_get(world.peers, ":1.1", &again), 0);
	ck_assert_ptr_eq(peer, again);
	ck_assert_ptr_null(peer->user);
	wire_answer_uid(&world.wire, 1000);
	ck_assert_uint_eq(world.known, 1);
	ck_assert_int_eq(world.error, 0);
	ck_assert_uint_eq(user_uid(peer->user), 1000);
	ck_assert_uint_eq(user_charged(peer->user, QUOTA_CONNECTIONS), 1);
	ck_assert_int_eq(peers_get(world.peers, ":1.1", &again), 0);
	wire_run(&world.wire);
	ck_assert(g_queue_is_empty(&world.wire.asked));
	world_end(&world);
	ck_assert_uint_eq(world.gone, 1);
}
END_TEST

START_TEST(test_not_told)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	World world;
	Peer *peer;

	world_init(&world, 10);
	ck_assert_int_eq(peers_get(world.peers, ":1.1", &peer), 0);
	m = wire_asked(&world.wire, "GetConnectionCredentials");
	ck_assert_int_ge(sd_bus_reply_method_errorf(m, SD_BUS_ERROR_ACCESS_DENIED, "no"), 0);
	wire_run(&world.wire);
	ck_assert_int_eq(world.error, E_ACCESS_DENIED);
	ck_assert_ptr_null(peers_find(world.peers, ":1.1"));
	world_end(&world);
}
END_TEST

START_TEST(test_too_many)
{
	World world;
	Peer *peer;

	world_init(&world, 1);
	known_peer(&world, ":1.1", 1000);
	ck_assert_int_eq(peers_get(world.peers, ":1.2", &peer), 0);
	wire_answer_uid(&world.wire, 1000);
	ck_assert_int_eq(world.error, E_LIMIT_REACHED);
	ck_assert_ptr_null(peers_find(world.peers, ":1.2"));

	/* of another user, or when there is one less */
	known_peer(&world, ":1.3", 1001);
	ck_assert_int_eq(world.error, 0);
	wire_leave(&world.wire, ":1.1");
	known_peer(&world, ":1.4", 1000);
	ck_assert_int_eq(world.error, 0);
	world_end(&world);
}
END_TEST

START_TEST(test_leaves)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *late = NULL;
	World world;
	Peer *peer;

	world_init(&world, 10);
	ck_assert_int_eq(peers_get(world.peers, ":1.1", &peer), 0);
	late = wire_asked(&world.wire, "GetConnectionCredentials");
	wire_leave(&world.wire, ":1.2");
	ck_assert_uint_eq(world.gone, 0);
	wire_leave(&world.wire, ":1.1");
	ck_assert_uint_eq(world.gone, 1);
	ck_assert_ptr_null(peers_find(world.peers, ":1.1"));
	ck_assert_int_ge(sd_bus_reply_method_return(late, "a{sv}", 1, "UnixUserID", "u", 1000), 0);
	wire_run(&world.wire);
	ck_assert_uint_eq(world.known, 0);
	world_end(&world);
}
END_TEST

static int send(World *world, const char *connection, size_t bytes)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	ck_assert_int_ge(sd_bus_message_new_signal(world->wire.service, &m, "/", "a.b", "c"), 0);
	r = peers_send(world->peers, connection, m, bytes);
	wire_run(&world->wire);
	return r;
}

START_TEST(test_does_not_read)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *ping = NULL;
	World world;
	Peer *peer;

	world_init(&world, 10);
	ck_assert_int_eq(send(&world, ":1.1", 1), -ENOTCONN);
	peer = known_peer(&world, ":1.1", 1000);
	ck_assert_int_eq(send(&world, ":1.1", READER_WINDOW / 4), 0);
	ck_assert(g_queue_is_empty(&world.wire.asked));
	ck_assert_int_eq(send(&world, ":1.1", READER_WINDOW / 2), 0);
	ping = wire_asked(&world.wire, "Ping");
	ck_assert(peers_reads(world.peers, ":1.1"));
	ck_assert_int_eq(send(&world, ":1.1", READER_WINDOW / 2), 0);
	ck_assert_uint_eq(world.stuck, 1);
	ck_assert(!peers_reads(world.peers, ":1.1"));
	ck_assert_int_eq(send(&world, ":1.1", 1), -ENOBUFS);

	/* it has read what stood before the ping: any answer says so */
	ck_assert_int_ge(sd_bus_reply_method_errorf(ping, SD_BUS_ERROR_UNKNOWN_METHOD, "no"), 0);
	wire_run(&world.wire);
	ck_assert_uint_eq(world.stuck, 0);
	ck_assert_int_eq(send(&world, ":1.1", 1), 0);

	/* so does a call */
	ck_assert_int_eq(send(&world, ":1.1", READER_WINDOW), 0);
	ck_assert_uint_eq(world.stuck, 1);
	peer_alive(peer);
	ck_assert_uint_eq(world.stuck, 0);
	world_end(&world);
}
END_TEST

UNIT_MAIN("peers", test_asked_once, test_not_told, test_too_many, test_leaves, test_does_not_read)
