/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A handful of believable advertisers: one air-control request each. */
#include "demo.h"

static const char *const demo_requests[] = {
	/* flags, service 0x180D, appearance "heart rate belt", complete name "Heart Rate"; TX power
	   in the response */
	"repeat * heart C4:11:22:33:44:01 random 0 -58~4 "
	"02010603030D18031941030B0948656172742052617465 250 0 rsp 020A00",
	/* iBeacon: Apple's company id, type 2, UUID, major 1, minor 7, -59 dBm at a metre */
	"repeat * ibeacon D0:11:22:33:44:02 random 3 -71~6 "
	"02011A1AFF4C000215E2C56DB5DFFB48D2B060D0F5A71096E000010007C5 100 0",
	/* Eddystone-URL: https://www.example.com/ */
	"repeat * eddystone E8:11:22:33:44:03 random 3 -66~3 "
	"0201060303AAFE0E16AAFE10EB016578616D706C6500 500 0",
	/* thermometer: environmental sensing 0x181A, temperature 21.47 °C, humidity 43.10 % */
	"repeat * thermometer A4:C1:38:00:00:04 public 0 -49~2 "
	"02010607161A186308D610 1000 0 rsp 0709546865726D6F",
	/* a tag of company 0x0499 */
	"repeat * tag F1:11:22:33:44:05 random 3 -80~8 "
	"0201060BFF990403291A1ECE1EFC18 700 0",
	/* a lamp that only a scan shows the name of: complete 128-bit service, response with the
	   name */
	"repeat * lamp 24:6F:28:00:00:06 public 0 -62~20 "
	"020106110723D1BCEA5F782315DEEF121230150000 350 0 rsp 05094C616D70",
	/* one that says nothing but that it is there */
	"repeat * nameless 5B:11:22:33:44:07 random 0 -88~10 "
	"02011A 900 0 rsp -",
};

void demo_start(Sim *sim)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(demo_requests); i++) {
		g_autofree char *reply = command_run(sim, demo_requests[i]);

		if (!g_str_has_prefix(reply, "ok"))
			g_error("demo: %s: %s", demo_requests[i], reply);
	}
}
