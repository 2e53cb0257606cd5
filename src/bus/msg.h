/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading what bluetoothd says. A value of another type than the one that is documented is skipped, not
 * trusted and not fatal. All functions: negative errno if the message itself is broken.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "util/macros.h"

/* Reads the variant that stands next, if it holds one value of basic type `type` into value (as
 * sd_bus_message_read_basic). 1: read; 0: it held something else and was skipped. */
int msg_read_variant(sd_bus_message *m, char type, void *value);

/* The same for b and ay; the bytes live as long as the message. */
int msg_read_variant_bool(sd_bus_message *m, bool *ret);
int msg_read_variant_bytes(sd_bus_message *m, const uint8_t **ret, size_t *ret_length);

/* Enters a variant whose contents are of that signature: 1; anything else is skipped: 0. Leave it with
 * msg_exit_variant. */
int msg_enter_variant(sd_bus_message *m, const char *signature);
int msg_exit_variant(sd_bus_message *m);

/* Opens an entry of an a{sv}, whose value has that signature (one container); close it with
 * msg_close_property. */
int msg_open_property(sd_bus_message *m, const char *name, const char *signature);
int msg_close_property(sd_bus_message *m);

/* The error's message, for people to read; its name, where whoever made it left out the message. */
const char *msg_error_words(const sd_bus_error *error);

/* Puts something into a message. Negative errno. */
typedef int (*MsgAppend)(sd_bus_message *m, void *userdata);
int msg_append_path(sd_bus_message *m, void *path);		/* o */
int msg_append_registration(sd_bus_message *m, void *path);	/* oa{sv}, without options */
/* Answers the call with what append puts in. Negative errno, or 1: it is dealt with. */
int msg_reply(sd_bus_message *call, MsgAppend append, void *userdata);

/* Walks a dictionary of string keys a{sv}: calls property for each, which must consume the variant. In what
 * comes from bluetoothd, strings that sd-bus would refuse are changed in the message
 * (ad_replace_noncharacters). */
typedef int (*MsgProperty)(sd_bus_message *m, const char *key, void *userdata);
int msg_walk_properties(sd_bus_message *m, MsgProperty property, void *userdata);
/* The same by a table, which ends with {}: what has no row is skipped. */
typedef struct MsgRow {
	const char *key;
	int (*read)(sd_bus_message *m, void *userdata);	/* consumes the variant */
} MsgRow;
int msg_walk_table(sd_bus_message *m, const MsgRow *rows, void *userdata);
/* Skips an a{sv}, also one with strings at which sd_bus_message_skip() would fail. */
int msg_skip_properties(sd_bus_message *m);

/* Walks a{oa{sa{sv}}} or one object's a{sa{sv}}. */
typedef int (*MsgInterface)(sd_bus_message *m, const char *path, const char *interface, void *userdata);
int msg_walk_interfaces(sd_bus_message *m, const char *path, MsgInterface interface, void *userdata);
int msg_walk_objects(sd_bus_message *m, MsgInterface interface, void *userdata);
