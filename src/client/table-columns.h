/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of the table of a scan. */
#pragma once

#include "client/table.h"

typedef struct Column {
	const char *head;
	unsigned cells;		/* 0: what is left; of the last two columns only */
	unsigned from;		/* it is there from that width of the line on */
	/* The row's text, fit for a terminal. */
	void (*text)(GString *out, const SeenRow *row, const TableView *view);
	/* An SGR parameter, or NULL for the usual colour; the function itself may be NULL. */
	const char *(*colour)(const SeenRow *row);
} Column;

#define TABLE_BAR_CELLS 8
#define TABLE_BOLD "1"

/* Those of the view, ending with a NULL head. */
const Column *table_columns(const TableView *view);
