/* SPDX-License-Identifier: Apache-2.0 */
/* The Expression Constraint Language of SNOMED CT (ECL, version 2.2): parsed to a tree, answered with sets.
 *
 * The language is that of the specification's brief syntax, with the long forms of its keywords; words are
 * not case-sensitive. Thread: all. Limits: depth of brackets, length of the text and number of parts (below).
 * What does not parse says where (err->column) and what was expected. */
#pragma once

#include "columns.h"

#define TX_ECL_TEXT_MAX 65536u
#define TX_ECL_DEPTH_MAX 64u
#define TX_ECL_PARTS_MAX 20000u

struct tx_form;

/* Does what is meant by the form (of an expression) satisfy the constraint? */
enum hs_status hs_tx_ecl_form(struct hs_arena *arena, struct tx_system s, struct hs_slice text,
	const struct tx_form *form, bool *out, struct hs_error *err);
/* The concepts that satisfy the constraint. HS_E_VALUE: it does not parse, or names a concept or reference
 * set that is not there where one is needed. */
enum hs_status hs_tx_ecl(struct hs_arena *arena, struct tx_system s, struct hs_slice text,
	struct tx_bits *out, struct hs_error *err);
