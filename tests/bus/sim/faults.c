/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a test asked to go wrong: one row a method. */
#include "faults.h"

typedef struct Fault {
	unsigned int calls;
	unsigned int delay_ms;
	char *error;
	unsigned int times; /* failures left, 0: no end */
	char *taken; /* the error of the last failure, lent to the caller */
} Fault;

struct Faults {
	GHashTable *rows;
};

static void fault_free(void *data)
{
	Fault *fault = data;

	g_free(fault->error);
	g_free(fault->taken);
	g_free(fault);
}

static Fault *faults_row(Faults *faults, const char *method)
{
	Fault *fault = g_hash_table_lookup(faults->rows, method);

	if (!fault) {
		fault = g_new0(Fault, 1);
		g_hash_table_insert(faults->rows, g_strdup(method), fault);
	}
	return fault;
}

Faults *faults_new(void)
{
	Faults *faults = g_new0(Faults, 1);

	faults->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, fault_free);
	return faults;
}

Faults *faults_free(Faults *faults)
{
	if (!faults)
		return NULL;

	g_hash_table_unref(faults->rows);
	g_free(faults);
	return NULL;
}

void faults_delay(Faults *faults, const char *method, unsigned int ms)
{
	faults_row(faults, method)->delay_ms = ms;
}

void faults_fail(Faults *faults, const char *method, const char *error, unsigned int times)
{
	Fault *fault = faults_row(faults, method);

	g_free(fault->error);
	fault->error = g_strdup(error);
	fault->times = times;
}

unsigned int faults_calls(Faults *faults, const char *method)
{
	return faults_row(faults, method)->calls;
}

const char *faults_take(Faults *faults, const char *method)
{
	Fault *fault = faults_row(faults, method);

	fault->calls++;
	if (!fault->error)
		return NULL;

	g_free(fault->taken);
	fault->taken = g_strdup(fault->error);
	if (fault->times > 0 && --fault->times == 0)
		g_clear_pointer(&fault->error, g_free);
	return fault->taken;
}

unsigned int faults_get_delay(Faults *faults, const char *method)
{
	return faults_row(faults, method)->delay_ms;
}
