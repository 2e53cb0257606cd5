/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that are of one device. */
#include "core/identity.h"

#include <glib.h>
#include <string.h>

#include "core/aes.h"
#include "util/siphash.h"

#define ALIASES_MAX 1024	/* told by BlueZ: bonded devices by their former addresses */
#define RESOLVED_MAX 4096	/* private addresses that were tried with the keys */

typedef struct Key {
	Addr identity;
	uint8_t irk[IRK_SIZE];
	AesKey aes;
} Key;

/* An address, and the identity address of its device. */
typedef struct Entry {
	Addr addr;
	Addr identity;		/* the same as addr where no key resolves that */
} Entry;

struct Identities {
	GHashTable *aliases;	/* &entry.addr → Entry */
	GHashTable *resolved;	/* the same; what the keys say */
	GArray *keys;		/* Key */
	GHashTable *key_of;	/* &key.identity → Key */
	uint64_t generation;
};

static void entry_add(GHashTable *entries, guint max, const Addr *addr, const Addr *identity)
{
	Entry *entry;

	/* simpler than to find the oldest, and as good: what is still in use is soon learned again */
	if (g_hash_table_size(entries) >= max)
		g_hash_table_remove_all(entries);
	entry = g_new(Entry, 1);
	*entry = (Entry){ .addr = *addr, .identity = *identity };
	g_hash_table_replace(entries, &entry->addr, entry);
}

Identities *identities_new(void)
{
	Identities *identities = g_new0(Identities, 1);

	identities->aliases = g_hash_table_new_full(addr_hash, addr_same, NULL, g_free);
	identities->resolved = g_hash_table_new_full(addr_hash, addr_same, NULL, g_free);
	identities->keys = g_array_new(FALSE, FALSE, sizeof(Key));
	identities->key_of = g_hash_table_new(addr_hash, addr_same);
	return identities;
}

Identities *identities_free(Identities *identities)
{
	if (!identities)
		return NULL;
	g_hash_table_unref(identities->aliases);
	g_hash_table_unref(identities->resolved);
	g_hash_table_unref(identities->key_of);
	g_array_unref(identities->keys);
	g_free(identities);
	return NULL;
}

bool identities_learn(Identities *identities, const Addr *alias, const Addr *identity)
{
	const Entry *known = g_hash_table_lookup(identities->aliases, alias);

	if (addr_equal(alias, identity)) {
		if (!g_hash_table_remove(identities->aliases, alias))
			return false;
		identities->generation++;
		return true;
	}
	if (known && addr_equal(&known->identity, identity) && known->identity.type == identity->type)
		return false;
	/* an identity is not itself an alias: identities_resolve looks up once */
	g_hash_table_remove(identities->aliases, identity);
	entry_add(identities->aliases, ALIASES_MAX, alias, identity);
	identities->generation++;
	return true;
}

bool identities_set_keys(Identities *identities, const IdentityKey *keys, size_t n)
{
	bool news;

	n = MIN(n, IDENTITY_KEYS_MAX);
	news = n != identities->keys->len;
	for (size_t i = 0; i < n && !news; i++) {
		const Key *key = &g_array_index(identities->keys, Key, i);

		news = !addr_equal(&key->identity, &keys[i].identity) ||
		       key->identity.type != keys[i].identity.type ||
		       memcmp(key->irk, keys[i].irk, sizeof(key->irk)) != 0;
	}
	if (!news)
		return false;
	identities->generation++;
	g_hash_table_remove_all(identities->resolved);
	g_hash_table_remove_all(identities->key_of);
	g_array_set_size(identities->keys, 0);
	for (size_t i = 0; i < n; i++) {
		Key key = { .identity = keys[i].identity };

		memcpy(key.irk, keys[i].irk, sizeof(key.irk));
		aes_set_key(&key.aes, keys[i].irk);
		g_array_append_val(identities->keys, key);
	}
	for (guint i = 0; i < identities->keys->len; i++) {
		Key *key = &g_array_index(identities->keys, Key, i);

		g_hash_table_insert(identities->key_of, &key->identity, key);
	}
	return true;
}

uint64_t identities_generation(const Identities *identities)
{
	return identities->generation;
}

size_t identities_count_keys(const Identities *identities)
{
	return identities->keys->len;
}

size_t identities_count_tried(const Identities *identities)
{
	return g_hash_table_size(identities->resolved);
}

bool addr_is_resolvable(const Addr *addr)
{
	return (addr->bytes[0] & 0xc0) == 0x40;
}

/* hash = ah(IRK, prand): the last three bytes of an encrypted block that ends with prand. */
static bool key_resolves(const AesKey *aes, const Addr *addr)
{
	uint8_t block[AES_BLOCK] = { 0 };

	memcpy(block + 13, addr->bytes, 3);
	aes_encrypt(aes, block, block);
	return memcmp(block + 13, addr->bytes + 3, 3) == 0;
}

bool irk_resolves(const uint8_t irk[static IRK_SIZE], const Addr *addr)
{
	AesKey aes;

	aes_set_key(&aes, irk);
	return addr_is_resolvable(addr) && key_resolves(&aes, addr);
}

/* The identity by the keys. The result is remembered, so that an address is tried with each key only once. */
static const Addr *resolve_by_key(Identities *identities, const Addr *addr)
{
	const Entry *known;
	const Addr *identity = addr;

	if (identities->keys->len == 0 || !addr_is_resolvable(addr))
		return addr;
	known = g_hash_table_lookup(identities->resolved, addr);
	if (known)
		return &known->identity;
	for (guint i = 0; i < identities->keys->len && identity == addr; i++) {
		const Key *key = &g_array_index(identities->keys, Key, i);

		if (key_resolves(&key->aes, addr))
			identity = &key->identity;
	}
	entry_add(identities->resolved, RESOLVED_MAX, addr, identity);
	return identity;
}

Addr identities_resolve(Identities *identities, const Addr *addr)
{
	const Entry *known = g_hash_table_size(identities->aliases) > 0
				     ? g_hash_table_lookup(identities->aliases, addr)
				     : NULL;
	const Addr *identity = known ? &known->identity : resolve_by_key(identities, addr);

	/* an address that is its own identity keeps the type that the caller knows */
	return addr_equal(identity, addr) ? *addr : *identity;
}

bool identities_told(const Identities *identities, const Addr *alias, Addr *ret)
{
	const Entry *known = g_hash_table_lookup(identities->aliases, alias);

	if (known)
		*ret = known->identity;
	return known != NULL;
}

int identities_key_of(const Identities *identities, const Addr *identity)
{
	const Key *key = g_hash_table_lookup(identities->key_of, identity);

	return key ? (int)(key - &g_array_index(identities->keys, Key, 0)) : -1;
}

bool identities_key_resolves(const Identities *identities, int key, const Addr *addr)
{
	return addr_is_resolvable(addr) &&
	       key_resolves(&g_array_index(identities->keys, Key, (guint)key).aes, addr);
}

bool identities_same(Identities *identities, const Addr *a, const Addr *b)
{
	Addr whose_a, whose_b;

	if (addr_equal(a, b))
		return true;
	whose_a = identities_resolve(identities, a);
	whose_b = identities_resolve(identities, b);
	return addr_equal(&whose_a, &whose_b);
}
