/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.bluez.ProfileManager1, on which some programs insist: profiles are no Bluetooth Low Energy. */
#pragma once

#include "face/iface.h"

extern const Iface profile_manager_iface;
