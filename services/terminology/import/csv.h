/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of separated values (RFC 4180, with comma, semicolon, tab or bar as the header shows), and the code
 * systems that are published as one. */
#pragma once

#include "circles.h"
#include "stages.h"

struct csv_row {
	struct hs_slice values[TX_COLUMNS_MAX];
	size_t count;
};

/* Names that were looked for in the header, by their hash, for they are asked for with each row. */
#define CSV_NAMES 256u
struct csv_name {
	struct hs_slice name; /* ptr NULL: the place is free */
	size_t column;        /* SIZE_MAX: there is none of that name */
};

struct csv {
	struct tx_lines lines;
	struct hs_arena *arena; /* of values that had to be rewritten; they live as long as it */
	char separator;
	struct csv_row header;
	struct csv_name *names; /* CSV_NAMES places */
};

/* Reads the header. HS_E_VALUE: the file is empty. */
enum hs_status hs_csv_begin(struct csv *csv, struct hs_arena *arena, struct hs_import *import,
	const struct tx_file *file, struct hs_error *err);
/* The next row that is not empty; false at the end. */
bool hs_csv_next(struct csv *csv, struct csv_row *row);
/* The column with one of the names (ends with NULL; neither case nor signs are heeded), or SIZE_MAX. Names
 * outlive the table. */
size_t hs_csv_column(const struct csv *csv, const char *const *names);
struct hs_slice hs_csv_value(const struct csv_row *row, size_t column);

/* One code system for one run of an importer. */
struct tx_table_run {
	struct hs_import *import; /* of the stages */
	struct tx_stages stages;
	const char *path; /* of the image */
	void *more;       /* the importer's own */
	struct hs_arena *arena;
	struct tx_files files;
	struct tx_build *build;
	struct tx_circles circles;
	struct hs_slice taken; /* which columns were taken as what, to be told at the end; may be empty */
};

/* The steps that make an image of what was read; `arg` is the run. */
enum hs_status hs_tx_table_order(void *arg, struct hs_error *err);
enum hs_status hs_tx_table_image(void *arg, struct hs_error *err);
#define TX_TABLE_STEPS \
	{ "hierarchy", hs_tx_table_order }, { "image", hs_tx_table_image }, \
	{ \
		NULL, NULL \
	}

/* An importer of one code system: steps that give concepts to the builder and fill its head, each with the
 * run as argument, and TX_TABLE_STEPS. `add_parts` (may be NULL) registers what they keep in `more`. */
struct tx_table_importer {
	const char *name;
	const struct tx_stage *steps;
	void (*add_parts)(struct tx_table_run *run);
	void *more;
};

/* Opens the files and takes the steps, unless the same files were imported before. */
enum hs_status hs_tx_table_import(struct hs_import *import, const struct tx_table_importer *importer,
	struct hs_error *err);
enum hs_status hs_tx_table_named(const struct tx_table_run *run, struct hs_error *err);
/* A concept with its display; *concept. False and said: the code is empty or was there before. */
bool hs_tx_table_concept(struct tx_table_run *run, struct tx_lines *lines, struct hs_slice code,
	struct hs_slice display, uint32_t *concept);
void hs_tx_table_property(struct tx_table_run *run, uint32_t concept, struct hs_slice code, const char *key,
	struct hs_slice value);
void hs_tx_table_designation(struct tx_table_run *run, uint32_t concept, struct hs_slice language,
	const struct tx_use *use, struct hs_slice value);
