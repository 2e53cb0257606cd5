/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bluebroker-keys: prints the identity resolving keys of the devices that bluetoothd is bonded with, and
 * nothing else from its storage, which only root can read. One line each: the adapter's address, the device's
 * identity address, its type, and the key in hex, its most significant byte first.
 *
 * systemd runs this program for the daemon (bluebrokerd-keys.socket), so that the daemon itself never holds a
 * key that encrypts a link.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fd.h"

#define STORE "/var/lib/bluetooth"
#define FILE_MAX_BYTES (64 * 1024)	/* BlueZ's files have some hundred bytes */
#define KEY_SIZE 16
#define DEVICES_MAX 512			/* the daemon takes no more */

static void closedirp(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

static bool is_address(const char *text)
{
	for (int i = 0; i < 17; i++)
		if (i % 3 == 2 ? text[i] != ':' : !g_ascii_isxdigit(text[i]))
			return false;
	return text[17] == '\0';
}

/* Reads a regular file, up to FILE_MAX_BYTES. Negative errno. */
static int read_file(int directory, const char *name, char **ret, gsize *ret_length)
{
	CLEANUP(fd_closep) int fd = -1;
	g_autofree char *text = NULL;
	struct stat st;
	ssize_t n;

	fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	text = g_malloc(FILE_MAX_BYTES);
	n = read(fd, text, FILE_MAX_BYTES);
	if (n < 0)
		return -errno;
	if (n == 0 || n == FILE_MAX_BYTES)
		return -EINVAL;
	*ret = g_steal_pointer(&text);
	*ret_length = (gsize)n;
	return 0;
}

/* BlueZ writes the key as it comes over the air, the least significant byte first: turned round here. */
static bool read_key(GKeyFile *file, uint8_t ret[static KEY_SIZE])
{
	g_autofree char *text = g_key_file_get_string(file, "IdentityResolvingKey", "Key", NULL);
	const char *digits = text;

	if (!digits)
		return false;
	if (g_str_has_prefix(digits, "0x"))
		digits += 2;
	if (strlen(digits) != 2 * KEY_SIZE)
		return false;
	for (size_t i = 0; i < KEY_SIZE; i++) {
		int high = g_ascii_xdigit_value(digits[2 * i]), low = g_ascii_xdigit_value(digits[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret[KEY_SIZE - 1 - i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* Prints the device's line. False: the device has no key. */
static bool print_device(int store, const char *adapter, const char *device)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *text = NULL, *type = NULL;
	CLEANUP(fd_closep) int directory = -1;
	uint8_t key[KEY_SIZE];
	gsize length = 0;

	directory = openat(store, device, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (directory < 0 || read_file(directory, "info", &text, &length) < 0)
		return false;
	if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, NULL) || !read_key(file, key))
		return false;
	type = g_key_file_get_string(file, "General", "AddressType", NULL);
	printf("%s %s %s ", adapter, device, g_strcmp0(type, "static") == 0 ? "random" : "public");
	for (size_t i = 0; i < sizeof(key); i++)
		printf("%02x", key[i]);
	putchar('\n');
	return true;
}

static void print_adapter(int store, const char *adapter)
{
	CLEANUP(fd_closep) int fd = openat(store, adapter, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	CLEANUP(closedirp) DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	unsigned n = 0;

	if (!directory)
		return;
	fd_steal(&fd);
	while (n < DEVICES_MAX && (entry = readdir(directory)))
		if (is_address(entry->d_name))
			n += print_device(dirfd(directory), adapter, entry->d_name);
}

int main(int argc, char *argv[])
{
	const char *path = argc > 1 ? argv[1] : STORE;
	const struct dirent *entry;
	CLEANUP(closedirp) DIR *store = NULL;

	if (argc > 2 || path[0] == '-') {
		fprintf(stderr,
			"Usage: bluebroker-keys [DIRECTORY]\n"
			"Prints the identity resolving keys that bluetoothd keeps in DIRECTORY (" STORE
			").\n");
		return 2;
	}
	store = opendir(path);
	if (!store && errno != ENOENT) {
		fprintf(stderr, "bluebroker-keys: %s: %s\n", path, strerror(errno));
		return EXIT_FAILURE;
	}
	while (store && (entry = readdir(store)))
		if (is_address(entry->d_name))
			print_adapter(dirfd(store), entry->d_name);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
