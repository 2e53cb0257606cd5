/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pairing that fails makes bluetoothd take the device for one that it has just found: 30 s later
 * (TemporaryTimeout) it drops the device, and cuts the link for all who hold it. It spares a device that is
 * Trusted, which for LE means next to nothing else. So we lend a device that trust while a pairing may fail.
 */
#pragma once

#include <systemd/sd-bus.h>

typedef struct Bluez Bluez;

/* Lends trust until trust_return. No harm if it is lent already, or somebody else trusts the device. */
void trust_lend(Bluez *bluez, const char *path);
void trust_return(Bluez *bluez, const char *path);

/* Refuses what the agent was asked about the device, with trust lent to it beforehand and for a moment
 * after. */
void trust_refuse(Bluez *bluez, const char *path, sd_bus_message *question);

/* For mirror.c: bluetoothd shows the device (again), or has dropped it. */
void trust_seen(Bluez *bluez, const char *path);
void trust_forget(Bluez *bluez, const char *path);
void trust_return_all(Bluez *bluez);	/* the daemon ends */
