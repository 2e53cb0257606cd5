/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An emulated central, a phone say: it connects to a radio that advertises, and is a client of the GATT server there.
 * One request of the test at a time; its answer is a line of the air-control protocol. */
#pragma once

#include "attribute.h"
#include "privacy.h"
#include "radio.h"

struct Air;
struct Server;

typedef struct Central Central;
typedef struct Smp Smp;

/* Gets the reply, once. */
typedef struct Answer {
	void (*give)(void *data, const char *reply);
	void *data;
} Answer;

Central *central_new(struct Air *air, const char *name, uint64_t addr, bool random);
Central *central_free(Central *central); /* an open link ends by timeout */

const char *central_name(const Central *central);
uint64_t central_addr(const Central *central);
Privacy *central_privacy(Central *central);
void central_rotate(Central *central); /* not while it has a link */
bool central_is_random(const Central *central);
Radio *central_radio(const Central *central); /* NULL: not connected */
struct Server *central_server(const Central *central); /* NULL: bluetoothd is away */
uint16_t central_mtu(const Central *central);
AttrSecurity central_security(const Central *central);
const char *central_device(const Central *central); /* the object that stands for it; NULL: as above */

/* False: the radio does not advertise that way now. */
bool central_connect(Central *central, Radio *radio, uint16_t mtu);
void central_lose(Central *central, uint8_t reason);

/* bluetoothd's side: it has noticed the link; it is gone and the link is not. */
void central_adopt(Central *central, struct Server *server, const char *device);
void central_orphan(Central *central);
uint16_t central_get_ccc(const Central *central, uint16_t handle);
void central_forget_ccc(Central *central, uint64_t radio); /* all of that radio's server */
void central_set_ccc(Central *central, uint16_t handle, uint16_t value);
/* A notification or indication, cut to the MTU. */
void central_hear(Central *central, uint16_t handle, const uint8_t *value, size_t len);
void central_secured(Central *central, AttrSecurity security); /* the link is encrypted now */

/* Its keys, and pairing under way. */
void central_bond(Central *central, uint64_t radio, AttrSecurity security);
void central_unbond(Central *central);
AttrSecurity central_bond_security(const Central *central, uint64_t radio); /* ATTR_PLAIN: no bond */
void central_set_smp(Central *central, Smp *smp);
Smp *central_smp(const Central *central);
Smp *central_take_smp(Central *central);

/* The test's requests. The answer comes later, "error link lost" if the link ends before. */
bool central_is_busy(const Central *central);
/* part: what comes with one answer, else up to the end. */
void central_read(Central *central, uint16_t handle, uint16_t offset, bool part, const Answer *answer);
void central_write(Central *central, uint16_t handle, GBytes *value, const Answer *answer);
void central_command(Central *central, uint16_t handle, GBytes *value);
void central_prepare(Central *central, uint16_t handle, GBytes *value, const Answer *answer);
void central_subscribe(Central *central, uint16_t handle, uint16_t setting, const Answer *answer);
void central_wait(Central *central, const Answer *answer); /* for central_finish */
void central_finish(Central *central, const char *reply);
char *central_discover(const Central *central);
char *central_events(Central *central); /* since the last time */
char *central_state(const Central *central);
