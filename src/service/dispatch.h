/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which calls come to whom: the vtables of all interfaces on the tree, and what stands around them. A filter
 * before all drops what must cost nothing; properties that go the way of a call are taken out before sd-bus
 * answers them; what no vtable takes is told what is missing.
 */
#pragma once

#include "service/service.h"

int dispatch_start(Service *service);
