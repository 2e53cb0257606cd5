/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The object paths of the tree, in both directions. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "core/link.h"
#include "core/session.h"
#include "util/macros.h"

#define PATH_ROOT "/com/example/Bluetooth"
#define PATH_SIZE 128

typedef enum PathKind {
	PATH_MANAGER,		/* the root */
	PATH_ADAPTER,		/* …/hciN */
	PATH_PRIVATE_SESSION,	/* …/hciN/session/K */
	PATH_USER_SESSION,	/* …/hciN/session/uidN */
	PATH_LINK,		/* …/hciN/device/AA_BB_CC_DD_EE_FF */
	PATH_SERVICE,		/* …/serviceHHHH */
	PATH_CHARACTERISTIC,	/* …/serviceHHHH/charHHHH */
	PATH_DESCRIPTOR,	/* …/charHHHH/descHHHH */
	PATH_UNKNOWN,		/* of no known form */
} PathKind;

typedef struct Path {
	PathKind kind;
	unsigned index;		/* N of hciN */
	uint64_t id;		/* K */
	uid_t uid;
	Addr addr;
	uint16_t handle;	/* of the attribute that is meant */
} Path;

Path path_parse(const char *path);

/* These return buffer. */
const char *path_of_radio(const Radio *radio, char buffer[static PATH_SIZE]);
const char *path_of_session(const Session *session, char buffer[static PATH_SIZE]);	/* its own: …/session/… */
const char *path_of_link(const Link *link, char buffer[static PATH_SIZE]);
const char *path_of_attr(const Attr *attr, char buffer[static PATH_SIZE]);
const char *path_of_signals(const Session *session, char buffer[static PATH_SIZE]);	/* a user session's: …/hciN */
