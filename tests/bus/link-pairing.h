/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of pairing with peripherals share: one that has something to hide, two programs that hold
 * the link to it, and what the one who asks for a pairing is asked. */
#pragma once

#include "link-fixture.h"

#define SEALED OURS "/char0035" /* encrypt-read, encrypt-write: 7e7f */
#define SEALED_HANDLE "0035"

extern Client *other; /* holds the link too, and has RATE's notifications */
extern unsigned int subscribed; /* how often RATE's configuration had been written then */

/* Peripheral 0, which pairs that way. */
void sealed_appear(const char *pairing);
/* Two programs hold the link to it. Returns its path. */
const char *share_link(const char *pairing);
void expect_sealed(const char *link);

ClientCall *begin_pair(Client *by, const char *link, const char *text);
void pair(Client *by, const char *link, const char *text);
void expect_pair_error(Client *by, const char *link, const char *text, const char *error);
void expect_done(ClientCall *call, const char *method);
/* What the program is asked. */
uint32_t expect_question(Client *by, const char *wanted, uint32_t *ret_passkey);
ClientCall *begin_respond(Client *by, const char *link, uint32_t id, bool accept, uint32_t passkey);
void respond(Client *by, const char *link, uint32_t id, bool accept, uint32_t passkey);
/* The client is asked for that pairing, and says no. */
void refuse(const char *link, ClientCall *call);
/* A program that has the link too asks for a pairing, is asked, and leaves. */
void pair_and_leave(void);

/* To wait for: link is a path. */
bool is_paired(void *link);
bool link_is_back(void *link);
bool is_subscribed_anew(void *unused);

/* The program beside holds the link still, was told nothing, and its notifications come. */
void expect_undisturbed(const char *link);
/* The same, where the pairing has cost the link. The device itself may remember a subscription that BlueZ
 * does not. */
void expect_mended(const char *link);
/* The same, where a pairing was refused here, or taken back. */
void expect_refusal_undone(const char *link);
