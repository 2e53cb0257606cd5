/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths of the tree, in both directions. */
#include "face/place.h"

#include <stdio.h>
#include <string.h>

#include "core/attr.h"
#include "core/link.h"
#include "face/view.h"

#define ORG_PATH "/org"
#define BLUEZ_PATH ORG_PATH "/bluez"

/* --- from a path --- */

/* Takes "/name" and behind it digits of that base off the front of *at, n of them (0: one or more). */
static bool take_element(const char **at, const char *name, unsigned base, size_t n, unsigned *ret)
{
	const char *text = *at;
	unsigned value = 0;
	size_t digits;

	if (*text++ != '/' || strncmp(text, name, strlen(name)) != 0)
		return false;
	text += strlen(name);
	for (digits = 0; digits < (n > 0 ? n : 5); digits++, text++) {
		const char *found = *text ? strchr("0123456789abcdef", *text) : NULL;

		if (!found || found - "0123456789abcdef" >= (long)base)
			break;
		value = value * base + (unsigned)(found - "0123456789abcdef");
	}
	if (digits == 0 || (n > 0 && digits != n) || (*text != '/' && *text != '\0'))
		return false;
	*at = text;
	*ret = value;
	return true;
}

static bool take_device(const char **at, Addr *ret)
{
	static const char name[] = "/dev_";
	char text[ADDR_STRING_SIZE];
	const char *from = *at + strlen(name);

	if (strncmp(*at, name, strlen(name)) != 0 || strlen(from) < sizeof(text) - 1)
		return false;
	g_strlcpy(text, from, sizeof(text));
	g_strdelimit(text, "_", ':');
	if (addr_parse(text, ret) != 0)
		return false;
	*at = from + sizeof(text) - 1;
	return **at == '/' || **at == '\0';
}

/* What is left of a device's path: "", or its attribute. */
static bool find_attr(const char *rest, Place *place)
{
	static const struct {
		const char *name;
		AttrKind kind;
		PlaceKind place;
	} levels[] = {
		{ "service", ATTR_SERVICE, PLACE_SERVICE },
		{ "char", ATTR_CHARACTERISTIC, PLACE_CHARACTERISTIC },
		{ "desc", ATTR_DESCRIPTOR, PLACE_DESCRIPTOR },
	};
	const Link *link = *rest ? view_held_link(place->device) : NULL;
	unsigned handle;

	for (size_t i = 0; i < ARRAY_SIZE(levels) && *rest; i++) {
		Attr *attr;

		if (!link || !take_element(&rest, levels[i].name, 16, 4, &handle))
			return false;
		attr = attr_find(link, levels[i].kind, (uint16_t)handle);
		if (!attr || (i > 0 && attr->parent != place->attr))
			return false;
		place->attr = attr;
		place->kind = levels[i].place;
	}
	return *rest == '\0';
}

static bool find(Program *program, const char *path, Place *ret)
{
	Place place = { .kind = PLACE_ROOT, .program = program };
	unsigned index;
	Addr addr;

	if (strcmp(path, "/") == 0) {
		*ret = place;
		return true;
	}
	if (strcmp(path, ORG_PATH) == 0) {
		place.kind = PLACE_ORG;
		*ret = place;
		return true;
	}
	if (strncmp(path, BLUEZ_PATH, strlen(BLUEZ_PATH)) != 0)
		return false;
	path += strlen(BLUEZ_PATH);
	place.kind = PLACE_BLUEZ;
	if (*path) {
		place.kind = PLACE_ADAPTER;
		if (!take_element(&path, "hci", 10, 0, &index))
			return false;
		place.view = view_find(program, index);
		if (!place.view)
			return false;
	}
	if (*path) {
		place.kind = PLACE_DEVICE;
		if (!take_device(&path, &addr))
			return false;
		place.device = view_device(place.view, &addr);
		if (!place.device || !find_attr(path, &place))
			return false;
	}
	*ret = place;
	return true;
}

/* --- to a path --- */

PlaceKind place_kind_of(const Attr *attr)
{
	return attr->kind == ATTR_SERVICE ? PLACE_SERVICE :
	       attr->kind == ATTR_CHARACTERISTIC ? PLACE_CHARACTERISTIC : PLACE_DESCRIPTOR;
}

static int append_attr(char *buffer, size_t size, const Attr *attr)
{
	static const char *const names[] = {
		[ATTR_SERVICE] = "service",
		[ATTR_CHARACTERISTIC] = "char",
		[ATTR_DESCRIPTOR] = "desc",
	};
	int length = attr->parent ? append_attr(buffer, size, attr->parent) : 0;

	return length + snprintf(buffer + length, size - (size_t)length, "/%s%04x", names[attr->kind],
				 attr->handle);
}

const char *place_path(const Place *place, char buffer[static PLACE_PATH_SIZE])
{
	char device[ADDR_STRING_SIZE];
	int length;

	if (place->kind == PLACE_ROOT)
		return "/";
	if (place->kind == PLACE_ORG)
		return ORG_PATH;
	if (place->kind == PLACE_BLUEZ)
		return BLUEZ_PATH;
	length = snprintf(buffer, PLACE_PATH_SIZE, BLUEZ_PATH "/hci%u", place->view->radio->index);
	if (place->kind >= PLACE_DEVICE)
		length += snprintf(buffer + length, PLACE_PATH_SIZE - (size_t)length, "/dev_%s",
				   addr_format_with(&place->device->addr, '_', device));
	if (place->kind >= PLACE_SERVICE)
		append_attr(buffer + length, PLACE_PATH_SIZE - (size_t)length, place->attr);
	return buffer;
}

/* A place has one path: hci00 and lower-case addresses can be read, but are nobody's. */
bool place_find_in(Program *program, const char *path, Place *ret)
{
	char buffer[PLACE_PATH_SIZE];
	Place place;

	if (!find(program, path, &place) || strcmp(path, place_path(&place, buffer)) != 0)
		return false;
	*ret = place;
	return true;
}

bool place_find(Connection *connection, const char *path, Place *ret)
{
	if (!place_find_in(connection->program, path, ret))
		return false;
	ret->connection = connection;
	return true;
}

DeviceView *place_device(const Place *place)
{
	for (guint i = 0; i < place->program->views->len; i++)
		if (g_ptr_array_index(place->program->views, i) == place->view)
			return view_device(place->view, &place->addr);
	return NULL;
}
