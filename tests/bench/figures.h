/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a benchmark found: a list of named numbers in groups, printed as a table or as JSON. */
#pragma once

#include <stdio.h>

typedef struct Figures Figures;

Figures *figures_new(void);
Figures *figures_free(Figures *figures);

/* Groups come in the order of their first figure. group and unit must live as long; name is
 * copied. */
void figures_add(Figures *figures, const char *group, const char *unit, unsigned int decimals,
		 double value, const char *name, ...) __attribute__((format(printf, 6, 7)));

/* The same of a figure that is to stay below a goal. */
void figures_add_goal(Figures *figures, const char *group, const char *unit, unsigned int decimals,
		      double value, double goal, const char *name, ...)
	__attribute__((format(printf, 7, 8)));

void figures_print_table(const Figures *figures, FILE *file);
void figures_print_json(const Figures *figures, FILE *file); /* one object: group → name → value */
