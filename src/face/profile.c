/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ProfileManager1: refuses, and says why. */
#include "face/profile.h"

#include "face/request.h"

static int refuse(Request *request)
{
	return request_refuse(request, BLUEZ_ERROR("NotSupported"),
			      "the broker does Bluetooth Low Energy: no profiles");
}

const Iface profile_manager_iface = {
	.name = "org.bluez.ProfileManager1",
	.methods =
		(const IfaceMethod[]){
			{ "RegisterProfile",
			  IFACE_ARGS({ "o", "profile" }, { "s", "UUID" }, { "a{sv}", "options" }), NULL,
			  refuse },
			{ "UnregisterProfile", IFACE_ARGS({ "o", "profile" }), NULL, refuse },
			{ 0 } },
};
