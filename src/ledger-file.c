/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file in which the ledger is kept. */
#include "ledger-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ledger.h"
#include "core/radio.h"
#include "util/fd.h"
#include "util/log.h"

#define NAME "links"

/* Reads a regular file of our own user; anybody else's, and any other kind of file, is ignored. NULL: nothing
 * was read. */
static char *read_file(const char *path, size_t *ret_size)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	g_autofree char *text = g_malloc(LEDGER_SIZE_MAX);
	struct stat status;
	ssize_t size;

	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_uid != geteuid())
		return NULL;
	size = read(fd, text, LEDGER_SIZE_MAX);
	if (size <= 0)
		return NULL;
	*ret_size = (size_t)size;
	return g_steal_pointer(&text);
}

static int write_new(const char *path, const char *text, size_t size)
{
	CLEANUP(fd_closep) int fd = -1;
	ssize_t written;

	/* a file that somebody else has put there is replaced, not written to */
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	written = write(fd, text, size);
	if (written < 0)
		return -errno;
	return (size_t)written < size ? -ENOSPC : 0;
}

static int write_file(const LedgerFile *file, const char *text, size_t size)
{
	int r = write_new(file->temporary, text, size);

	if (r == 0 && rename(file->temporary, file->path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(file->temporary);
	return r;
}

/* Names this run of bluetoothd: by the bus's id and by its unique name, which the bus gives no other
 * connection. */
static char *word_for(const Bluez *bluez)
{
	sd_id128_t id = SD_ID128_NULL;
	char text[SD_ID128_STRING_MAX];

	(void)sd_bus_get_bus_id(bluez->bus, &id);
	return g_strdup_printf("%s/%s", sd_id128_to_string(id, text), bluez->owner);
}

void ledger_file_open(LedgerFile *file, const char *directory)
{
	*file = (LedgerFile){ 0 };
	if (!directory)
		directory = getenv("RUNTIME_DIRECTORY");
	if (!directory || directory[0] != '/')
		return;
	file->path = g_build_filename(directory, NAME, NULL);
	file->temporary = g_strconcat(file->path, ".new", NULL);
	file->old = read_file(file->path, &file->old_size);
}

void ledger_file_close(LedgerFile *file)
{
	g_free(file->path);
	g_free(file->temporary);
	g_free(file->old);
	g_free(file->written);
	*file = (LedgerFile){ 0 };
}

void ledger_file_save(LedgerFile *file, const Bluez *bluez, const Broker *broker)
{
	g_autoptr(GString) text = NULL;
	g_autofree char *word = NULL;
	int r;

	if (!file->path || !bluez || !bluez->owner)
		return;
	word = word_for(bluez);
	text = ledger_format(broker, word);
	if (file->written && strcmp(file->written, text->str) == 0)
		return;
	r = write_file(file, text->str, text->len);
	if (r < 0 && !file->failed)
		log_warning("%s cannot be written (%s): links that are open when the daemon is killed stay "
			    "open", file->path, strerror(-r));
	file->failed = r < 0;
	g_free(file->written);
	file->written = r < 0 ? NULL : g_string_free(g_steal_pointer(&text), FALSE);
}

void ledger_file_adopt(LedgerFile *file, const Bluez *bluez, Radio *radio)
{
	LedgerEntry entries[LEDGER_ENTRIES_MAX];
	g_autofree char *word = NULL;
	char text[ADDR_STRING_SIZE];
	size_t n;

	if (!file->old || !bluez->owner)
		return;
	word = word_for(bluez);
	n = ledger_parse(file->old, file->old_size, word, entries);
	for (size_t i = 0; i < n; i++) {
		if (!addr_equal(&entries[i].radio, &radio->addr))
			continue;
		log_info("hci%u: %s was connected by the last daemon, and is disconnected", radio->index,
			 addr_format(&entries[i].addr, text));
		link_adopt(radio, &entries[i].addr, bluez_now(bluez));
	}
}

void ledger_file_settled(LedgerFile *file)
{
	g_clear_pointer(&file->old, g_free);
}

void ledger_file_clear(LedgerFile *file)
{
	if (file->path)
		(void)unlink(file->path);
	/* links that go down from now on are not written any more */
	g_clear_pointer(&file->path, g_free);
}
