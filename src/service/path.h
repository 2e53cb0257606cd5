/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The object paths of the tree, in both directions. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "core/link.h"
#include "core/local.h"
#include "core/session.h"
#include "util/macros.h"

#define PATH_PARENT "/com/example"
#define PATH_ROOT PATH_PARENT "/Bluetooth"
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
	PATH_LOCAL_SERVICE,	/* …/session/K/serviceS */
	PATH_LOCAL_CHARACTERISTIC,	/* …/serviceS/charC */
	PATH_LOCAL_DESCRIPTOR,	/* …/charC/descD */
	PATH_UNKNOWN,		/* of no known form */
} PathKind;

typedef struct Path {
	PathKind kind;
	unsigned index;		/* N of hciN */
	bool of_user;		/* a session, or what lies under it: uid is meant, not id */
	uint64_t id;		/* K */
	uid_t uid;
	Addr addr;
	uint16_t handle;	/* of the attribute that is meant */
	unsigned service;	/* S, C, D of a local service or attribute */
	unsigned characteristic;
	unsigned descriptor;
} Path;

Path path_parse(const char *path);

/* These return buffer. */
const char *path_of_index(unsigned index, char buffer[static PATH_SIZE]);	/* …/hciN */
const char *path_of_radio(const Radio *radio, char buffer[static PATH_SIZE]);
const char *path_of_session(const Session *session, char buffer[static PATH_SIZE]);
const char *path_of_link(const Link *link, char buffer[static PATH_SIZE]);
const char *path_of_attr(const Attr *attr, char buffer[static PATH_SIZE]);
const char *path_of_local_service(const LocalService *service, char buffer[static PATH_SIZE]);
const char *path_of_local_attr(const LocalAttr *attr, char buffer[static PATH_SIZE]);
/* Where a session's signals come from: of a user session, …/hciN. */
const char *path_of_signals(const Session *session, char buffer[static PATH_SIZE]);
