/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a benchmark found. */
#include "figures.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <glib.h>

typedef struct Figure {
	const char *group, *unit;
	char *name;
	unsigned int decimals;
	double value;
	double goal; /* 0: none */
} Figure;

struct Figures {
	GArray *figures;
};

static void figure_clear(void *figure)
{
	g_free(((Figure *)figure)->name);
}

Figures *figures_new(void)
{
	Figures *figures = g_new0(Figures, 1);

	figures->figures = g_array_new(FALSE, FALSE, sizeof(Figure));
	g_array_set_clear_func(figures->figures, figure_clear);
	return figures;
}

Figures *figures_free(Figures *figures)
{
	if (!figures)
		return NULL;
	g_array_unref(figures->figures);
	g_free(figures);
	return NULL;
}

static void add(Figures *figures, Figure figure, const char *name, va_list args)
	__attribute__((format(printf, 3, 0)));

static void add(Figures *figures, Figure figure, const char *name, va_list args)
{
	figure.name = g_strdup_vprintf(name, args);
	g_array_append_val(figures->figures, figure);
}

void figures_add(Figures *figures, const char *group, const char *unit, unsigned int decimals,
		 double value, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	add(figures, (Figure){ .group = group, .unit = unit, .decimals = decimals, .value = value }, name, args);
	va_end(args);
}

void figures_add_goal(Figures *figures, const char *group, const char *unit, unsigned int decimals,
		      double value, double goal, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	add(figures, (Figure){ .group = group, .unit = unit, .decimals = decimals, .value = value, .goal = goal },
	    name, args);
	va_end(args);
}

static bool figures_has_before(const Figures *figures, guint end, const char *group)
{
	for (guint i = 0; i < end; i++)
		if (strcmp(g_array_index(figures->figures, Figure, i).group, group) == 0)
			return true;
	return false;
}

static void print_row(FILE *file, const Figure *figure)
{
	fprintf(file, "  %-52s %12.*f %s", figure->name, (int)figure->decimals, figure->value, figure->unit);
	if (figure->goal > 0)
		fprintf(file, "   goal: under %.*f %s: %s", (int)figure->decimals, figure->goal, figure->unit,
			figure->value < figure->goal ? "met" : "missed");
	fputc('\n', file);
}

static void print_member(FILE *file, const Figure *figure)
{
	fprintf(file, "\"%s\":%.*f", figure->name, (int)figure->decimals, figure->value);
	if (figure->goal > 0)
		fprintf(file, ",\"goal: %s\":%.*f", figure->name, (int)figure->decimals, figure->goal);
}

static void figures_print_group(const Figures *figures, FILE *file, const char *group,
				const char *between,
				void (*print)(FILE *file, const Figure *figure))
{
	bool first = true;

	for (guint i = 0; i < figures->figures->len; i++) {
		const Figure *figure = &g_array_index(figures->figures, Figure, i);

		if (strcmp(figure->group, group) != 0)
			continue;
		if (!first)
			fputs(between, file);
		first = false;
		print(file, figure);
	}
}

void figures_print_table(const Figures *figures, FILE *file)
{
	for (guint i = 0; i < figures->figures->len; i++) {
		const char *group = g_array_index(figures->figures, Figure, i).group;

		if (figures_has_before(figures, i, group))
			continue;
		fprintf(file, "\n%s\n", group);
		figures_print_group(figures, file, group, "", print_row);
	}
}

void figures_print_json(const Figures *figures, FILE *file)
{
	fputc('{', file);
	for (guint i = 0; i < figures->figures->len; i++) {
		const char *group = g_array_index(figures->figures, Figure, i).group;

		if (figures_has_before(figures, i, group))
			continue;
		fprintf(file, "%s\"%s\":{", i == 0 ? "" : ",", group);
		figures_print_group(figures, file, group, ",", print_member);
		fputc('}', file);
	}
	fputs("}\n", file);
}
