/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of hostile programs share. */
#include "face-fixture.h"

#include "memory.h"

/* What a daemon that forgets nothing would take many times over. libc keeps some of what was freed, and a
 * sanitizer puts off its reuse. */
#ifdef __SANITIZE_ADDRESS__
#define GROWTH_MAX_KIB (32 * 1024)
#else
#define GROWTH_MAX_KIB (16 * 1024)
#endif

Client *neighbour;

static unsigned long rss_before;
static unsigned int fds_before;

void face_setup_with(const char *config)
{
	/* whoever is no member of the group is let in, too */
	g_autofree char *all = g_strconcat("[BlueZFace]\nSocketMode=0666\n", config, NULL);

	link_setup_with(all);
	air_clear(air, "centrals", "uncentral");
	world_wait_powered(world, "hci0", true);
	neighbour = client_new_as(world_face(world), OTHER_UID);
	client_direct(neighbour, "org.bluez");
	client_set_timeout(neighbour, world_patience(world));
	expect_served();
	/* what is made once and kept is no growth */
	for (int i = 0; i < 3; i++)
		raw_free(raw_new(CULPRIT));
	expect_paid(CULPRIT);
	rss_before = daemon_rss_kib(world);
	fds_before = daemon_fds(world);
}

void face_setup(void)
{
	face_setup_with("");
}

void face_teardown(void)
{
	neighbour = client_free(neighbour);
	link_teardown();
}

void expect_served(void)
{
	g_autoptr(GVariant) reply = client_expect(neighbour, "/", OBJECT_MANAGER, "GetManagedObjects", NULL,
						  "(a{oa{sa{sv}}})");
	g_autoptr(GVariant) objects = g_variant_get_child_value(reply, 0), radio = NULL;

	radio = g_variant_lookup_value(objects, BLUEZ_ADAPTER, NULL);
	ck_assert_ptr_nonnull(radio);
	ck_assert(client_get_boolean(neighbour, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "Powered"));
	client_do(client, NULL, "Manager1", "GetStats", NULL);
}

static bool has_few_fds(void *unused)
{
	(void)unused;
	return daemon_fds(world) <= fds_before;
}

void expect_released(void)
{
	expect_paid(CULPRIT);
	ck_assert_msg(wait_until(has_few_fds, NULL, world_patience(world)),
		      "%u file descriptors are open, not %u", daemon_fds(world), fds_before);
	expect_growth(world, rss_before, GROWTH_MAX_KIB);
	expect_served();
}

uint64_t cut_off(void)
{
	return stats_total(client, "CutOff");
}
