/* SPDX-License-Identifier: Apache-2.0 */
/* Modifiers of ClaML: the fourth and fifth characters that a classification writes down once and that many of
 * its codes take (E10 with .0 to .9 of one modifier). Between the two files that read ClaML. */
#pragma once

#include "csv.h"

/* A character that a modifier gives, with its meaning. */
struct claml_character {
	struct hs_slice modifier, code, label;
};

/* A class says that it (and what is below it) is modified, or is not in spite of what is above it. */
struct claml_use {
	uint32_t concept;
	struct hs_slice modifier;
	bool excluded, some; /* only the characters listed as valid */
	size_t valid_first, valid_count;
	uint64_t line;
};

struct claml_label {
	uint32_t concept;
	struct hs_slice text;
};

struct claml_modifiers {
	struct hs_buf characters, uses, valid, labels; /* structs above; `valid` has struct hs_slice */
};

/* Makes the codes that arise from modifiers, each below the code it was made from. After all classes. */
enum hs_status hs_claml_modify(struct tx_table_run *run, struct tx_lines *lines,
	const struct claml_modifiers *all, struct hs_error *err);
