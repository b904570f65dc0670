/* SPDX-License-Identifier: Apache-2.0 */
/* Concepts of a code system: found by code, asked for their place, their texts and their properties. */
#pragma once

#include "scope.h"

#include <handslag/language.h>

/* The concept with that code, or TX_NONE. Where the system does not heed case and the code is written
 * otherwise, *differs is set (may be NULL). */
uint32_t hs_tx_find_code(struct hs_arena *arena, struct tx_system s, struct hs_slice code, bool *differs);

/* What stands in a concept itself. */
struct tx_concept {
	struct hs_slice code, display, definition;
	struct hs_slice extension; /* JSON array, or empty */
	struct hs_slice status;    /* value of the status property */
	uint32_t flags;            /* TX_INACTIVE and so on */
};
struct tx_concept hs_tx_concept(struct tx_system s, uint32_t concept);
/* A part of that alone. */
struct hs_slice hs_tx_code(struct tx_system s, uint32_t concept);
struct hs_slice hs_tx_own_display(struct tx_system s, uint32_t concept);
/* Has the code and the display of a row fetched from memory, for whoever reads them later. */
void hs_tx_expect_texts(struct tx_system s, uint32_t concept);
uint32_t hs_tx_flags(struct tx_system s, uint32_t concept);
/* True when `concept` is below `ancestor` (not when they are the same). */
bool hs_tx_is_below(struct tx_system s, uint32_t concept, uint32_t ancestor);
/* Does a number lie in one of the spans, which rise and lie apart? */
bool hs_tx_spans_have(const struct tx_span *spans, size_t count, uint32_t number);
/* Rows of direct parents and children. */
const uint32_t *hs_tx_parents(struct tx_system s, uint32_t concept, size_t *count);
const uint32_t *hs_tx_children(struct tx_system s, uint32_t concept, size_t *count);

/* A text of a concept: its display or one of its designations. */
struct tx_designation {
	struct hs_slice language, value;
	struct hs_slice use_system, use_code, use_display;
	struct hs_slice extension; /* JSON array or empty */
	struct hs_slice source;    /* canonical of the supplement it is from, or empty */
	bool base;                 /* the display itself */
	bool is_display;           /* may serve as display: no use, or one that says so */
	/* Language reference sets (SNOMED CT) and, two bits for each, what they say about the text: 1
	 * acceptable, 2 preferred. NULL: there are none. */
	const uint64_t *dialects;
	uint32_t dialect_count, dialect_bits;
};
struct tx_designations {
	struct tx_designation *items;
	size_t count, room;
};
/* Adds the display and designations of a concept, then those of the supplements. False at the arena's cap. */
bool hs_tx_designations(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	const struct tx_system *supplements, size_t supplement_count, struct tx_designations *out);
bool hs_tx_add_designation_row(struct hs_arena *arena, const struct tx_layer *layer,
	const struct tx_designation_row *row, struct hs_slice source, struct tx_designations *out);
bool hs_tx_add_designation(struct hs_arena *arena, struct tx_designation item, struct tx_designations *out);
/* How well the text fits a wanted language: 0 not; 2 and above it is of that language. A tag that names a
 * dialect (en-GB) fits the texts that its language reference set prefers best. */
int hs_tx_designation_fit(const struct tx_designation *d, struct hs_slice wanted);
/* The one to show: for the first wanted language that has one; without any the base display, unless the
 * languages forbid it. NULL when there is none. */
const struct tx_designation *hs_tx_choose_display(const struct tx_designations *list,
	const struct hs_languages *languages);

/* Properties of a concept, supplements included. */
struct tx_property {
	struct hs_slice code, key, value;
};
struct tx_properties {
	struct tx_property *items;
	size_t count, room;
};
bool hs_tx_add_property(struct hs_arena *arena, struct tx_property item, struct tx_properties *out);
bool hs_tx_properties(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	const struct tx_system *supplements, size_t supplement_count, struct tx_properties *out);
/* The definition row of a property code, or NULL. */
const struct tx_property_def_row *hs_tx_property_def(struct tx_system s, struct hs_slice code);
/* "retired and inactive" and the like come from these. */
bool hs_tx_is_inactive(struct tx_system s, uint32_t concept);
