/* SPDX-License-Identifier: Apache-2.0 */
/* What a concept or an expression of SNOMED CT means: primitive concepts, and attributes with their values in
 * groups. Two meanings are compared conjunct by conjunct, which decides subsumption in the description logic
 * of the release's normal form (OWL EL without role chains).
 *
 * Forms live in the arena they were made in; thread: one. Limits: TX_FORM_PARTS_MAX, TX_FORM_CONCEPTS_MAX;
 * what is beyond them is left out of a meaning, which then means less. */
#pragma once

#include "columns.h"

#define TX_FORM_PARTS_MAX 256u
#define TX_FORM_CONCEPTS_MAX 256u

struct tx_form;

/* An attribute with its value. */
struct tx_part {
	uint32_t type;
	uint16_t group;              /* 0: in none */
	uint16_t kind;               /* enum tx_sct_kind */
	uint32_t value;              /* of a concept without refinement */
	struct hs_slice text;        /* of a concrete value */
	const struct tx_form *inner; /* of a value in brackets; NULL: none */
	uint32_t at;                 /* the character of the expression where it stands, from 1; 0: in none */
	bool given; /* in a meaning: it comes with a primitive concept, which is compared by itself */
};

struct tx_form {
	/* As it is written; a concept is written as itself. */
	const uint32_t *focus;
	const struct tx_part *parts; /* ungrouped first, then group by group */
	size_t focus_count, part_count;
	bool subtype; /* <<<: it names something below what it says */
	/* What it means. */
	const uint32_t *primitives;
	const struct tx_part *meant; /* the same order; none that another implies */
	size_t primitive_count, meant_count;
};

/* Fills the meaning from what is written. False: the arena is full. */
bool hs_tx_form_mean(struct hs_arena *arena, struct tx_system s, struct tx_form *form);
/* Is all that the concept is also the form? */
bool hs_tx_form_has_concept(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	uint32_t concept);
/* The form of a concept; NULL: the arena is full. */
const struct tx_form *hs_tx_form_of(struct hs_arena *arena, struct tx_system s, uint32_t concept);
/* Is all that `a` is also `b`? Equal meanings are below one another. */
bool hs_tx_form_is_below(struct hs_arena *arena, struct tx_system s, const struct tx_form *a,
	const struct tx_form *b);
bool hs_tx_form_is_below_concept(struct hs_arena *arena, struct tx_system s, const struct tx_form *a,
	uint32_t concept);
/* The concepts that the form is below (or equal to). False: the arena is full. */
bool hs_tx_form_above(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	struct tx_bits *out);
/* Of those the nearest that mean more than the form, as a list in the arena; NULL: the arena is full. */
const uint32_t *hs_tx_form_parents(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	size_t *count);
/* Is all that has attribute `a` also what has `b`? */
bool hs_tx_part_implies(struct hs_arena *arena, struct tx_system s, const struct tx_part *a,
	const struct tx_part *b);
/* The end of the group that begins at `from`; an ungrouped part is a group of its own. */
size_t hs_tx_form_group_end(const struct tx_part *parts, size_t count, size_t from);
