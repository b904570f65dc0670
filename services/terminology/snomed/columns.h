/* SPDX-License-Identifier: Apache-2.0 */
/* SNOMED CT's columns in the image of a large code system: what RF2 says beyond codes, texts and hierarchy.
 *
 * Concepts are numbers of the image. Relationships stand in order of their source, and a second list has them
 * in order of their type and value. Relationships are the active ones; texts and members that are no longer
 * active stand apart from the others (asides, retired members), since only constraints that name them ask for
 * them.
 */
#pragma once

#include "../image/big.h"

#define TX_SCT_URL "http://snomed.info/sct"

#define TX_SCT_DEFINED 1u

struct tx_sct_column {
	uint32_t effective;       /* 20260131 */
	uint32_t module;          /* concept, or UINT32_MAX */
	uint32_t attribute_first; /* the end is the next row's */
	uint32_t flags;
};

enum tx_sct_kind { TX_SCT_CONCEPT, TX_SCT_NUMBER, TX_SCT_STRING, TX_SCT_BOOLEAN };

struct tx_sct_attribute {
	uint32_t source, type;
	uint32_t value; /* concept, or index of the values */
	uint16_t group; /* 0: not grouped; others are renumbered from 1 within the source */
	uint16_t kind;  /* enum tx_sct_kind */
};

/* A relationship as its type sees it. The pairs of one type stand together, in order of value and source. */
struct tx_sct_pair {
	uint32_t value; /* concept; UINT32_MAX: it has a concrete value */
	uint32_t source : 31, grouped : 1;
};

/* A concept that relationships have as their type; the end of its pairs is the next row's. */
struct tx_sct_attribute_type {
	uint32_t concept, pair_first;
};

enum tx_sct_type { TX_SCT_SYNONYM, TX_SCT_FSN, TX_SCT_DEFINITION };

/* Details of display and designations, numbered designation_first + concept + (0 the display, 1 the first
 * designation ...). */
struct tx_sct_text {
	uint64_t id;
	struct hs_image_text language;
	uint32_t effective, module;
	uint32_t dialects; /* two bits for each language reference set: 0 none, 1 acceptable, 2 preferred */
	uint32_t type;     /* enum tx_sct_type */
};
#define TX_SCT_DIALECTS_MAX 16u

/* A description that is no display and no designation: a text definition, or one that is no longer active. In
 * order of their concepts. */
struct tx_sct_aside {
	struct tx_sct_text detail;
	struct hs_image_text value;
	uint32_t concept;
	uint32_t active; /* 0 or 1 */
};

/* What another scheme calls a concept (Release File Specification, Identifier file), in order of code. */
struct tx_sct_identifier {
	struct hs_image_text code;
	uint32_t scheme, concept;
};

struct tx_sct_refset {
	uint32_t concept;
	uint32_t member_first, member_count; /* in order of their component */
	uint32_t retired_count; /* those that are not active, behind the others, in the same order */
	uint32_t name_first, field_count; /* of the fields after referencedComponentId */
};

struct tx_sct_member {
	uint32_t component; /* concept; UINT32_MAX: something else */
	uint32_t effective, module;
	uint32_t field_first;
};

struct tx_sct_field {
	struct hs_image_text text;
	uint32_t concept; /* that the text names, or UINT32_MAX */
	uint32_t reserved;
};

struct tx_sct {
	const struct tx_sct_column *columns;
	const struct tx_sct_attribute *attributes;
	const struct tx_sct_attribute_type *types; /* in order of their concepts, and the end */
	const struct tx_sct_pair *pairs;
	const struct hs_image_text *values, *field_names;
	const struct tx_sct_text *texts;
	const uint32_t *dialects;                  /* concepts of the language reference sets */
	uint64_t dialect_ids[TX_SCT_DIALECTS_MAX]; /* their identifiers; 0: none */
	const struct tx_sct_refset *refsets;
	const struct tx_sct_member *members;
	const struct tx_sct_field *fields;
	const struct tx_sct_aside *asides;
	const struct tx_sct_identifier *identifiers;
	size_t column_count, attribute_count, type_count, pair_count, value_count, field_name_count,
		text_count, dialect_count, refset_count, member_count, field_count, aside_count,
		identifier_count;
};

/* In the arena of `big`; NULL: the sections do not agree. */
const struct tx_sct *hs_tx_sct_open(const struct tx_layer *layer, const struct tx_big *big);
static inline const struct tx_sct *hs_tx_sct(struct tx_system s)
{
	return hs_tx_is_big(s) ? TX_BIG(s.layer)->sct : NULL;
}
/* The relationships of a concept other than is-a. */
const struct tx_sct_attribute *hs_tx_sct_attributes(const struct tx_layer *layer, uint32_t concept,
	size_t *count);
/* The relationships of one type, which may have none. */
const struct tx_sct_pair *hs_tx_sct_pairs(const struct tx_layer *layer, uint32_t type, size_t *count);
/* Of pairs in order of their values: how many come before `value`. */
size_t hs_tx_sct_pairs_before(const struct tx_sct_pair *pairs, size_t count, uint32_t value);
/* The descriptions of a concept that stand apart. */
const struct tx_sct_aside *hs_tx_sct_asides(const struct tx_layer *layer, uint32_t concept, size_t *count);
/* The concepts that some scheme calls `code`. */
const struct tx_sct_identifier *hs_tx_sct_identifiers(const struct tx_layer *layer, struct hs_slice code,
	size_t *count);
/* The reference set, or NULL. */
const struct tx_sct_refset *hs_tx_sct_refset(const struct tx_layer *layer, uint32_t concept);
/* The first member of a reference set with that component; count of those. */
const struct tx_sct_member *hs_tx_sct_members_of(const struct tx_layer *layer,
	const struct tx_sct_refset *refset, uint32_t component, size_t *count);
struct hs_slice hs_tx_sct_value(const struct tx_layer *layer, uint32_t value);
