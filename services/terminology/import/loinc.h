/* SPDX-License-Identifier: Apache-2.0 */
/* Between the two files that read LOINC. */
#pragma once

#include "csv.h"

#define LOINC_URL "http://loinc.org"

struct loinc {
	struct tx_table_run *run;
	struct csv csv;         /* the file that is read */
	struct csv_row row;     /* of it */
	struct hs_buf linked;   /* uint32_t by concept: which of the dimensions are told by parts */
	struct hs_slice latest; /* version in which some term was last changed */
};

/* The dimensions of a term that parts may tell (LoincPartLink: Property). */
#define LOINC_DIMENSIONS 7u
extern const char *const hs_loinc_dimensions[LOINC_DIMENSIONS];

typedef void loinc_row_fn(struct loinc *l);

#define LOINC_VALUE(l, ...) \
	hs_csv_value(&(l)->row, hs_csv_column(&(l)->csv, (const char *const[]) { __VA_ARGS__, NULL }))

/* Files beside the table of terms, in the order in which they are read; name NULL ends the list. */
struct loinc_file {
	const char *name; /* its end, when it begins with * */
	loinc_row_fn *fn;
};
extern const struct loinc_file hs_loinc_parts[], hs_loinc_answers[], hs_loinc_groups[];
/* Says that there is a property of that code, once; the texts live as long as the builder. */
void hs_loinc_add_def(struct tx_table_run *run, struct hs_slice code, const char *type,
	const char *description);
