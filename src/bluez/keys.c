/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of bonded devices, from a socket. */
#include "bluez/keys.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/presence.h"
#include "core/key-list.h"
#include "core/radios.h"
#include "util/fd.h"
#include "util/log.h"

#define SOON (200 * USEC_PER_MSEC)	/* bluetoothd tells of a bond before it has stored the key */
#define READ_MAX (10 * USEC_PER_SEC)

struct Keys {
	Bluez *bluez;
	char *path;
	sd_event_source *due;	/* when to begin reading, or to give up */
	sd_event_source *io;	/* reading; owns the socket */
	char *text;
	size_t length;
	char *last;		/* the text of the last read that succeeded */
	size_t last_length;
	bool known;
	bool again;		/* the keys may have changed while they were being read */
	int error;		/* of the last read; the same error is logged once */
};

static void keys_stop(Keys *keys)
{
	keys->io = sd_event_source_disable_unref(keys->io);
	keys->due = sd_event_source_disable_unref(keys->due);
	g_clear_pointer(&keys->text, g_free);
	keys->length = 0;
}

static void keys_done(Keys *keys, int error)
{
	keys_stop(keys);
	if (error != keys->error && error < 0)
		log_info("no keys of bonded devices (%s: %s): those with private addresses are known by what "
			 "BlueZ tells", keys->path, strerror(-error));
	keys->error = error;
	keys->known = true;
	presence_keys_known(keys->bluez);
	if (keys->again) {
		keys->again = false;
		keys_want(keys);
	}
}

void keys_tell(const Keys *keys, const Adapter *adapter)
{
	g_autofree IdentityKey *list = NULL;
	size_t n;

	if (!keys->last || !adapter->radio)
		return;
	list = g_new(IdentityKey, IDENTITY_KEYS_MAX);
	n = key_list_read(keys->last, keys->last_length, &adapter->addr, list, IDENTITY_KEYS_MAX);
	log_debug("hci%u: %zu bonded devices have keys to know them by", adapter->index, n);
	radios_set_identity_keys(adapter->radio, list, n, bluez_now(keys->bluez));
}

static void keys_take(Keys *keys)
{
	g_free(keys->last);
	keys->last = g_realloc(g_steal_pointer(&keys->text), MAX(keys->length, 1));
	keys->last_length = keys->length;
	for (guint i = 0; i < keys->bluez->adapters->len; i++)
		keys_tell(keys, g_ptr_array_index(keys->bluez->adapters, i));
}

bool keys_are_known(const Keys *keys)
{
	return keys->known;
}

static int on_readable(sd_event_source *source UNUSED, int fd, uint32_t events UNUSED, void *userdata)
{
	Keys *keys = userdata;
	ssize_t n = read(fd, keys->text + keys->length, KEY_LIST_MAX - keys->length);

	if (n > 0 && keys->length + (size_t)n < KEY_LIST_MAX) {
		keys->length += (size_t)n;
		return 0;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == 0)
		keys_take(keys);
	keys_done(keys, n == 0 ? 0 : n > 0 ? -EFBIG : -errno);
	return 0;
}

static int on_late(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	keys_done(userdata, -ETIMEDOUT);
	return 0;
}

static int keys_begin(Keys *keys)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	CLEANUP(fd_closep) int fd = -1;
	int r;

	if (strlen(keys->path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, keys->path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	r = connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	if (r >= 0)
		r = sd_event_add_io(keys->bluez->event, &keys->io, fd, EPOLLIN, on_readable, keys);
	if (r < 0)
		return r;
	fd_steal(&fd);
	(void)sd_event_source_set_io_fd_own(keys->io, true);
	keys->text = g_malloc(KEY_LIST_MAX);
	return sd_event_add_time_relative(keys->bluez->event, &keys->due, CLOCK_BOOTTIME, READ_MAX, 0,
					  on_late, keys);
}

static int on_due(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	Keys *keys = userdata;
	int r;

	keys->due = sd_event_source_disable_unref(keys->due);
	r = keys_begin(keys);
	if (r < 0)
		keys_done(keys, r);
	return 0;
}

void keys_want(Keys *keys)
{
	if (!keys)
		return;
	if (keys->io)
		keys->again = true;
	else if (!keys->due)
		(void)sd_event_add_time_relative(keys->bluez->event, &keys->due, CLOCK_BOOTTIME,
						 keys->known ? SOON : 0, 0, on_due, keys);
}

Keys *keys_new(Bluez *bluez, const char *path)
{
	Keys *keys = g_new0(Keys, 1);

	keys->bluez = bluez;
	keys->path = g_strdup(path);
	return keys;
}

Keys *keys_free(Keys *keys)
{
	if (!keys)
		return NULL;
	keys_stop(keys);
	g_free(keys->last);
	g_free(keys->path);
	g_free(keys);
	return NULL;
}
