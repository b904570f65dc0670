/* SPDX-License-Identifier: Apache-2.0 */
/* Code systems that are published as one table, or as one for each level: how a table is read, told by what
 * its publisher calls the columns. */
#pragma once

#include "csv.h"

enum tx_table_hierarchy {
	BY_COLUMN,
	BY_PREFIX, /* the longest code that this one begins with */
	BY_RANGE   /* that, or the shortest range (A00-A09) that it lies in */
};

/* How a table is published. */
struct tx_table_profile {
	const char *url, *name, *title, *language;
	const char *code[12], *display[12], *parent[6],
		*definition[6]; /* names of columns; each list ends with NULL */
	/* A dose with its unit and way, of which a code may have several, each in a row of its own. */
	const char *dose[6], *unit[8], *way[10];
	/* A file for each level: code, mark, title, description by their places where there are no names of
	   columns. What has a range of codes is a chapter or block. */
	bool levels;
	enum tx_table_hierarchy hierarchy;
};

/* Reads the files of the run into its builder. HS_E_VALUE, with the reason: they are no such table. */
enum hs_status hs_tx_table_fill(struct tx_table_run *run, const struct tx_table_profile *profile,
	struct hs_error *err);
