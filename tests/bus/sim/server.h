/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The GATT server of an adapter: bluetoothd's own services and those of applications, by handle, for the
 * centrals that are connected. */
#pragma once

#include "adapter.h"
#include "attribute.h"

struct Node;

/* ATT error codes beside those of attribute.h */
enum {
	ATT_CCC_IMPROPER = 0xfd,
	ATT_IN_PROGRESS = 0xfe,
};

/* What an attribute grants */
enum {
	PERM_READ = 1 << 0,
	PERM_WRITE = 1 << 1,
	PERM_READ_ENCRYPT = 1 << 2,
	PERM_WRITE_ENCRYPT = 1 << 3,
	PERM_READ_AUTHEN = 1 << 4,
	PERM_WRITE_AUTHEN = 1 << 5,
	PERM_READ_SECURE = 1 << 6,
	PERM_WRITE_SECURE = 1 << 7,
};

typedef enum {
	ITEM_SERVICE,
	ITEM_INCLUDE,
	ITEM_CHARACTERISTIC, /* the declaration */
	ITEM_VALUE,
	ITEM_DESCRIPTOR,
	ITEM_CCC,
} ItemKind;

typedef struct Item {
	ItemKind kind;
	uint16_t handle;
	uint16_t end; /* of a service */
	char uuid[ATTR_UUID_LEN + 1];
	bool primary; /* of a service */
	uint8_t props; /* of a characteristic */
	uint32_t perms; /* 0: everything is granted, as in bluetoothd */
	GByteArray *value; /* NULL: its node is asked */
	struct Node *node; /* a client configuration: the characteristic; NULL: bluetoothd's own */
} Item;

typedef struct Server {
	Adapter *adapter;
	GPtrArray *items; /* of Item, by handle */
	uint32_t next; /* handle; none is used twice */
	GPtrArray *centrals; /* of Central */
	GPtrArray *calls; /* to applications, under way */
	GPtrArray *acquirings; /* likewise, AcquireNotify */
	GPtrArray *applications;
	guint clearing;
} Server;

/* error: ATT error code; 0: value is the answer */
typedef void (*ServerAnswer)(void *data, uint8_t error, const uint8_t *value, size_t len);

Server *server_new(Adapter *adapter);
Server *server_free(Server *server); /* of applications and calls nobody hears */

/* value NULL: of a node. Its handle must be free, and is not below those of its service. */
Item *server_add(Server *server, ItemKind kind, uint16_t handle, const char *uuid, uint32_t perms);
Item *server_find(const Server *server, uint16_t handle);
/* The service at that handle with all that is in it; the centrals that want to know hear of it. */
void server_remove_service(Server *server, uint16_t handle);
void server_changed(Server *server, uint16_t start, uint16_t end);

/* What a search finds in it: all types, and the values of declarations. */
void server_describe(const Server *server, Database *ret);

/* The adapter has another name. */
void server_named(Server *server);

void server_join(Server *server, Central *central);
void server_leave(Server *server, Central *central);

/* answer is called once, at once or later; not when the central leaves before. NULL: a command. */
void server_read(Server *server, Central *central, uint16_t handle, uint16_t offset, ServerAnswer answer,
		 void *data);
/* head: bytes of the request beside the value, which bluetoothd counts with it; 0: it was queued. */
void server_write(Server *server, Central *central, uint16_t handle, GBytes *value, size_t head,
		  ServerAnswer answer, void *data);
uint8_t server_prepare(Server *server, Central *central, uint16_t handle, size_t offset, size_t len);
/* The value of that characteristic has changed. */
void server_notify(Server *server, struct Node *node, const uint8_t *value, size_t len);
