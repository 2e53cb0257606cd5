/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A handful of believable advertisers and a sensor that measures: one air-control request each. */
#include "demo.h"

static const char *const demo_requests[] = {
	/* The Heart Rate sensor is a peripheral to connect to. Flags, service 0x180D, appearance
	   "heart rate belt", complete name "Heart Rate" */
	"peer heart C4:11:22:33:44:01 random "
	"02010603030D18031941030B0948656172742052617465",
	"service heart 0001 1800 primary",
	"char heart 0002 2A00 read 48656172742052617465",
	"char heart 0004 2A01 read 4103",
	"service heart 0006 1801 primary",
	"char heart 0007 2A05 indicate -",
	"desc heart 0009 2902 read,write 0000",
	"service heart 000A 180D primary",
	/* measurement: flags, 72 beats a minute; who subscribes gets one a second */
	"char heart 000B 2A37 notify 0048",
	"desc heart 000D 2902 read,write 0000",
	"char heart 000E 2A38 read 01", /* on the chest */
	"char heart 0010 2A39 write -", /* control point */
	"service heart 0012 180A primary",
	"char heart 0013 2A29 read 4578616D706C65", /* manufacturer "Example" */
	"char heart 0015 2A24 read 48522D31", /* model "HR-1" */
	"service heart 0017 180F primary",
	"char heart 0018 2A19 read,notify 57", /* 87 % */
	"desc heart 001A 2902 read,write 0000",
	/* a text to play with: 128-bit UUIDs, every way to write */
	"service heart 001B 0000f00d-8d12-4d2c-9f3e-7a5b3c1d2e00 primary",
	"char heart 001C 0000f00e-8d12-4d2c-9f3e-7a5b3c1d2e00 "
	"read,write,write-without-response 68656C6C6F",
	"desc heart 001E 2901 read 4E6F7465", /* "Note" */
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

/* A heart that beats between 60 and 80 times a minute. */
static int on_beat(void *data)
{
	static unsigned int beats;
	g_autofree char *line =
		g_strdup_printf("notify heart 000B 00%02X", 60 + (++beats * 7) % 21);
	g_autofree char *reply = language_ask(data, line);

	return g_str_has_prefix(reply, "ok") ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void demo_start(Language *language)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(demo_requests); i++) {
		g_autofree char *reply = language_ask(language, demo_requests[i]);

		if (!g_str_has_prefix(reply, "ok"))
			g_error("demo: %s: %s", demo_requests[i], reply);
	}
	g_timeout_add_seconds(1, on_beat, language);
}
