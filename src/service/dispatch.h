/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which calls come to whom: the vtables of all interfaces on the tree, and the filters around them. One in
 * front of all drops calls that must cost nothing; one takes out properties that are handled as calls, before
 * sd-bus answers them; the last tells a call that no vtable took what is missing.
 */
#pragma once

#include "service/service.h"

int dispatch_start(Service *service);
