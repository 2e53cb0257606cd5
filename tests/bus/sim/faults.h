/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a test asked to go wrong: methods that answer late or with an error, and how often each was
 * called. */
#pragma once

#include <glib.h>

typedef struct Faults Faults;

Faults *faults_new(void);
Faults *faults_free(Faults *faults);

/* METHOD is a member name; a property write is "Set:Powered", a read "Get:Powered". */
void faults_delay(Faults *faults, const char *method, unsigned int ms); /* 0 ends it */
void faults_fail(Faults *faults, const char *method, const char *error,
		 unsigned int times); /* error NULL ends it; times 0: for ever */
unsigned int faults_calls(Faults *faults, const char *method);

/* One call came in: it is counted; the error it shall fail with, or NULL. Valid until the next use.
 */
const char *faults_take(Faults *faults, const char *method);
unsigned int faults_get_delay(Faults *faults, const char *method);
