/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The requests about a peripheral's attributes (see radio-peer-commands.h). */

#include "radio-request.h"

/* The peer that the second word names. */
bool parse_peer(Request *request, Peer **ret);

bool run_service(Request *request);
bool run_unservice(Request *request);
bool run_char(Request *request);
bool run_desc(Request *request);
bool run_changed(Request *request);
bool run_value(Request *request);
bool run_notify(Request *request);
bool run_counts(Request *request);
bool run_atterror(Request *request);
