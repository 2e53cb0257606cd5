/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Creates at the daemon the services that a file describes. */
#pragma once

#include "client/session.h"
#include "ctl/serve/file.h"

#define LOCAL_CHARACTERISTIC_INTERFACE "com.example.Bluetooth.LocalCharacteristic1"

/* Makes the services with all that is in them, asks for their events, and starts them. answers: reads wait
 * for our answer. False: the error has been printed, and *ret_exit is set. */
bool serve_setup(Session *session, ServeFile *file, bool answers, ExitCode *ret_exit);

GVariant *serve_setup_value(const GByteArray *value);		/* ay, floating */
