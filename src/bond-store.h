/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who paired with which device, kept on disk in the daemon's state directory (systemd's STATE_DIRECTORY).
 * Without that variable nothing is kept. What fails is logged. */
#pragma once

#include "core/broker.h"

void bond_store_load(Broker *broker);
void bond_store_save(const Broker *broker);
