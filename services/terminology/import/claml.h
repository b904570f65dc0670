/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files that read ClaML: tags of the XML, and modifiers, the fourth and fifth characters that a
 * classification writes down once and that many of its codes take (E10 with .0 to .9 of one modifier). */
#pragma once

#include "csv.h"

/* ---- tags (claml_scan.c) ---- */

struct claml_tag {
	struct hs_slice name, attributes;
	bool end, alone;
};

struct claml_scan {
	struct hs_slice rest;
	struct hs_buf *text; /* what stands between tags; NULL: it is passed over */
};

/* The next tag; comments, declarations and processing instructions are passed over. False: the end. */
bool hs_claml_next(struct claml_scan *scan, struct claml_tag *out);
/* The value of an attribute, references left as they are: codes and kinds have none. Empty: it is not there.
 */
struct hs_slice hs_claml_attribute(const struct claml_tag *tag, const char *name);

/* ---- modifiers (claml_modifiers.c) ---- */

/* A character that a modifier gives, with its meaning, and what is noted of it. */
struct claml_character {
	struct hs_slice modifier, code, label, usage;
	size_t note_first, note_count;
};

struct claml_note {
	struct hs_slice rubric, text;
};

/* A class says that it (and what is below it) is modified, or is not in spite of what is above it. */
struct claml_use {
	uint32_t concept;
	struct hs_slice modifier, position; /* of its character in the code; may be empty */
	bool excluded, some;                /* only the characters listed as valid */
	size_t valid_first, valid_count;
	uint64_t line;
};

struct claml_label {
	uint32_t concept;
	struct hs_slice text;
};

struct claml_modifiers {
	struct hs_buf characters, notes, uses, valid, labels; /* structs above; `valid` has struct hs_slice */
};

/* Makes the codes that arise from modifiers, each below the code it was made from. After all classes. */
enum hs_status hs_claml_modify(struct tx_table_run *run, struct tx_lines *lines,
	const struct claml_modifiers *all, struct hs_error *err);
