/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The far end of a connection in this process, which writes as it likes. */
#include "wire.h"

#include <gio/gio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

#define HEADER_MAX 256

typedef struct Header {
	uint8_t bytes[HEADER_MAX];
	size_t size;
} Header;

static sd_bus *bus;
static int far_end;

static void wire_write(const void *bytes, size_t size)
{
	PROMISE(send(far_end, bytes, size, MSG_NOSIGNAL) == (ssize_t)size);
}

static void wire_open(void)
{
	/* as a bus greets */
	static const char hello[] = "DATA\r\nOK 01000000000000000000000000000000\r\nAGREE_UNIX_FD\r\n";
	int fds[2], size = 1024 * 1024, r = 1;

	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	far_end = fds[1];
	PROMISE(setsockopt(far_end, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) == 0);
	PROMISE(sd_bus_new(&bus) >= 0 && sd_bus_set_fd(bus, fds[0], fds[0]) >= 0);
	PROMISE(sd_bus_start(bus) >= 0);
	wire_write(hello, sizeof(hello) - 1);
	while (r > 0)
		r = sd_bus_process(bus, NULL);
	/* or nothing that is written comes in */
	PROMISE(r == 0 && sd_bus_is_ready(bus) > 0);
}

static void wire_close(void)
{
	bus = sd_bus_close_unref(bus);
	close(far_end);
}

static void put_number(Header *header, uint32_t number)
{
	memcpy(header->bytes + header->size, &number, sizeof(number));
	header->size += sizeof(number);
}

/* A header field with a string, or with a signature, whose length is one byte. */
static void put_field(Header *header, uint8_t code, char type, const char *text)
{
	const size_t length = strlen(text);

	header->size = (header->size + 7) & ~(size_t)7;
	memcpy(header->bytes + header->size, (const uint8_t[]){ code, 1, (uint8_t)type, 0 }, 4);
	header->size += 4;
	if (type == 'g')
		header->bytes[header->size++] = (uint8_t)length;
	else
		put_number(header, (uint32_t)length);
	memcpy(header->bytes + header->size, text, length + 1);
	header->size += length + 1;
}

static void make_header(Header *header, const char *signature, size_t body)
{
	const uint8_t little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 'l' : 'B';
	uint32_t fields;

	*header = (Header){ { little, SD_BUS_MESSAGE_SIGNAL, 1, 1 }, 4 };
	put_number(header, (uint32_t)body);
	put_number(header, 1);
	put_number(header, 0);
	put_field(header, 1, 'o', "/org/bluez");
	put_field(header, 2, 's', "org.bluez.Any");
	put_field(header, 3, 's', "Any");
	put_field(header, 8, 'g', signature);
	fields = (uint32_t)header->size - 16;
	memcpy(header->bytes + 12, &fields, sizeof(fields));
	header->size = (header->size + 7) & ~(size_t)7;
}

/* As the bus does, which hands on only what is well-formed. */
static uint8_t *wire_check(const char *signature, const uint8_t *body, size_t size, gsize *ret_size)
{
	g_autofree uint8_t *bytes = g_malloc(HEADER_MAX + size);
	g_autoptr(GDBusMessage) message = NULL;
	Header header;

	make_header(&header, signature, size);
	memcpy(bytes, header.bytes, header.size);
	if (size > 0)
		memcpy(bytes + header.size, body, size);
	message = g_dbus_message_new_from_blob(bytes, header.size + size, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
	if (!message)
		return NULL;
	g_dbus_message_set_serial(message, 1);
	return g_dbus_message_to_blob(message, ret_size, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
}

sd_bus_message *wire_message(const char *signature, const uint8_t *body, size_t size)
{
	g_autofree uint8_t *bytes = NULL;
	sd_bus_message *m = NULL;
	gsize length;
	int r = 1;

	bytes = wire_check(signature, body, size, &length);
	if (!bytes)
		return NULL;
	if (!bus)
		wire_open();
	wire_write(bytes, length);
	for (int i = 0; i < 64 && r >= 0 && !m; i++)
		r = sd_bus_process(bus, &m);
	if (!m || r < 0)
		wire_close();
	return m;
}
